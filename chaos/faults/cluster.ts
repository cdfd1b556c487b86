import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterPort, type ShardView } from '../../test/support/cluster-view.js';
import type { Server } from '../../test/support/server.js';
import { until } from '../../test/support/wait.js';
import { BLOCKED, type Fault, LIMIT_MS, oneOutage, PROBE_KEY, type Scene } from '../fault.js';
import { type KeySpace, keysOf } from '../key-space.js';
import type { Moments, Outage } from '../ledger.js';
import { nowMs } from '../now.js';
import { whenWritable } from '../prober.js';
import { moveSlots, moves } from '../reshard.js';
import { type ClusterStage, SLOT } from '../stages/cluster.js';

type ClusterFault = Fault<ClusterStage>;
type ClusterScene = Scene<ClusterStage>;

async function kill({ stage }: ClusterScene): Promise<Moments> {
  const { primary, replicas } = await stage.shard();
  const struckAt = nowMs();
  await primary.kill();
  return oneOutage(struckAt, await whenWritable(replicas, PROBE_KEY, LIMIT_MS));
}

async function stop({ stage, holdMs }: ClusterScene): Promise<Moments> {
  const { primary, replicas } = await stage.shard();
  const struckAt = nowMs();
  primary.pause();
  const backAt = await whenWritable(replicas, PROBE_KEY, LIMIT_MS);
  await sleep(Math.max(0, struckAt + holdMs - nowMs()));
  primary.resume();
  return oneOutage(struckAt, backAt);
}

async function failover({ stage }: ClusterScene): Promise<Moments> {
  const { replicas } = await stage.shard();
  const [replica] = replicas;
  if (replica === undefined) throw new Error('the shard has no replica');
  const struckAt = nowMs();
  await replica.ask('CLUSTER', 'FAILOVER');
  return oneOutage(struckAt, await whenWritable([replica], PROBE_KEY, LIMIT_MS));
}

/** A primary votes for one election of a shard in twice the node timeout: a failover soon after another is not granted. */
const VOTES_AGAIN_MS = 4_500;

function replicasHarmed(harm: (server: Server) => unknown): ClusterFault['strike'] {
  return async ({ stage, holdMs }) => {
    const { replicas } = await stage.shard();
    const struckAt = nowMs();
    await Promise.all(replicas.map(harm));
    await sleep(Math.min(holdMs, 10_000));
    for (const replica of replicas) if (replica.state === 'paused') replica.resume();
    return { struckAt, outages: [] };
  };
}

async function reshard({ stage, quick, note }: ClusterScene): Promise<Moments> {
  const struckAt = nowMs();
  for (const back of [false, true]) {
    const begunAt = nowMs();
    const { slots, keys } = await moveSlots(stage.cluster, moves(quick), back);
    note(`${slots} slots with ${keys} keys moved ${back ? 'back ' : ''}in ${((nowMs() - begunAt) / 1_000).toFixed(1)} s`);
  }
  return { struckAt, outages: [] };
}

/** A key in the slots of a shard, which is not one of the load's. */
function probeKeyOf({ slots }: ShardView): string {
  return keysOf({ kind: 'ranges', ranges: slots, count: 1 })
    .key(0)
    .replace(/^(.*)$/, '{$1}:probe');
}

/** Ends one server, and starts it again when its shard serves without it. */
async function restartOne(stage: ClusterStage, server: Server, end: (server: Server) => Promise<void>): Promise<Outage | null> {
  const shard = (await stage.cluster.view()).find(({ primary }) => primary === server);
  const struckAt = nowMs();
  await end(server);
  const outage = shard === undefined ? null : { struckAt, backAt: await whenWritable(shard.replicas, probeKeyOf(shard), LIMIT_MS) };
  if (shard !== undefined) await stage.cluster.failedOver(server, shard.slots[0]?.[0] ?? 0);
  else await sleep(500);
  await server.restart();
  await stage.whole();
  return outage;
}

function rollingRestart(end: (server: Server) => Promise<void>): ClusterFault['strike'] {
  return async ({ stage, note }) => {
    const outages: Outage[] = [];
    const struckAt = nowMs();
    for (const server of stage.cluster.servers) {
      const outage = await restartOne(stage, server, end);
      if (outage !== null) outages.push(outage);
      const how = outage === null ? 'a replica' : `its shard served again after ${Math.round(outage.backAt - outage.struckAt)} ms`;
      note(`${server.address} restarted: ${how}`);
    }
    return { struckAt, outages };
  };
}

/** A replica leaves the cluster for good, and a new node with its address joins another shard; then it changes shards once more. */
async function replaceNode({ stage, note }: ClusterScene): Promise<Moments> {
  const { cluster } = stage;
  const struckAt = nowMs();
  const {
    primary,
    replicas: [leaver],
  } = await stage.shard();
  const other = (await cluster.view()).find((shard) => shard.primary !== primary);
  if (leaver === undefined || other === undefined) throw new Error('a replica and another shard were expected');
  const rest = cluster.servers.filter((server) => server !== leaver);
  const leaverId = String(await leaver.ask('CLUSTER', 'MYID'));
  await leaver.kill();
  await Promise.all(rest.map((server) => server.ask('CLUSTER', 'FORGET', leaverId)));
  // Without its file it is another node.
  rmSync(join(leaver.folder, 'nodes.conf'));
  await leaver.restart();
  await primary.ask('CLUSTER', 'MEET', leaver.host, clusterPort(leaver), clusterPort(leaver) + 10_000);
  await joinShard(leaver, other.primary);
  note(`${leaver.address} came back as a new node, a replica of another shard`);
  await sleep(2_000);
  await joinShard(leaver, primary);
  await stage.whole();
  return { struckAt, outages: [] };
}

