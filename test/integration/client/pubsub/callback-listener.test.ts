import assert from 'node:assert/strict';
import { ListenerError } from '../../../../lib/index.js';
import { FakeServer } from '../../../support/fake-server.js';
import { PubsubScript } from '../../../support/pubsub-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, single } from '../scripted.js';

describe('listeners of one channel', () => {
  let server: FakeServer;
  let script: PubsubScript;

  beforeEach(async () => {
    script = new PubsubScript();
    server = await FakeServer.start(single(script.handler()));
  });

  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });

  const published = async (text: string, to = 'a'): Promise<void> => {
    await until(() => script.publish(to, text) > 0, { what: 'the channel is subscribed' });
  };

  it('go on for all when one listener throws or rejects, which is reported', async () => {
    const redis = clientOf(server);
    const errors: unknown[] = [];
    redis.on('error', (reported) => errors.push(reported));
    const got: string[] = [];
    await redis.subscribe('a', () => {
      throw new Error('mine');
    });
    await redis.subscribe('a', () => Promise.reject(new Error('mine, later')));
    await redis.subscribe('a', (message) => got.push(message));
    await published('x');
    await published('y');
    await until(() => got.length === 2 && errors.length === 4);
    for (const one of errors) assert.ok(one instanceof ListenerError && /a listener of a threw: mine/.test(one.message));
    assert.deepEqual(got, ['x', 'y']);
    assert.equal(await redis.ping(), 'PONG');
  });

  it('survive a listener that leaves, and that ends others, in the midst of a message', async () => {
    const redis = clientOf(server);
    const got: string[] = [];
    const first = await redis.subscribe('a', () => {
      got.push('first');
      void first.unsubscribe();
      void second.unsubscribe();
    });
    const second = await redis.subscribe('a', () => got.push('second'));
    await redis.subscribe('a', () => got.push('third'));
    await published('x');
    await published('y');
    await until(() => got.length >= 3);
    assert.deepEqual(got, ['first', 'third', 'third']);
  });
});
