import assert from 'node:assert/strict';
import { PartialFailureError } from '../../../../lib/errors.js';
import { error, ok } from '../../../support/fake-server.js';
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

  it('rejects an MSET with a value missing, and sends nothing', async () => {
    const redis = cluster.client();
    assert.equal((await rejected(redis.call('MSET', 'a', '1', 'b'))).code, 'ERR_ARGUMENT');
    assert.equal(
      cluster.servers.reduce((sum, each) => sum + each.count('MSET'), 0),
      0,
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

  it('rejects when one shard of all failed', async () => {
    cluster.script = (index, [name]) => (name === 'FLUSHALL' ? (index === 1 ? error('ERR no') : ok) : undefined);
    const reason = await rejected(cluster.client().call('FLUSHALL'));
    assert.ok(reason instanceof PartialFailureError);
    assert.match(reason.message, /FLUSHALL: 1 of 3 parts failed/);
  });
});
