import assert from 'node:assert/strict';
import { createClient, type KeyspaceEvent, type Redis } from '../../lib/index.js';
import { rejected } from '../integration/client/scripted.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

/** Collects what a listener is called with. */
function collect<Args extends unknown[]>(): { readonly got: Args[]; readonly listener: (...args: Args) => void } {
  const got: Args[] = [];
  return { got, listener: (...args) => void got.push(args) };
}

forEachTopology((t) => {
  const kinds = ['channel', 'pattern', 'shard'] as const;
  const subscribeTo = {
    channel: (redis: Redis, listener: (...args: string[]) => void) => redis.subscribe('news', listener),
    pattern: (redis: Redis, listener: (...args: string[]) => void) => redis.psubscribe('n?ws', listener),
    shard: (redis: Redis, listener: (...args: string[]) => void) => redis.ssubscribe('news', listener),
  };
  const publishTo = {
    channel: (redis: Redis, message: string) => redis.publish('news', message),
    pattern: (redis: Redis, message: string) => redis.publish('news', message),
    shard: (redis: Redis, message: string) => redis.spublish('news', message),
  };

  for (const protocol of [3, 2] as const) {
    for (const kind of kinds) {
      it(`delivers the messages of a ${kind} in order, until the listener leaves (RESP${protocol})`, async () => {
        await using redis = createClient({ topology: t.createOptions(), protocol });
        const { got, listener } = collect<string[]>();
        const sub = await subscribeTo[kind](redis, listener);
        assert.equal(sub.live, true);
        for (let n = 0; n < 100; n++) void publishTo[kind](redis, `${n}`);
        await until(() => got.length === 100);
        assert.deepEqual(
          got.map(([message]) => message),
          Array.from({ length: 100 }, (_, n) => `${n}`),
        );
        assert.deepEqual(got[0], kind === 'pattern' ? ['0', 'news', 'n?ws'] : ['0', 'news']);
        await sub.unsubscribe();
        assert.equal(sub.live, false);
        await publishTo[kind](redis, 'late');
        await redis.ping();
        assert.equal(got.length, 100);
      });
    }
  }

  it('gives messages to iterators, text and bytes side by side', async () => {
    await using redis = createClient({ topology: t.createOptions() });
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const texts = redis.pmessages(['other:*', 'n*']);
    const buffers = redis.with({ buffers: true }).messages(['news', bytes]);
    await Promise.all([texts.ready(), buffers.ready()]);
    await redis.publish('news', Buffer.from('\u00e4'));
    await redis.publish(bytes, bytes);
    assert.deepEqual(await texts.next(), { done: false, value: { type: 'message', pattern: 'n*', channel: 'news', message: '\u00e4' } });
    const two = [await buffers.next(), await buffers.next()].map(({ value }) => value);
    assert.deepEqual(
      two.find((message) => message?.channel.equals(bytes)),
      { type: 'message', channel: bytes, message: bytes },
    );
    assert.deepEqual(
      two.find((message) => message?.channel.equals(Buffer.from('news'))),
      { type: 'message', channel: Buffer.from('news'), message: Buffer.from('\u00e4') },
    );
    const loop = redis.messages('loop');
    await loop.ready();
    for (let n = 0; n < 3; n++) void redis.publish('loop', `${n}`);
    const numbers: string[] = [];
    for await (const { message } of loop) if (numbers.push(message) === 3) break;
    assert.deepEqual(numbers, ['0', '1', '2']);
    assert.equal(redis.stats().subscriptions.channels, 2);
  });
});

