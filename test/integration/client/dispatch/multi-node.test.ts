import assert from 'node:assert/strict';
import { PartialFailureError, ReplyError } from '../../../../lib/errors.js';
import { error, ok, silence } from '../../../support/fake-server.js';
import { assertNoPendingCommands, movedTo, rejected, ScriptedCluster } from '../scripted.js';

describe('a client of a cluster with commands over several slots', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await cluster.stop();
  });

  it('splits MGET and gives the values in the order of the keys', async () => {
    cluster.script = (_, [name, ...keys]) => (name === 'MGET' ? keys.map((key) => `value of ${key}`) : undefined);
    const redis = cluster.client();
    assert.deepEqual(await redis.mget(['a', 'b', 'c', '{b}2']), ['value of a', 'value of b', 'value of c', 'value of {b}2']);
    assert.deepEqual(
      [0, 1, 2].map((index) => cluster.received(index, 'MGET')),
      [['MGET b {b}2'], ['MGET c'], ['MGET a']],
    );
  });

  it('follows a redirection of one part', async () => {
    cluster.script = (index, [name, ...keys]) => {
      if (name !== 'MGET') return undefined;
      return index === 0 ? movedTo(cluster.server(1), 3300) : keys.map((key) => `${index}: ${key}`);
    };
    const redis = cluster.client();
    assert.deepEqual(await redis.mget(['a', 'b', 'c']), ['2: a', '1: b', '1: c']);
  });

  it('says which keys failed when one part does', async () => {
    cluster.script = (index, [name, ...keys]) => (name === 'DEL' ? (index === 0 ? error('ERR no') : keys.length) : undefined);
    const redis = cluster.client();
    const reason = await rejected(redis.call('DEL', 'a', 'b', 'c', '{b}2'));
    assert.ok(reason instanceof PartialFailureError);
    assert.deepEqual(
      reason.failures.map(({ keys }) => keys),
      [['b', '{b}2']],
    );
  });

  it('says which keys failed when a part holds an error in the place of a value', async () => {
    cluster.script = (_, [name, ...keys]) =>
      name === 'MGET' ? keys.map((key) => (key === '{b}2' ? error('ERR no backend') : key)) : undefined;
    const redis = cluster.client();
    const reason = await rejected(redis.mget(['a', 'b', 'c', '{b}2']));
    assert.ok(reason instanceof PartialFailureError);
    assert.deepEqual(
      reason.failures.map(({ keys }) => keys),
      [['{b}2']],
    );
    assert.match(reason.message, /no backend/);
    const [values, inline] = await redis.pipeline().mget(['b', 'b']).mget(['b', '{b}2']).exec({ errors: 'inline' });
    assert.deepEqual(values, ['b', 'b']);
    assert.ok((inline as unknown) instanceof PartialFailureError);
  });

  it('rejects an MSET with a value missing, and sends nothing', async () => {
    const redis = cluster.client();
    assert.equal((await rejected(redis.call('MSET', 'a', '1', 'b'))).code, 'ERR_ARGUMENT');
    assert.equal(
      cluster.servers.reduce((sum, each) => sum + each.count('MSET'), 0),
      0,
    );
  });

  it('rejects what cannot be sent in any place, before a part is sent', async () => {
    const values = [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, true, {}, ['x'], Symbol('s'), () => 1, Object.create(null)];
    for (const options of [{}, { keyPrefix: 'p:' }, { domains: { jobs: { keys: ['job:*'] } } }]) {
      const redis = cluster.client(options);
      for (const value of values as string[]) {
        const calls = [
          () => redis.mset({ a: '1', b: value, c: '3' }),
          () =>
            redis.mset([
              ['a', 1],
              [value, 2],
            ]),
          () => redis.mset(new Map([['a', value]])),
          ...(['del', 'unlink', 'exists', 'touch', 'mget'] as const).flatMap((name) => [
            () => redis[name](['a', value]),
            () => redis[name]([value, 'a', 'b']),
          ]),
          () => redis.call('DEL', 'a', value),
          () => redis.pipeline().incr('a').del(['a', value, 'b']).exec(),
          () => redis.configSet({ maxmemory: value }),
          () => redis.scriptLoad(value),
          () => redis.call('FLUSHALL', value),
        ];
        for (const call of calls) {
          const reason = await rejected(call());
          assert.equal(reason.code, 'ERR_ARGUMENT', `${call}: ${reason}`);
          assert.equal(reason.executed, 'no');
        }
      }
    }
    const sent = cluster.servers.flatMap(({ received }) => received.map(([name = '']) => name));
    assert.deepEqual(
      sent.filter((name) => !['CLIENT', 'CLUSTER', 'HELLO', 'INFO', 'PING', 'READONLY', 'ROLE'].includes(name)),
      [],
    );
  });

  it('refuses those that may not be split', async () => {
    const redis = cluster.client();
    for (const words of [
      ['RENAME', 'a', 'b'],
      ['MSETNX', 'a', '1', 'b', '2'],
      ['EVAL', 'return 1', 2, 'a', 'b'],
      ['MSETEX', 2, 'a', '1', 'b', '2', 'EX', 9],
    ] as const) {
      const reason = await rejected(redis.call(...(words as unknown as readonly [string])));
      assert.equal(reason.code, 'ERR_CROSS_SLOT');
      assert.match(reason.message, /"a" \(slot 15495\), "b" \(slot 3300\)/);
    }
  });

  it('asks every shard and adds up', async () => {
    cluster.script = (index, [name]) => (name === 'DBSIZE' ? index + 1 : undefined);
    assert.equal(await cluster.client().dbsize(), 6);
  });

  it('rejects with the reply itself when all shards or nodes gave it', async () => {
    cluster.script = (_, [name]) => (name === 'FLUSHALL' || name === 'SCRIPT' || name === 'DEL' ? error('ERR no such luck') : undefined);
    const redis = cluster.client();
    for (const call of [redis.call('FLUSHALL'), redis.scriptLoad('return ('), redis.del(['a', 'b', 'c']), redis.scriptKill()]) {
      const reason = await rejected(call);
      assert.ok(reason instanceof ReplyError);
      assert.deepEqual([reason.message, reason.executed], ['ERR no such luck', 'yes']);
    }
  });

  it('rejects when one shard of all failed', async () => {
    cluster.script = (index, [name]) => (name === 'FLUSHALL' ? (index === 1 ? error('ERR no') : ok) : undefined);
    const reason = await rejected(cluster.client().call('FLUSHALL'));
    assert.ok(reason instanceof PartialFailureError);
    assert.match(reason.message, /FLUSHALL: 1 of 3 parts failed/);
  });
});

describe('a command that timed out while it waited for a node', () => {
  afterEach(assertNoPendingCommands);

  it('is counted off when that node leaves the topology, so that the client can close', async () => {
    await using cluster = await ScriptedCluster.start(2);
    const redis = cluster.client({ monitor: { periodMs: 100 } }, [1]);
    cluster.script = (server, [name]) => (server === 0 ? silence : name === 'SET' ? ok : undefined);
    const waiting = redis.set('b', '1');
    const reason = await rejected(redis.with({ timeoutMs: 30 }).set('b', '2'));
    assert.deepEqual([reason.code, reason.executed], ['ERR_TIMEOUT', 'no']);
    cluster.forget(0, 1);
    assert.equal(await waiting, 'OK');
    assert.deepEqual([redis.stats().commands, redis.stats().bytes], [0, 0]);
    await redis.close();
  });
});
