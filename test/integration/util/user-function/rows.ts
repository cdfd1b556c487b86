import assert from 'node:assert/strict';
import type { RunOptions } from '../../../../lib/admin/run/executor.js';
import type { ClientEvents, ClientOptions, MessagesOptions, Redis, ScriptOptions, ViewOptions } from '../../../../lib/index.js';
import { createClient, defineScript, endpoints, PlacementFunctionError, ring, sentinel } from '../../../../lib/index.js';
import { error } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { ScriptedCluster, SLOT_OF_B, track } from '../../client/scripted.js';
import type { Misbehaviour } from './misbehaviours.js';
import { type Scene, SHORT_MS } from './scene.js';

/** Paths of the options that are functions. Those of `tls` are Node's, and have a test of their own. */
type FunctionPaths<Options, Prefix extends string = ''> = {
  [Name in keyof Options & string]-?: Name extends 'tls' ? never : PathsOf<Options[Name], `${Prefix}${string extends Name ? '*' : Name}`>;
}[keyof Options & string];
type PathsOf<Value, Path extends string> = Value extends (...args: never[]) => unknown
  ? Path
  : Value extends readonly unknown[] | AbortSignal | Uint8Array | RegExp
    ? never
    : Value extends object
      ? FunctionPaths<Value, `${Path}.`>
      : never;

/** Methods that take a function. */
type CallbackMethods<T> = {
  [Name in keyof T]: T[Name] extends (...args: infer Args) => unknown
    ? Extract<Args[number], (...args: never[]) => unknown> extends never
      ? never
      : Name
    : never;
}[keyof T];

type Names =
  | FunctionPaths<ClientOptions>
  | `with.${FunctionPaths<ViewOptions>}`
  | `messages.${FunctionPaths<MessagesOptions>}`
  | `defineScript.${FunctionPaths<ScriptOptions>}`
  | `run.${FunctionPaths<RunOptions>}`
  | `event ${keyof ClientEvents}`
  | `${CallbackMethods<Redis> & string}()`
  // Its last overload takes none.
  | 'keyspaceEvents()';

/** Has the function misbehave where it is called, beside calls of others, and looks at what becomes of them all. */
type Row = (bad: Misbehaviour, scene: Scene) => Promise<void>;

/** An address that only a redirection, or a view of the cluster, names. */
const STRANGER = '127.0.0.1:1';

async function inCluster(bad: Misbehaviour, scene: Scene, use: (redis: Redis, hasty: Redis) => Promise<void>): Promise<void> {
  await using cluster = await ScriptedCluster.start(1);
  cluster.script = (_, [name, key]) => {
    if (name === 'GET' && key === 'b') return error(`MOVED ${SLOT_OF_B} ${STRANGER}`);
    if (name === 'GET' && key === '{b}ask') return error(`ASK ${SLOT_OF_B} ${STRANGER}`);
    if (name === 'SSUBSCRIBE') return error(`MOVED ${SLOT_OF_B} ${STRANGER}`);
    return name === 'GET' ? (key ?? '') : undefined;
  };
  const addressMap = (address: string): string => (address === STRANGER ? bad.run() : undefined) as string;
  const redis = scene.listen(cluster.client({ addressMap }));
  await redis.get('first');
  // Without a mistake to tell, the call asks for the stranger until its deadline.
  await use(redis, bad.failure === null ? redis.with({ timeoutMs: SHORT_MS }) : redis);
}

/** The function is called for the second connection; the first one is there and goes on. */
const credentials: Row = async (bad, scene) => {
  let isBad = false;
  const redis = scene.client({
    // Rejects as soon as a connection cannot be made.
    failFast: true,
    connectTimeoutMs: bad.hangs === true ? SHORT_MS : 2_000,
    credentials: () => (isBad ? bad.run() : { password: 'secret' }) as { password: string },
  });
  await until(() => redis.get('first'), { everyMs: 1 });
  isBad = true;
  await scene.failsAlone(redis, bad, () => redis.lease(async () => {}));
  await scene.failsAlone(redis, bad, () => redis.reauthenticate());
};

const reads =
  (clientOf: (reads: () => string, scene: Scene) => Redis): Row =>
  async (bad, scene) => {
    const choose = ({ keys }: { keys: readonly unknown[] } = { keys: [] }): string =>
      (keys[0] === 'bad' ? bad.run() : scene.server.address) as string;
    const redis = clientOf(choose, scene);
    await redis.get('first');
    await scene.failsAlone(redis, { ...bad, failure: bad.hangs === undefined && isPromised(bad) ? null : bad.failure }, () =>
      redis.get('bad'),
    );
    // No answer but a candidate is one.
    await assert.rejects(redis.get('bad'), { code: 'ERR_READ_FUNCTION' });
  };