forEachTopology((t) => {
  it('aggregates what the servers know of subscribers', async () => {
    await using redis = createClient({ topology: t.createOptions() });
    await using other = createClient({ topology: t.createOptions() });
    const names = Array.from({ length: 8 }, (_, n) => `agg${n}`);
    const nothing = (): void => {};
    await Promise.all(
      [redis, other].flatMap((one) => [
        one.subscribe(names, nothing),
        one.ssubscribe(names, nothing),
        one.psubscribe(['agg*', 'x'], nothing),
      ]),
    );
    const twice = Object.fromEntries(names.map((name) => [name, 2]));
    assert.deepEqual((await redis.pubsubChannels('agg*')).sort(), names);
    assert.deepEqual(await redis.pubsubNumsub([...names, 'nobody']), { ...twice, nobody: 0 });
    assert.deepEqual((await redis.pubsubShardchannels()).sort(), names);
    assert.deepEqual(await redis.pubsubShardnumsub(names), twice);
    // A pattern is subscribed on every member of a ring.
    const patterns = t.kind === 'ring' ? 6 : 2;
    assert.equal(await redis.pubsubNumpat(), patterns);
    assert.deepEqual(await redis.with({ integers: 'bigint' }).pubsubNumsub('agg0'), { agg0: 2n });
    assert.deepEqual(await redis.pipeline().pubsubNumsub('agg0').pubsubNumpat().exec(), [{ agg0: 2 }, patterns]);
    const buffers = await redis.with({ buffers: true }).pubsubChannels('agg*');
    assert.deepEqual(buffers.map(String).sort(), names);
  });

  it('gives keyspace events where the user may not look at the configuration', async () => {
    const password = 'of-the-quiet-user';
    const servers = [...(await t.primaries()), ...(await t.replicas())];
    for (const node of servers) await node.ask('ACL', 'SETUSER', 'quiet', 'on', `>${password}`, '~*', '&*', '+@all', '-config');
    for (const primary of await t.primaries()) await primary.ask('CONFIG', 'SET', 'notify-keyspace-events', 'KA');
    try {
      await using redis = createClient({ topology: t.createOptions(), username: 'quiet', password });
      const { got, listener } = collect<[KeyspaceEvent]>();
      await using sub = await redis.keyspaceEvents({ keys: 'quiet:*' }, listener);
      assert.equal(sub.live, true);
      await redis.set('quiet:1', '1');
      await until(() => got.length === 1);
      await redis.del('quiet:1');
    } finally {
      for (const primary of await t.primaries()) await primary.ask('CONFIG', 'SET', 'notify-keyspace-events', '');
      for (const node of servers) await node.ask('ACL', 'DELUSER', 'quiet');
    }
  });

  it('gives keyspace events of every primary, with the key prefix, and says what is switched off', async () => {
    await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'app:' });
    const configure = async (flags: string): Promise<void> => {
      for (const primary of await t.primaries()) await primary.ask('CONFIG', 'SET', 'notify-keyspace-events', flags);
    };
    await configure('');
    const off = await rejected(redis.keyspaceEvents({ keys: 'user:*' }, () => {}));
    assert.equal(off.code, 'ERR_KEYSPACE_EVENTS_OFF');
    assert.match(off.message, /lacks KA; CONFIG SET notify-keyspace-events KA on every server, or the option configure: true/);
    try {
      const { got, listener } = collect<[KeyspaceEvent]>();
      const primaries = (await t.primaries()).map(({ address }) => address);
      await using sub = await redis.keyspaceEvents({ keys: 'user:*', events: ['set', 'del'], configure: true }, listener);
      const stream = redis.with({ buffers: true }).keyspaceEvents({ events: 'expired', configure: true });
      await stream.ready();
      assert.equal(sub.live && stream.live, true);
      const keys = Array.from({ length: 12 }, (_, n) => `user:${n}`);
      for (const key of [...keys, 'other']) await redis.set(key, '1');
      await redis.del('user:3');
      await redis.expire('user:4', 100);
      await redis.pexpire('user:5', 1);
      await using stranger = createClient({ topology: t.createOptions() });
      await stranger.set('user:of-somebody-else', '1');
      await until(() => got.length === 13);
      assert.deepEqual(got.map(([{ key, event }]) => `${event} ${key}`).sort(), [...keys.map((key) => `set ${key}`), 'del user:3'].sort());
      assert.deepEqual([...new Set(got.map(([{ node }]) => node))].sort(), [...primaries].sort());
      const { value } = await stream.next();
      assert.deepEqual([value?.key, value?.event], [Buffer.from('user:5'), 'expired']);
      await stream.return();
    } finally {
      await configure('');
    }
  });
});
