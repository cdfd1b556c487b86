import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../lib/index.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { Cluster } from '../support/cluster.js';
import { ReplicationGroup } from '../support/replication.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Stopwatch } from '../support/stopwatch.js';
import { until } from '../support/wait.js';
import { describeReadGroups, type ReadGroup, read, readKinds, statsOf, writing } from './read-group.js';

describeReadGroups('reads from replicas that are behind or lost', (together, groups) => {
  together('replication that stands still takes a replica out of a domain with a limit of 1 s, and of no other', async (group) => {
    const [stale] = group.replicas;
    const replicas = { addresses: [stale.address] };
    await using redis = await group.ready({
      domains: { bounded: { reads: 'replica', replicas, fallback: ['primary'], maxLagMs: 1_000 }, any: { reads: 'replica', replicas } },
    });
    await using _ = writing(redis);
    // Two commands, so that the servers count them apart.
    const bounded = redis.domain('bounded');
    const any = redis.domain('any');
    const servedBy = async (): Promise<number> => (await countCalls([stale], 'get', () => read(bounded, 20, 1)))[0] ?? 0;
    await until(async () => (await servedBy()) === 20, { what: 'it serves both' });
    // On a replica this holds the stream of its primary, too.
    await stale.ask('CLIENT', 'PAUSE', 60_000, 'WRITE');
    const readers = { on: true, rounds: 0 };
    const reading = (async () => {
      for (; readers.on; await sleep(5)) {
        await Promise.all([bounded.get('k'), any.strlen('k')]);
        readers.rounds++;
      }
    })();
    const rounds = (count: number): Promise<unknown> => {
      const end = readers.rounds + count;
      return until(() => readers.rounds >= end, { timeoutMs: 20_000, what: `${count} rounds of reads` });
    };
    // The limit, and one interval of the samples; what was sent in that time is answered.
    await sleep(1_250);
    await rounds(2);
    const [[gets = -1] = [], [lengths = 0] = []] = await (async () => {
      let strlen: number[] = [];
      const get = await countCalls([stale], 'get', async () => {
        strlen = await countCalls([stale], 'strlen', () => rounds(400));
      });
      return [get, strlen];
    })();
    assert.equal(gets, 0, 'reads with a limit on a replica that is further behind');
    assert.ok(lengths >= 399, `${lengths} reads without a limit`);
    assert.ok((statsOf(redis, stale).lagMs ?? 0) > 1_000);
    assert.match(String(bounded.explain('GET', 'k')), /^replica: lag: .* \(not \S+: up to \d+ ms behind, 1000 are allowed\)$/m);
    assert.equal(bounded.explain('GET', 'k').fallback, true);
    readers.on = false;
    await reading;
    await stale.ask('CLIENT', 'UNPAUSE');
    await until(async () => (await servedBy()) === 20, { timeoutMs: 10_000, what: 'it is fresh enough again' });
  });

  together('a replica that is lost is replaced by the fallback within 250 ms, and comes back when it returns', async (group) => {
    const [own, other, third] = group.replicas;
    await using redis = await group.ready({
      domains: { own: { reads: 'replica', replicas: { addresses: [own.address] }, fallback: ['anyReplica', 'primary'], timeoutMs: 5_000 } },
    });
    const domain = redis.domain('own');
    assert.deepEqual(await group.counts(() => read(domain, 50)), [0, 50, 0, 0]);
    let longest = 0;
    const lost = own.kill();
    const end = performance.now() + 600;
    while (performance.now() < end) {
      const watch = Stopwatch.start();
      assert.equal(await domain.get('k'), 'value');
      longest = Math.max(longest, watch.ownMs);
      await sleep(2);
    }
    await lost;
    assert.ok(longest < 250, `${longest} ms`);
    const counts = await countCalls([group.primary, other, third], 'get', () => read(domain, 60));
    assert.equal(counts[0], 0);
    assert.ok((counts[1] ?? 0) > 0 && (counts[2] ?? 0) > 0, counts.join(', '));
    assert.equal(domain.explain('GET', 'k').fallback, true);
    await own.restart();
    await until(async () => (await countCalls([own], 'get', () => read(domain, 10)))[0] === 10, {
      timeoutMs: 15_000,
      what: 'it is used again',
    });
    // Only a cluster and sentinels list a replica that is gone: elsewhere it comes back as a new one.
    if (group.kind !== 'replication') assert.ok(statsOf(redis, own).ejections > 0);
  });

  if (readKinds.includes('replication')) {
    it('a replica without its primary serves nothing until two samples found it linked', async () => {
      const group = groups.get('replication') ?? assert.fail();
      const [own] = group.replicas;
      await using redis = await group.ready({
        domains: { own: { reads: 'replica', replicas: { addresses: [own.address] }, fallback: ['primary'] } },
      });
      const domain = redis.domain('own');
      assert.deepEqual(await group.counts(() => read(domain, 20)), [0, 20, 0, 0]);
      await own.ask('REPLICAOF', '127.0.0.1', 1);
      await until(async () => (await group.counts(() => read(domain, 20)))[0] === 20, { what: 'the fallback serves' });
      await own.ask('REPLICAOF', group.primary.host, group.primary.port);
      await until(async () => (await group.counts(() => read(domain, 20)))[1] === 20, { timeoutMs: 15_000, what: 'it serves again' });
      assert.equal(statsOf(redis, own).ejections, 1);
    });

    it('a replica of a replica is measured by the offset of the root', async () => {
      await using group = await ReplicationGroup.start({ replicas: 1, cascaded: 1 });
      const [cascaded] = group.cascaded;
      assert.ok(cascaded !== undefined);
      const seeds = [{ host: group.primary.host, port: group.primary.port }];
      const replicas = { addresses: [cascaded.address] };
      await using redis = createClient({
        topology: { kind: 'replication', seeds },
        domains: { own: { keys: '*', reads: 'replica', replicas, fallback: ['primary'], maxLagMs: 1_000 } },
      });
      await using _ = writing(redis);
      const servedBy = async (): Promise<number> => (await countCalls([cascaded], 'get', () => read(redis, 20, 1)))[0] ?? 0;
      await until(async () => (await servedBy()) === 20, { what: 'it is fresh enough' });
      await cascaded.ask('CLIENT', 'PAUSE', 2_000, 'WRITE');
      await until(async () => (await servedBy()) === 0, { what: 'it is too far behind' });
      await until(async () => (await servedBy()) === 20, { what: 'it is fresh enough again' });
    });
  }

  // The last test of those that share the servers: it changes roles.
  const failing = (): ReadGroup[] => [...groups.values()].filter(({ kind }) => kind !== 'replication');
  it('lag is measured by the new primary after a failover, and no read fails meanwhile', async () => {
    await Promise.all(
      failing().map(async (group) => {
        await using redis = await group.ready({ reads: 'replicaPreferred', maxLagMs: 2_000 });
        await using _ = writing(redis);
        let on = true;
        const reading = (async () => {
          for (; on; await sleep(5)) assert.equal(await redis.get('k'), 'value');
        })();
        const { group: servers } = group.running;
        assert.ok(servers instanceof Cluster || servers instanceof SentinelGroup);
        const next = await servers.failover();
        const others = group.all.filter((server) => server !== next && server !== group.primary);
        await until(
          async () => {
            const counts = await countCalls([next, ...others], 'get', () => read(redis, 40));
            return counts[0] === 0 && counts.slice(1).every((count) => count > 0);
          },
          { timeoutMs: 20_000, everyMs: 100, what: `the other replicas serve again on ${group.kind}` },
        );
        on = false;
        await reading;
      }),
    );
  });
});
