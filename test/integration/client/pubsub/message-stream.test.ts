import assert from 'node:assert/strict';
import type { Gap } from '../../../../lib/index.js';
import { FakeServer } from '../../../support/fake-server.js';
import { PubsubScript } from '../../../support/pubsub-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, single } from '../scripted.js';

describe('iterators over messages', () => {
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

  it('end with the client: they give what they hold', async () => {
    const redis = clientOf(server);
    const got: string[] = [];
    const sub = await redis.subscribe('a', (message) => got.push(message));
    const texts = redis.messages('a');
    const waits = redis.messages('b');
    await Promise.all([texts.ready(), waits.ready()]);
    const pending = waits.next();
    for (const text of ['1', '2']) await published(text);
    await until(() => got.length === 2);
    await redis.close();
    assert.deepEqual(await pending, { value: undefined, done: true });
    const rest: string[] = [];
    for await (const { message } of texts) rest.push(message);
    assert.deepEqual(rest, ['1', '2']);
    assert.equal(sub.live, false);
    await until(() => server.openConnections.length === 0);
  });

  it('are never subscribed if they are left before they began', async () => {
    const redis = clientOf(server);
    const texts = redis.messages('a');
    assert.deepEqual(await texts.return(), { value: undefined, done: true });
    assert.deepEqual(await texts.next(), { value: undefined, done: true });
    assert.equal((await rejected(texts.ready())).code, 'ERR_ABORTED');
    assert.equal(server.connections.length, 0);
  });

  it('give gaps and overflows in their places, among the messages or to onGap', async () => {
    const redis = clientOf(server);
    const apartGaps: Gap[] = [];
    const among = redis.messages('a', { gaps: true, maxBuffered: 2 });
    const apart = redis.messages('a', { onGap: (gap) => apartGaps.push(gap), maxBuffered: 2, overflow: 'drop-newest' });
    const fails = redis.messages('a', { maxBuffered: 2, overflow: 'error' });
    await Promise.all([among.ready(), apart.ready(), fails.ready()]);
    for (const text of ['1', '2', '3', '4']) await published(text);
    await until(() => redis.stats().subscriptions.messages === 4);
    assert.equal(redis.stats().subscriptions.dropped, 2 + 2 + 1);
    const shape = ({ value }: IteratorResult<{ type: string; message?: string; reason?: string; dropped?: number }>): string =>
      value.type === 'gap' ? `${value.reason} ${value.dropped}` : value.message;
    assert.deepEqual([shape(await among.next()), shape(await among.next()), shape(await among.next())], ['overflow 2', '3', '4']);
    assert.deepEqual([shape(await apart.next()), shape(await apart.next())], ['1', '2']);
    assert.deepEqual(apartGaps, []);
    const next = apart.next();
    assert.deepEqual(
      apartGaps.map(({ reason, dropped }) => `${reason} ${dropped}`),
      ['overflow 2'],
    );
    assert.deepEqual([shape(await fails.next()), shape(await fails.next())], ['1', '2']);
    assert.equal((await rejected(fails.next())).code, 'ERR_OVERFLOW');
    assert.deepEqual(await fails.next(), { value: undefined, done: true });
    await published('5');
    assert.equal(shape(await next), '5');
    server.disconnect();
    assert.equal(shape(await among.next()), '5');
    assert.equal(shape(await among.next()), 'connection 0');
  });
});
