import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, createClient, type Redis, SlotwiseError } from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { linked, ReplicationGroup } from '../support/replication.js';
import { SentinelGroup } from '../support/sentinel.js';
import type { Server } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';
import { chosenKinds } from '../support/topologies.js';
import { until } from '../support/wait.js';

const CALLERS = 50;

/** What became of elements and of those who wait for them. */
class Ledger {
  /** Acknowledged. */
  readonly pushed: string[] = [];
  readonly delivered: string[] = [];
  /** Callers told that nothing was executed, by code. */
  readonly refused: string[] = [];
  /** Callers told that an element may have been popped for a reply that never came. */
  unknown = 0;

  /** Waits for one element. */
  async pop(redis: Redis, list: string): Promise<void> {
    try {
      const popped = await redis.blpop(list, 0);
      assert.ok(popped !== null, 'a nil without a time');
      this.delivered.push(popped.element);
    } catch (error) {
      assert.ok(error instanceof SlotwiseError, String(error));
      if (error.executed === 'unknown') this.unknown++;
      else this.refused.push(error.code);
    }
  }

  async push(redis: Redis, list: string, element: string): Promise<void> {
    await redis.rpush(list, element);
    this.pushed.push(element);
  }

  /** Acknowledged, not delivered, and not left on the server. */
  async missing(redis: Redis, list: string): Promise<string[]> {
    const there = new Set([...this.delivered, ...(await redis.lrange(list, 0, -1))]);
    return this.pushed.filter((element) => !there.has(element));
  }
}

const blockedOn = async (server: Server): Promise<number> => Number((await server.info('clients')).blocked_clients);
const allBlocked = (server: Server): Promise<unknown> =>
  until(async () => (await blockedOn(server)) === CALLERS, { what: `${CALLERS} callers block on ${server.address}`, timeoutMs: 10_000 });

const seedsOf = (servers: readonly Server[]) => servers.map(({ host, port }) => ({ host, port }));

