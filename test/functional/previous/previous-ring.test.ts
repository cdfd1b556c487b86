import assert from 'node:assert/strict';
import { createClient, ring, type TopologyOptions } from '../../../lib/index.js';
import { type Server, startAll, stopAll } from '../../support/server.js';
import { sharedTopology } from '../../support/topologies.js';

const KEYS = Array.from({ length: 300 }, (_, i) => `k${i}`);

describe('keys of a ring that move', () => {
  it('to a ring with one member more, and from there to a cluster: each is read and written where it belongs', async () => {
    const next = await sharedTopology('cluster');
    await next.flush();
    const servers: Server[] = await startAll(Array.from({ length: 4 }, () => ({})));
    try {
      const grown = ring(servers.map(({ address }) => address));
      const small = ring(servers.slice(0, 3).map(({ address }) => address));
      {
        await using redis = createClient({ topology: small });
        await Promise.all(KEYS.map((key) => redis.set(key, key)));
      }
      const moved = await readAndWrite(grown, small, '');
      assert.ok(moved > KEYS.length / 8 && moved < KEYS.length / 2, `${moved} of ${KEYS.length} have moved to the fourth member`);
      assert.equal(await readAndWrite(next.createOptions(), grown, '!'), KEYS.length);
      for (const server of servers) assert.equal(await server.ask('DBSIZE'), 0);
    } finally {
      await stopAll(servers);
    }
  });

  it('back from a cluster to a ring, those that nobody uses by a loop', async () => {
    const next = await sharedTopology('cluster');
    await next.flush();
    const servers: Server[] = await startAll([{}, {}]);
    try {
      await using client = createClient({ topology: next.createOptions() });
      const there = client.with({ buffers: true });
      await Promise.all(KEYS.map((key) => there.set(key, key, { EX: 1_000 })));
      await there.sadd(Buffer.from([0xff, 0x0d, 0x0a]), ['a']);
      await using swapped = createClient({ topology: ring(servers.map(({ address }) => address)), previous: next.createOptions() });
      const back = swapped.with({ buffers: true });
      const page: Buffer[] = [];
      for await (const key of there.scanKeys()) {
        page.push(key);
        if (page.length === 100) await back.mget(page.splice(0));
      }
      await back.mget(page);
      assert.deepEqual([await there.dbsize(), await back.dbsize()], [0, KEYS.length + 1]);
      await using alone = createClient({ topology: ring(servers.map(({ address }) => address)) });
      assert.deepEqual(await alone.mget(KEYS), KEYS);
      const lives = await Promise.all(KEYS.map((key) => alone.ttl(key)));
      assert.ok(
        lives.every((ttl) => ttl > 900),
        'they have their times to live',
      );
    } finally {
      await stopAll(servers);
    }
  });
});

/** Reads all keys, then writes all, at once. Resolves with the number of those that were fetched. */
async function readAndWrite(topology: TopologyOptions, previous: TopologyOptions, already: string): Promise<number> {
  await using redis = createClient({ topology, previous });
  assert.deepEqual(
    await Promise.all(KEYS.map((key) => redis.get(key))),
    KEYS.map((key) => `${key}${already}`),
  );
  await Promise.all(KEYS.map((key) => redis.append(key, '!')));
  assert.deepEqual(
    await Promise.all(KEYS.map((key) => redis.get(key))),
    KEYS.map((key) => `${key}${already}!`),
  );
  return redis.stats().previous?.fetched ?? 0;
}