function isPromised(bad: Misbehaviour): boolean {
  try {
    const result = bad.run();
    if (!(result instanceof Promise)) return false;
    result.catch(() => {});
    return true;
  } catch {
    return false;
  }
}

/** Publishes to a channel that two listen to, of which one misbehaves. */
function listener(subscribe: (redis: Redis, call: () => unknown) => Promise<unknown>, publish: (scene: Scene, text: string) => void): Row {
  return async (bad, scene) => {
    const redis = scene.client();
    const heard: string[] = [];
    await subscribe(redis, () => bad.run());
    await subscribe(redis, () => heard.push('message'));
    await scene.beside(redis, async () => {
      publish(scene, 'one');
      publish(scene, 'two');
    });
    await until(() => heard.length === 2, { everyMs: 1 });
    await scene.isTold(bad);
  };
}

/** All events have a listener that misbehaves; the server hangs up in between. */
const events: Row = async (bad, scene) => {
  const redis = scene.client();
  for (const name of ['ready', 'topology', 'failover', 'reconnecting', 'gap', 'eject', 'return', 'members', 'error', 'close'] as const) {
    redis.on(name, () => bad.run());
    redis.once(name, () => bad.run());
  }
  await redis.subscribe('news', () => {});
  await scene.beside(redis, () => redis.get('bad'));
  scene.server.disconnect();
  await until(async () => (await redis.get('again')) === 'again', { everyMs: 1 });
  await scene.beside(redis, () => redis.get('bad'));
  await redis.close();
};

/** What `test/unit/admin/run/executor.test.ts` has tests for, and what is the same function of ours under another name. */
const elsewhere: Row = async () => {};

