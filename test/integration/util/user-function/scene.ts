import assert from 'node:assert/strict';
import type { Redis, SlotwiseError } from '../../../../lib/index.js';
import { FakeServer, type FakeServerOptions, type Handler, ok, status } from '../../../support/fake-server.js';
import { PubsubScript } from '../../../support/pubsub-server.js';
import { until } from '../../../support/wait.js';
import { clientOf, single } from '../../client/scripted.js';
import { isCauseOf, type Misbehaviour } from './misbehaviours.js';

type Options = NonNullable<Parameters<typeof clientOf>[1]>;

/** How long a call may wait that hears nothing, in ms. */
export const SHORT_MS = 80;

/** A scripted server and a client of it, beside whose calls a user's function misbehaves. */
export class Scene {
  readonly pubsub = new PubsubScript();
  readonly errors: SlotwiseError[] = [];
  readonly server: FakeServer;

  private constructor(server: FakeServer) {
    this.server = server;
  }

  static async open(options: FakeServerOptions = {}): Promise<Scene> {
    const server = await FakeServer.start(undefined, options);
    const scene = new Scene(server);
    server.handler = scene.pubsub.handler(single(data));
    return scene;
  }

  client(options: Options = {}): Redis {
    return this.listen(clientOf(this.server, options));
  }

  listen(redis: Redis): Redis {
    return redis.on('error', (error) => this.errors.push(error));
  }

  /** Does it in one tick with calls of others, which all get their replies. Returns what became of it. */
  async beside(redis: Redis, act: () => Promise<unknown>): Promise<PromiseSettledResult<unknown>> {
    const before = redis.get('before');
    const outcome = act();
    const after = redis.get('after');
    const [first, result, last] = await Promise.allSettled([before, outcome, after]);
    assert.deepEqual(
      [first, last],
      [
        { status: 'fulfilled', value: 'before' },
        { status: 'fulfilled', value: 'after' },
      ],
    );
    return result;
  }

  /** The same for what rejects with the function's own failure as a cause, where the function failed. */
  async failsAlone(redis: Redis, { failure }: Misbehaviour, act: () => Promise<unknown>): Promise<void> {
    const result = await this.beside(redis, act);
    if (failure === null) return;
    assert.equal(result.status, 'rejected');
    assert.ok(result.status === 'rejected' && isCauseOf(failure, result.reason), `another failure than the function's`);
  }

  /** An `error` event has the failure, where there is one. */
  async isTold({ failure }: Misbehaviour): Promise<void> {
    if (failure !== null) await until(() => this.errors.some((error) => isCauseOf(failure, error)), { everyMs: 1, what: 'an error event' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** Answers GET with the key, a script with a text, everything else that a test sends with OK. Knows how far a transaction is. */
const data: Handler = ([name, key], { received }) => {
  const begun = received.map(([one]) => one).lastIndexOf('MULTI');
  const queued = begun === -1 ? [] : received.slice(begun + 1);
  const isQueueing = begun !== -1 && !queued.slice(0, -1).some(([one]) => one === 'EXEC');
  if (name === 'EXEC') return queued.slice(0, -1).map((_, at) => `reply ${at}`);
  if (isQueueing && name !== 'MULTI') return status('QUEUED');
  if (name === 'GET') return key ?? '';
  if (name === 'EVAL' || name === 'EVALSHA') return 'script';
  return name === 'MULTI' || name === 'WATCH' || name === 'UNWATCH' || name === 'SET' ? ok : undefined;
};