async function joinShard(server: Server, primary: Server): Promise<void> {
  const id = String(await primary.ask('CLUSTER', 'MYID'));
  await until(() => server.ask('CLUSTER', 'REPLICATE', id), { timeoutMs: 10_000, what: `${server.address} follows ${primary.address}` });
  await until(async () => (await server.info('replication')).master_link_status === 'up', {
    timeoutMs: 10_000,
    what: `${server.address} has its primary's data`,
  });
}

async function tenFailovers(scene: ClusterScene): Promise<Moments> {
  const { stage } = scene;
  const outages: Outage[] = [];
  for (let i = 0; i < 10; i++) {
    const { primary } = await stage.shard();
    if (i % 2 === 0) outages.push(...(await failover(scene)).outages);
    else {
      outages.push(...(await kill(scene)).outages);
      await stage.cluster.failedOver(primary, SLOT);
      await primary.restart();
    }
    await stage.whole();
    await sleep(VOTES_AGAIN_MS);
  }
  return { struckAt: outages[0]?.struckAt ?? nowMs(), outages };
}

/** Counters in the slots that move. */
export const counters = (quick: boolean): KeySpace => ({
  kind: 'ranges',
  ranges: moves(quick).map(({ range }) => range),
  count: quick ? 10_000 : 100_000,
});

export async function fillCounters({ stage, quick }: ClusterScene): Promise<void> {
  const keys = keysOf(counters(quick));
  await stage.fill(Array.from({ length: keys.countersOf(0) }, (_, counter) => keys.key(counter)));
}

const KILL = { failedWritesMs: 10, readsFailed: 0, back: { medianMs: 100, worstMs: 250 } };
const SILENT = { failedWritesMs: 200, readsFailed: 0, back: { worstMs: 250 } };

export const clusterFaults: readonly ClusterFault[] = [
  { name: 'kill', title: 'primary SIGKILL', runs: 10, direct: true, strike: kill, bounds: KILL },
  { name: 'stop', title: 'primary SIGSTOP, resumed', direct: true, strike: stop, bounds: SILENT },
  {
    name: 'failover',
    title: 'CLUSTER FAILOVER',
    direct: true,
    prepare: () => sleep(VOTES_AGAIN_MS),
    strike: failover,
    bounds: { failedWritesMs: 0, readsFailed: 0, back: { worstMs: 50 } },
  },
  {
    name: 'replicas-kill',
    title: "replicas SIGKILL, reads 'replicaPreferred'",
    reads: 'replicaPreferred',
    strike: replicasHarmed((server) => server.kill()),
    bounds: { failedWritesMs: 0, readsFailed: 0, worstReadMs: 250 },
  },
  {
    name: 'replicas-stop',
    title: "replicas SIGSTOP, reads 'replicaPreferred'",
    reads: 'replicaPreferred',
    strike: replicasHarmed((server) => server.pause()),
    bounds: { failedWritesMs: 0, readsFailed: 0, worstReadMs: 250 },
  },
  {
    name: 'reshard',
    title: '6,000 slots, 100,000 keys moved, then back',
    keys: counters,
    prepare: fillCounters,
    strike: reshard,
    bounds: { failedWritesMs: 0, readsFailed: 0, aboveQuietMs: 50 },
  },
  {
    name: 'rolling',
    title: "rolling restart of six nodes (SIGKILL), reads 'replicaPreferred'",
    reads: 'replicaPreferred',
    keys: () => ({ kind: 'own', tag: null }),
    strike: rollingRestart((server) => server.kill()),
    bounds: { failedWritesMs: 6 * 10, readsFailed: 0 },
  },
  {
    name: 'rolling-term',
    title: "the same with SIGTERM, which holds the writers' commands first",
    reads: 'replicaPreferred',
    keys: () => ({ kind: 'own', tag: null }),
    strike: rollingRestart((server) => server.terminate()),
    // Whatever a server holds unanswered when it ends may have run: https://redis.io/docs/latest/commands/shutdown/
    bounds: { failedWritesMs: 6 * 200, readsFailed: 0 },
  },
  {
    name: 'replace',
    title: "a node removed, another added at its address, reads 'replicaPreferred'",
    reads: 'replicaPreferred',
    strike: replaceNode,
    bounds: { failedWritesMs: 0, readsFailed: 0 },
  },
  {
    name: 'blocked',
    title: 'primary SIGKILL with 50 callers blocked in BLPOP',
    blocked: BLOCKED,
    strike: kill,
    bounds: KILL,
  },
  {
    name: 'ten',
    title: 'ten failovers in a row',
    leaks: true,
    strike: tenFailovers,
    bounds: { failedWritesMs: 5 * 10, readsFailed: 0, back: { worstMs: 250 } },
  },
];