export const ROWS: Readonly<Record<Names, Row>> = {
  addressMap: (bad, scene) =>
    inCluster(bad, scene, async (redis, hasty) => {
      const throws = isPromised(bad) ? { ...bad, failure: null } : bad;
      for (const key of ['b', '{b}ask']) await scene.failsAlone(redis, throws, () => hasty.get(key));
      await scene.failsAlone(redis, { ...bad, failure: null }, () => hasty.lease((one) => one.get('b'), { key: 'b' }));
      await scene.failsAlone(redis, throws, () => hasty.ssubscribe('b', () => {}));
      await scene.isTold(throws);
    }),
  credentials,
  'previous.access.credentials': elsewhere,
  'previous.placement.place': elsewhere,
  'previous.list': elsewhere,
  'topology.access.credentials': async (bad, scene) => {
    const topology = sentinel([`127.0.0.1:${scene.server.port}`], 'main', { credentials: () => bad.run() as { password: string } });
    const redis = scene.listen(track(createClient({ topology, failFast: true, connectTimeoutMs: bad.hangs === true ? SHORT_MS : 2_000 })));
    await assert.rejects(redis.get('a'));
    await scene.isTold(bad);
    await assert.rejects(redis.reauthenticate());
  },
  'topology.placement.place': async (bad, scene) => {
    const place = (key: Uint8Array): number => (Buffer.from(key).toString() === 'bad' ? bad.run() : 0) as number;
    const { host, port } = scene.server;
    const redis = scene.listen(track(createClient({ topology: ring([{ host, port }], { place }) })));
    await redis.get('first');
    const throws = isPromised(bad) ? { ...bad, failure: null } : bad;
    const calls: readonly (() => Promise<unknown>)[] = [
      () => redis.get('bad'),
      () => redis.set('bad', 'x'),
      () => redis.mget(['good', 'bad']),
      () => redis.multi().get('bad').exec(),
      () => redis.watch('bad', async () => {}),
      () => redis.lease((one) => one.get('bad'), { key: 'bad' }),
      () => redis.publish('bad', 'x'),
      () => redis.subscribe('bad', () => {}),
      () => redis.blpop('bad', 0),
      async () => redis.memberOf('bad'),
    ];
    for (const call of calls) {
      await scene.failsAlone(redis, throws, call);
      await assert.rejects(call(), { code: 'ERR_PLACEMENT_FUNCTION' });
    }
    const [good, wrong] = await redis.pipeline().get('good').get('bad').exec({ errors: 'inline' });
    assert.equal(good, 'good');
    assert.ok(wrong instanceof PlacementFunctionError);
  },
  'topology.list': async (bad, scene) => {
    let isBad = false;
    const list = (): string[] => (isBad ? bad.run() : [`127.0.0.1:${scene.server.port}`]) as string[];
    const redis = scene.listen(track(createClient({ topology: endpoints(list, { refreshMs: 100 }) })));
    await redis.get('first');
    isBad = true;
    await scene.beside(redis, () => redis.get('bad'));
    await scene.isTold(bad);
  },
  reads: reads((choose, scene) => scene.client({ reads: choose })),
  'domains.*.reads': reads((choose, scene) => scene.client({ domains: { all: { keys: ['*'], reads: choose } } })),
  'with.reads': reads((choose, scene) => scene.client().with({ reads: choose })),
  'messages.onGap': async (bad, scene) => {
    const redis = scene.client();
    const heard: string[] = [];
    await redis.subscribe('news', (message) => heard.push(message), { onGap: () => bad.run() });
    scene.server.disconnect();
    await until(() => scene.pubsub.of('channel', 'news').size > 0, { everyMs: 1 });
    await until(() => scene.pubsub.publish('news', 'one', 'channel') > 0 && heard.length > 0, { everyMs: 1 });
    await scene.beside(redis, () => redis.get('bad'));
    await scene.isTold(bad);
  },
  'defineScript.reply': async (bad, scene) => {
    const redis = scene.client();
    const script = defineScript({ lua: 'return 1', keys: 1, reply: () => bad.run() });
    // Whoever asks for a promise that never settles waits for it; the others do not.
    if (bad.hangs === true) return;
    await scene.failsAlone(redis, bad, () => redis.script(script, ['k']));
    const throws = isPromised(bad) ? { ...bad, failure: null } : bad;
    // A promise in a list is the caller's to wait for.
    await scene.failsAlone(redis, throws, () => redis.pipeline().get('a').script(script, ['k']).get('b').exec());
    await scene.failsAlone(redis, throws, () => redis.multi().get('a').script(script, ['k']).get('b').exec());
    await scene.failsAlone(redis, bad, () => redis.lease((one) => one.script(script, ['k'])));
  },
  'run.onStep': elsewhere,
  'run.onProgress': elsewhere,
  'run.onNote': elsewhere,
  'event ready': events,
  'event topology': events,
  'event failover': events,
  'event reconnecting': events,
  'event gap': events,
  'event eject': events,
  'event return': events,
  'event members': events,
  'event error': events,
  'event close': events,
  'on()': events,
  'once()': events,
  'off()': async (bad, scene) => {
    const redis = scene.client();
    const call = (): unknown => bad.run();
    redis.on('ready', call).off('ready', call);
    await scene.beside(redis, () => redis.get('bad'));
  },
  'subscribe()': listener(
    (redis, call) => redis.subscribe('news', call),
    (scene, text) => scene.pubsub.publish('news', text, 'channel'),
  ),
  'psubscribe()': listener(
    (redis, call) => redis.psubscribe('n*', call),
    (scene, text) => scene.pubsub.publish('n*', text, 'pattern'),
  ),
  'ssubscribe()': listener(
    (redis, call) => redis.ssubscribe('news', call),
    (scene, text) => scene.pubsub.publish('news', text, 'shard'),
  ),
  'keyspaceEvents()': listener(
    (redis, call) => redis.keyspaceEvents({ events: 'set' }, call),
    (scene, text) => scene.pubsub.publish('__keyevent@0__:set', text, 'channel'),
  ),
  'lease()': async (bad, scene) => {
    const redis = scene.client();
    const use = async (): Promise<unknown> => bad.run();
    if (bad.hangs !== true) await scene.failsAlone(redis, bad, () => redis.lease(use));
    await scene.beside(redis, () => redis.lease((one) => one.get('good')));
  },
  'watch()': async (bad, scene) => {
    const redis = scene.client();
    if (bad.hangs !== true) await scene.failsAlone(redis, bad, () => redis.watch('k', () => bad.run()));
    await scene.beside(redis, () => redis.watch('k', (tx) => tx.multi().get('good')));
  },
  'stream()': async (bad, scene) => {
    const redis = scene.client();
    const drain = async (): Promise<void> => {
      const stream = redis.stream([1, 2, 3], (one, item) => (item === 2 ? bad.run() : one.get('good')) as Promise<unknown>);
      for await (const reply of stream) assert.equal(reply, 'good');
    };
    if (bad.hangs !== true) await scene.failsAlone(redis, bad, drain);
  },
} satisfies Record<Names, Row>;
