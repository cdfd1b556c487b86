import assert from 'node:assert/strict';
import { createClient, type Redis, replication, SlotwiseError } from '../../lib/index.js';
import { caughtUp, ReplicationGroup, startReplicas } from '../support/replication.js';
import { SentinelGroup } from '../support/sentinel.js';
import { type Server, stopAll } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';
import { chosenKinds } from '../support/topologies.js';
import { until } from '../support/wait.js';

const addressesOf = (servers: readonly Server[]): string[] => servers.map(({ address }) => address);
const primaryOf = (redis: Redis): string | undefined => redis.topology?.shards[0]?.primary?.key;
const depthsOf = (redis: Redis): Record<string, number> =>
  Object.fromEntries((redis.topology?.shards[0]?.replicas ?? []).map(({ key, depth }) => [key, depth]));

/** Two counters that only ever change together, by transactions and by WATCH sessions; what was acknowledged, and what went wrong. */
class Pairs {
  acknowledged = 0;
  readonly errors: unknown[] = [];
  #on = true;
  readonly #running: Promise<void>;

  constructor(readonly redis: Redis) {
    this.#running = Promise.all([this.#transact(), this.#transact(), this.#watch()]).then(() => {});
  }

  async stop(): Promise<void> {
    this.#on = false;
    await this.#running;
  }

  /** Resolves when `count` more were acknowledged. */
  async more(count: number): Promise<void> {
    const target = this.acknowledged + count;
    await until(() => this.acknowledged >= target, { timeoutMs: 15_000, what: `${count} more transactions` });
  }

  async #transact(): Promise<void> {
    while (this.#on) await this.#settle(this.redis.multi().incr('a').incr('b').exec());
  }

  async #watch(): Promise<void> {
    while (this.#on) {
      await this.#settle(
        this.redis.watch(
          'a',
          async (tx) => {
            const [a, b] = [await tx.get('a'), await tx.get('b')];
            return tx
              .multi()
              .set('a', `${Number(a) + 1}`)
              .set('b', `${Number(b) + 1}`);
          },
          { retries: 1_000 },
        ),
      );
    }
  }

  async #settle(outcome: Promise<unknown>): Promise<void> {
    try {
      if ((await outcome) !== null) this.acknowledged++;
    } catch (error) {
      this.errors.push(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('a replication group without sentinels', function () {
  this.timeout(60_000);
  before(function () {
    if (!chosenKinds().includes('replication')) this.skip();
  });

  it('has the replicas that attach later, at once for who waits for one, and those of replicas', async () => {
    await using group = await ReplicationGroup.start({ replicas: 0 });
    const started: Server[] = [];
    try {
      // Nobody tells a client that a replica has come: the period is what finds it while nobody waits.
      await using waiting = createClient({ topology: replication([group.primary.address]), reads: 'replica', timeoutMs: 15_000 });
      await using idle = createClient({ topology: replication([group.primary.address]), monitor: { periodMs: 150 } });
      await Promise.all([waiting.set('k', 'v'), idle.connect()]);
      const value = waiting.get('k');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      started.push(...(await startReplicas(group.primary, 1)));
      const attached = Stopwatch.start();
      assert.equal(await value, 'v');
      assert.ok(attached.ownMs < 5_000, 'long before the next period');
      const [replica] = started as [Server];
      await until(() => depthsOf(idle)[replica.address] === 1);
      started.push(...(await startReplicas(replica, 1)));
      await until(() => depthsOf(idle)[started[1]?.address ?? ''] === 2);
      assert.equal(primaryOf(idle), group.primary.address);
    } finally {
      await stopAll(started);
    }
  });

  it('goes on reading while two call themselves primary; writes wait, and say which two, unless one of them is configured', async () => {
    await using group = await ReplicationGroup.start({ replicas: 2 });
    const [promoted, other] = group.replicas as [Server, Server];
    const monitor = { periodMs: 100 };
    await using undecided = createClient({ topology: replication(addressesOf(group.servers)), reads: 'replica', monitor });
    await using decided = createClient({ topology: replication([promoted.address]), monitor });
    await undecided.set('k', 'v');
    await decided.set('before', '1');
    await caughtUp(group.primary, group.replicas);
    await promoted.ask('REPLICAOF', 'NO', 'ONE');
    await until(() => undecided.topology?.problem?.code === 'ERR_SPLIT_GROUP' && primaryOf(decided) === promoted.address);
    for (let i = 0; i < 20; i++) assert.equal(await undecided.get('k'), 'v', 'the replica that is left serves');
    await assert.rejects(undecided.with({ timeoutMs: 300 }).set('k', 'w'), (error: SlotwiseError) => {
      assert.deepEqual([error.code, error.executed], ['ERR_TIMEOUT', 'no']);
      assert.equal((error.cause as SlotwiseError).code, 'ERR_SPLIT_GROUP');
      for (const server of [group.primary, promoted]) assert.ok(error.message.includes(server.address), error.message);
      return true;
    });
    const write = undecided.set('after', '1');
    assert.equal(await decided.set('decided', '1'), 'OK');
    assert.equal(await promoted.ask('GET', 'decided'), '1');
    for (const server of [group.primary, other]) await server.ask('REPLICAOF', promoted.host, promoted.port);
    assert.equal(await write, 'OK', 'it goes on where one is left');
    assert.equal(await promoted.ask('GET', 'after'), '1');
  });

  it('changes its primary under transactions and WATCH sessions without an error and without half of one', async () => {
    await using group = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = group.replicas as [Server];
    await using redis = createClient({ topology: replication(addressesOf(group.servers)) });
    await redis.mset({ a: '0', b: '0' });
    const pairs = new Pairs(redis);
    await pairs.more(20);
    for (const [from, to] of [
      [group.primary, replica],
      [replica, group.primary],
    ] as const) {
      await from.ask('FAILOVER', 'TO', to.host, to.port);
      await until(async () => (await to.info('replication')).role === 'master');
      await pairs.more(20);
      assert.equal(primaryOf(redis), to.address);
      await until(async () => (await to.info('replication')).master_failover_state !== 'failover-in-progress');
    }
    await pairs.stop();
    assert.deepEqual(pairs.errors, []);
    assert.deepEqual(await redis.mget(['a', 'b']), [String(pairs.acknowledged), String(pairs.acknowledged)]);
    assert.equal(redis.stats().commands, 0);
  });

  it('of sentinels loses its primary under transactions and WATCH sessions: they go on, or say that they may have run, never half', async function () {
    if (!chosenKinds().includes('sentinel')) this.skip();
    await using group = await SentinelGroup.start({ replicas: 1, downAfterMs: 500 });
    const topology = {
      kind: 'sentinel',
      seeds: group.sentinels.map(({ host, port }) => ({ host, port })),
      name: group.name,
      access: {},
    } as const;
    await using redis = createClient({ topology });
    await redis.mset({ a: '0', b: '0' });
    const pairs = new Pairs(redis);
    await pairs.more(20);
    const old = await group.primary();
    await old.kill();
    await group.failedOver(old);
    await pairs.more(20);
    await pairs.stop();
    for (const error of pairs.errors) {
      assert.ok(error instanceof SlotwiseError, String(error));
      assert.deepEqual([error.code, error.executed], ['ERR_CONNECTION_LOST', 'unknown'], error.message);
    }
    assert.ok(pairs.errors.length <= 3, 'those that were in flight');
    const [a, b] = await redis.mget(['a', 'b']);
    assert.equal(a, b);
  });
});
