import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, defineScript, type Redis, TimeoutError } from '../../lib/index.js';
import { slotOfKey } from '../../lib/routing/keys/slots.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { caughtUp } from '../support/replication.js';
import type { Server } from '../support/server.js';
import { forEachTopology, type SuiteTopology, startTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const append = defineScript({ lua: "return redis.call('APPEND', KEYS[1], ARGV[1])", keys: 1 });

/** The primary of a key, and its replicas. */
async function shardOf(t: SuiteTopology, key: string): Promise<{ primary: Server; replicas: Server[] }> {
  const primaries = await t.primaries();
  const replicas = await t.replicas();
  const owner = t.kind === 'cluster' ? await ownerOf(primaries, key) : primaries[0];
  const primary = owner ?? assert.fail('no primary');
  const followers = await Promise.all(
    replicas.map(async (replica) => ((await replica.info('replication')).master_port === String(primary.port) ? [replica] : [])),
  );
  return { primary, replicas: followers.flat() };
}

async function ownerOf(primaries: readonly Server[], key: string): Promise<Server | undefined> {
  for (const primary of primaries) {
    const moved = await primary.ask('EXISTS', key).catch((error: Error) => error);
    if (!(moved instanceof Error)) return primary;
  }
  return undefined;
}

/** The value that a replica itself has. */
async function readAt(replica: Server, key: string): Promise<unknown> {
  using connection = await replica.connect();
  await connection.ask('READONLY').catch(() => 'no cluster');
  return await connection.ask('GET', key);
}

/** Breaks replication, which no client notices at once, until the returned function restores it. */
async function breakReplication(primary: Server, replicas: readonly Server[]): Promise<() => Promise<void>> {
  for (const replica of replicas) await replica.ask('CONFIG', 'SET', 'masterauth', 'wrong');
  await primary.ask('CLIENT', 'KILL', 'TYPE', 'replica');
  await until(async () =>
    (await Promise.all(replicas.map((one) => one.info('replication')))).every((info) => info.master_link_status === 'down'),
  );
  return async () => {
    for (const replica of replicas) await replica.ask('CONFIG', 'SET', 'masterauth', '');
    await caughtUp(primary, replicas);
  };
}

describe('a session', () => {
  forEachTopology(
    (t) => {
      /** Reads until all reads go to replicas. */
      async function untilReadsGoToReplicas(session: Redis, primary: Server): Promise<void> {
        await until(
          async () => {
            const [onPrimary] = await countCalls([primary], 'get', async () => {
              for (let i = 0; i < 10; i++) await session.get('k');
            });
            return onPrimary === 0;
          },
          { what: 'reads go to replicas' },
        );
      }

      it('never reads old data from replicas that are behind, while plain reads do, and reads from them once they have it', async () => {
        const { primary, replicas } = await shardOf(t, 'k');
        await using redis = createClient({ topology: t.createOptions(), reads: 'replica' });
        const session = redis.session();
        await session.set('k', 'old');
        await caughtUp(primary, replicas);
        assert.equal(await redis.get('k'), 'old');
        await untilReadsGoToReplicas(session, primary);
        const restoreReplication = await breakReplication(primary, replicas);
        try {
          await session.set('k', 'new');
          const seen = new Set<string | null>();
          const [onPrimary] = await countCalls([primary], 'get', async () => {
            for (let i = 0; i < 40; i++) {
              seen.add(await session.get('k'));
              await sleep(1);
            }
          });
          assert.deepEqual([...seen], ['new']);
          assert.equal(onPrimary, 40);
          for (const replica of replicas) assert.equal(await readAt(replica, 'k'), 'old');
          // The client may have noticed by now that replication is broken: then there is no replica to read from.
          const plain = await redis
            .with({ timeoutMs: 300 })
            .get('k')
            .catch((error: unknown) => error);
          assert.ok(plain === 'old' || plain instanceof TimeoutError, String(plain));
          // Each way to write counts.
          const other = redis.session();
          const ways: readonly (readonly [what: string, write: () => Promise<unknown>])[] = [
            ['pipeline', () => other.pipeline().append('k', 'p').exec()],
            ['transaction', () => other.multi().append('k', 't').exec()],
            ['script', () => other.script(append, ['k'], ['s'])],
            ['watch', () => other.watch('k', (tx) => tx.multi().append('k', 'w'))],
            ['lease', () => other.lease((one) => one.append('k', 'l'), { key: 'k' })],
            ['a domain or option', () => other.with({ idempotent: true }).append('k', 'o')],
          ];
          let expected = 'new';
          for (const [what, write] of ways) {
            await write();
            expected += what.charAt(0);
            assert.equal((await other.get('k'))?.length, expected.length, what);
          }
          await other.rpush('{k}list', 'x');
          await other.blpop('{k}list', 1);
          assert.equal(await other.exists('{k}list'), 0);
          // Without waiting for the reply.
          void other.set('k', 'next');
          assert.equal(await other.get('k'), 'next');
          // A pipeline is one by itself.
          assert.deepEqual(await redis.pipeline().set('k', 'piped').get('k').exec(), ['OK', 'piped']);
          assert.deepEqual(await other.pipeline().set('k', 'last').get('k').exec(), ['OK', 'last']);
        } finally {
          await restoreReplication();
        }
        const popped = session.blpop('{k}list', 5);
        await untilReadsGoToReplicas(session, primary);
        assert.equal(await session.get('k'), 'last');
        await redis.rpush('{k}list', 'x');
        assert.equal((await popped)?.element, 'x');
      });

      it('reads only what it wrote, whatever else goes on, and mostly from replicas', async () => {
        const { primary, replicas } = await shardOf(t, 'k');
        await using redis = createClient({ topology: t.createOptions(), reads: 'replica' });
        await redis.set('k', 'x');
        await caughtUp(primary, replicas);
        let on = true;
        const noise = (async () => {
          for (let n = 0; on; n++) await redis.pipeline().set('{k}noise', n).incr('{k}n').exec();
        })();
        /** Writes and reads in ten sessions, with a pause after the first read. Returns how many reads each server got, the primary first. */
        const readsByServer = (pauseMs: number): Promise<number[]> =>
          countCalls([primary, ...replicas], 'get', async () => {
            await Promise.all(
              Array.from({ length: 10 }, async (_, id) => {
                const session = redis.session();
                for (let n = 0; n < 20; n++) {
                  await session.set(`{k}${id}`, n);
                  for (let i = 0; i < 10; i++) {
                    assert.equal(await session.get(`{k}${id}`), String(n));
                    if (i === 0) await sleep(pauseMs);
                  }
                }
              }),
            );
          });
        // A slow machine keeps the replicas behind for longer, and so the reads with the primary. Whom the writes of others hold up, no pause
        // helps: they go on.
        let isMostlyReplicas = false;
        const passes: string[] = [];
        for (const pauseMs of [20, 50, 150, 500]) {
          const [byPrimary = 0, ...byReplicas] = await readsByServer(pauseMs);
          const sum = byReplicas.reduce((a, b) => a + b, 0);
          assert.equal(byPrimary + sum, 2_000);
          passes.push(`${byPrimary} and ${byReplicas.join(', ')} after ${pauseMs} ms`);
          isMostlyReplicas = sum > byPrimary;
          if (isMostlyReplicas) break;
        }
        on = false;
        await noise;
        assert.ok(isMostlyReplicas, passes.join('; '));
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );

  forEachTopology(
    (t) => {
      it('reads what it wrote through a failover', async () => {
        await using running = await startTopology('cluster');
        await using redis = createClient({ topology: running.createOptions(), reads: 'replicaPreferred' });
        const session = redis.session();
        let failovers = 0;
        redis.on('failover', () => failovers++);
        let on = true;
        let written = 0;
        const working = (async () => {
          while (on) {
            await session.set('k', ++written);
            for (let i = 0; i < 5; i++) assert.equal(await session.get('k'), String(written));
          }
        })();
        const shard = await running.group.shardForSlot(slotOfKey('k'));
        await running.group.failover(shard.replicas[0]);
        await until(() => failovers > 0 || written < 0, { what: 'the client sees the failover' });
        const at = written;
        await until(() => written > at + 100, { what: 'it goes on' });
        on = false;
        await working;
        const primary = await running.group.nodeForSlot(slotOfKey('k'));
        await until(
          async () =>
            (
              await countCalls([primary], 'get', async () => {
                for (let i = 0; i < 10; i++) assert.equal(await session.get('k'), String(written));
              })
            )[0] === 0,
          { what: 'reads go to the new replica' },
        );
        assert.equal(t.kind, 'cluster');
      });
    },
    ['cluster'],
  );
});
