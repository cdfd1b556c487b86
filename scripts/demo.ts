// Starts real servers on this machine and shows what the library does on each topology. Every ✓ is an expectation that was checked; the
// exit code is 0 only if all of them held.
import { createClient } from '../lib/index.js';
import { slotOfKey } from '../lib/routing/keys/slots.js';
import { Cluster } from '../test/support/cluster.js';
import { ReplicationGroup } from '../test/support/replication.js';
import { RingOfServers } from '../test/support/ring.js';
import { RunningTopology } from '../test/support/running-topology.js';
import { SentinelGroup } from '../test/support/sentinel.js';
import { Server } from '../test/support/server.js';
import { showFailover } from './demo/failover.js';
import { whenNamed } from './demo/probe.js';
import { showReadsOfCluster, showReadsOfOneShard } from './demo/reads.js';
import { duration, plural, Report, wantsColours } from './demo/report.js';
import { showRing } from './demo/ring.js';
import { showSlotMove } from './demo/slot-move.js';
import { showTypedCommands } from './demo/typed.js';

const LIMIT_MS = 85_000;

const report = new Report((line) => console.log(line), wantsColours(process.stdout));
const begunAt = performance.now();

setTimeout(() => {
  console.error(`\nThe demo did not end within ${LIMIT_MS / 1_000} s.`);
  process.exit(1);
}, LIMIT_MS).unref();

async function announced<T>(what: string, start: Promise<T>): Promise<T> {
  const at = performance.now();
  const started = await start;
  report.line(`${what.padEnd(58)} up after ${duration(performance.now() - at)}`);
  return started;
}

function pair(servers: readonly Server[]): [Server, Server] {
  const [first, second] = servers;
  if (first === undefined || second === undefined) throw new Error('two replicas were expected');
  return [first, second];
}

async function demo(): Promise<void> {
  const { product, version } = Server.version();
  report.chapter(`Starting 19 servers, ${product === 'redis' ? 'Redis' : 'Valkey'} ${version}`);
  const [lone, group, watched, cluster, ring] = await Promise.all([
    announced('single: 1 server', Server.start()),
    announced('replication: 1 primary, 2 replicas', ReplicationGroup.start()),
    announced('sentinel: 1 primary, 2 replicas, 3 sentinels', SentinelGroup.start({ downAfterMs: 1_000, failoverTimeoutMs: 3_000 })),
    announced('cluster: 3 primaries, 3 replicas', Cluster.start({ nodeTimeoutMs: 1_500 })),
    announced('ring: 3 servers that know nothing of each other', RingOfServers.start()),
  ]);
  const topologies = [
    new RunningTopology('single', lone),
    new RunningTopology('replication', group),
    new RunningTopology('sentinel', watched),
    new RunningTopology('cluster', cluster),
    new RunningTopology('ring', ring),
  ] as const;
  const [, ofGroup, ofWatched, ofCluster] = topologies.map((topology) => topology.createOptions());

  const clients = topologies.map((topology) => [topology.kind, createClient({ topology: topology.createOptions() })] as const);
  await showTypedCommands(report, clients);
  for (const [, redis] of clients) await redis.close();

  report.chapter("Reads by business domain, counted by the servers' own INFO commandstats");
  if (ofGroup === undefined || ofWatched === undefined || ofCluster === undefined) throw new Error('there are five topologies');
  await showReadsOfOneShard(report, 'replication', ofGroup, group.primary, pair(group.replicas));
  report.line();
  await showReadsOfOneShard(report, 'sentinel', ofWatched, await watched.primary(), pair(await watched.replicas()));
  report.line();
  const shards = (await cluster.view()).flatMap(({ primary, replicas: [replica] }) =>
    replica === undefined ? [] : [{ primary, replica }],
  );
  await showReadsOfCluster(report, 'cluster (P: primary, R: replica of a shard)', ofCluster, shards);

  await showSlotMove(report, cluster, ofCluster);

  await showFailover(report, {
    title: 'Sentinel: the primary is killed under load',
    topology: ofWatched,
    reads: 'replicaPreferred',
    key: 'visits',
    primary: () => watched.primary(),
    successors: () => watched.replicas(),
    named: (old, limitMs) => whenNamed(watched, old, limitMs),
  });
  await showFailover(report, {
    title: 'Cluster: a primary is killed under load',
    topology: ofCluster,
    reads: 'primary',
    key: 'visits',
    primary: () => cluster.nodeForSlot(slotOfKey('visits')),
    successors: async () => (await cluster.shardForSlot(slotOfKey('visits'))).replicas,
  });
  await showRing(report, ring);
  await Promise.all(topologies.map((topology) => topology.stop()));
}

const crashed = await demo().then(
  () => false,
  (error: unknown) => {
    console.error(error);
    report.claim(false, 'the demo ran to its end');
    return true;
  },
);
const spent = duration(performance.now() - begunAt);
const { held, failed } = report;
console.log(
  `\n${failed === 0 ? `All ${plural(held, 'claim')} held` : `${plural(failed, 'claim')} of ${held + failed} did not hold`}, in ${spent}.`,
);
process.exitCode = failed === 0 ? 0 : 1;
// After a crash clients and servers are still there. Otherwise what was left open would keep the process alive, and the limit above would tell.
if (crashed) process.exit();