describe('callers that block while their primary changes', function () {
  this.timeout(90_000);
  const clients: Redis[] = [];
  const client = (topology: ClientOptions['topology'], options: Omit<ClientOptions, 'topology'> = {}): Redis => {
    const redis = createClient({ ...(topology === undefined ? {} : { topology }), ...options });
    clients.push(redis);
    return redis;
  };
  afterEach(() => {
    for (const redis of clients.splice(0)) redis.destroy();
  });

  /** All go on without an error, and get what is pushed then. */
  async function follow(redis: Redis, from: Server, change: () => Promise<Server>): Promise<void> {
    const ledger = new Ledger();
    const calls = Array.from({ length: CALLERS }, () => ledger.pop(redis, 'jobs'));
    await allBlocked(from);
    const to = await change();
    await allBlocked(to);
    for (let i = 0; i < CALLERS; i++) await ledger.push(redis, 'jobs', String(i));
    await Promise.all(calls);
    assert.deepEqual(ledger.refused, []);
    assert.equal(ledger.unknown, 0);
    assert.deepEqual(await ledger.missing(redis, 'jobs'), []);
    assert.equal(new Set(ledger.delivered).size, CALLERS);
    assert.equal(redis.stats().commands, 0);
  }

  const kinds = chosenKinds();

  if (kinds.includes('replication')) {
    describe('by hand', () => {
      let group: ReplicationGroup;
      beforeEach(async () => {
        group = await ReplicationGroup.start();
      });
      afterEach(() => group.stop());

      it('follow REPLICAOF', async () => {
        const [next, other] = group.replicas as [Server, Server];
        const redis = client({ kind: 'replication', seeds: seedsOf(group.servers) });
        await follow(redis, group.primary, async () => {
          await next.ask('REPLICAOF', 'NO', 'ONE');
          await group.primary.ask('REPLICAOF', next.host, next.port);
          await other.ask('REPLICAOF', next.host, next.port);
          await linked(next, [group.primary, other]);
          return next;
        });
      });

      it('follow FAILOVER', async () => {
        const [next] = group.replicas as [Server];
        const redis = client({ kind: 'replication', seeds: seedsOf(group.servers) });
        await follow(redis, group.primary, async () => {
          await group.primary.ask('FAILOVER', 'TO', next.host, next.port);
          return next;
        });
      });
    });
  }

  if (kinds.includes('cluster')) {
    describe('in a cluster', () => {
      let cluster: Cluster;
      before(async function () {
        this.timeout(60_000);
        cluster = await Cluster.start();
      });
      after(() => cluster.stop());
      // The slot of `jobs`.
      const slot = 9_631;
      const seeded = () => client({ kind: 'cluster', seeds: seedsOf(cluster.servers) });

      it('follow CLUSTER FAILOVER', async () => {
        const { primary, replicas } = await cluster.shardForSlot(slot);
        const [replica] = replicas as [Server];
        await follow(seeded(), primary, () => cluster.failover(replica));
        await cluster.settled();
      });

      it('follow their slot to another shard', async () => {
        const { primary } = await cluster.shardForSlot(slot);
        const target = (await cluster.primaries()).find((server) => server !== primary) ?? assert.fail('one shard');
        await follow(seeded(), primary, async () => {
          await cluster.moveSlots(primary, target, slot, slot);
          return target;
        });
      });
    });
  }

  if (kinds.includes('sentinel')) {
    describe('under sentinels', () => {
      let group: SentinelGroup;
      beforeEach(async function () {
        this.timeout(60_000);
        group = await SentinelGroup.start();
      });
      afterEach(() => group.stop());
      const topology = (): ClientOptions['topology'] => ({
        kind: 'sentinel',
        seeds: seedsOf(group.sentinels),
        name: group.name,
        access: {},
      });

      it('follow SENTINEL FAILOVER', async () => {
        await follow(client(topology()), await group.primary(), () => group.failover());
      });

      it('follow a primary that was killed, where they may run twice, and are told otherwise', async () => {
        const redis = client(topology());
        const old = await group.primary();
        const ledger = new Ledger();
        const twice = redis.with({ idempotent: true });
        const calls = Array.from({ length: CALLERS }, (_, i) => ledger.pop(i % 2 === 0 ? twice : redis, 'jobs'));
        await allBlocked(old);
        await old.kill();
        const next = await group.failedOver(old);
        await until(async () => (await blockedOn(next)) === CALLERS / 2);
        assert.equal(ledger.unknown, CALLERS / 2);
        for (let i = 0; i < CALLERS / 2; i++) await ledger.push(redis, 'jobs', String(i));
        await Promise.all(calls);
        assert.deepEqual(ledger.refused, []);
        assert.deepEqual(await ledger.missing(redis, 'jobs'), []);
      });

      it('leave a primary that was stopped as soon as it is replaced', async () => {
        const redis = client(topology());
        const old = await group.primary();
        const ledger = new Ledger();
        const calls = Array.from({ length: CALLERS }, () => ledger.pop(redis, 'jobs'));
        await allBlocked(old);
        old.pause();
        try {
          await group.failedOver(old);
          const watch = Stopwatch.start();
          await Promise.all(calls);
          assert.ok(watch.ownMs < 1_500, 'they wait for a second at most');
          assert.equal(ledger.unknown, CALLERS);
          const again = Array.from({ length: CALLERS }, () => ledger.pop(redis, 'jobs'));
          for (let i = 0; i < CALLERS; i++) await ledger.push(redis, 'jobs', String(i));
          await Promise.all(again);
          assert.equal(new Set(ledger.delivered).size, CALLERS);
        } finally {
          old.resume();
        }
      });

      for (const fault of ['killed', 'stopped'] as const) {
        it(`lose no element under load while their primary is ${fault}`, async () => {
          const redis = client(topology());
          const ledger = new Ledger();
          let going = true;
          const old = await group.primary();
          // Only what all replicas have counts as pushed: what the servers lose is not ours.
          const pushingTo = (count: number): Redis => redis.with({ waitReplicas: { count, timeoutMs: 500 }, timeoutMs: 2_000 });
          let pushing = pushingTo(2);
          await until(() => pushing.set('warm', 'up'), { what: 'both replicas acknowledge writes' });
          const poppers = Array.from({ length: CALLERS }, async () => {
            while (going) await ledger.pop(redis, 'jobs');
          });
          const pushers = Array.from({ length: 4 }, async (_, pusher) => {
            for (let i = 0; going; i++) {
              await ledger.push(pushing, 'jobs', `${pusher}-${i}`).catch(() => {});
              await sleep(5);
            }
          });
          let early = 0;
          let late = 0;
          try {
            await until(() => ledger.delivered.length > 50, { what: 'it runs' });
            early = ledger.delivered.length;
            if (fault === 'killed') await old.kill();
            else old.pause();
            const next = await group.failedOver(old);
            pushing = pushingTo(1);
            await sleep(2_000);
            await until(() => ledger.delivered.length > early + 100, { what: 'it goes on' });
            late = ledger.delivered.length;
            going = false;
            await Promise.all(pushers);
            await until(async () => {
              // Each of those who wait gets one more, and goes.
              for (let left = await blockedOn(next); left > 0; left--) await redis.rpush('jobs', 'end');
              return (await Promise.race([Promise.all(poppers), sleep(200, null)])) !== null;
            });
            if (fault === 'stopped') old.resume();
          } finally {
            going = false;
          }
          const missing = await ledger.missing(redis, 'jobs');
          assert.ok(
            missing.length <= ledger.unknown,
            `${missing.length} elements missing, ${ledger.unknown} callers told that they may be`,
          );
          assert.deepEqual(ledger.refused, []);
          assert.ok(late > early + 100 && ledger.unknown <= 2 * CALLERS, `${ledger.unknown} unknown`);
          const elements = ledger.delivered.filter((element) => element !== 'end');
          assert.ok(elements.length - new Set(elements).size <= CALLERS, 'what was popped but not replicated comes again, nothing else');
          await redis.close();
        });
      }
    });
  }
});
