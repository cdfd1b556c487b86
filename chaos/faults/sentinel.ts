import { setTimeout as sleep } from 'node:timers/promises';
import { BLOCKED, type Fault, LIMIT_MS, oneOutage, PROBE_KEY, type Scene, SUBSCRIBERS } from '../fault.js';
import type { Moments, Outage } from '../ledger.js';
import { nowMs } from '../now.js';
import { whenNamed, whenWritable } from '../prober.js';
import { announced, type Member } from '../stages/group.js';
import type { SentinelStage } from '../stages/sentinel.js';
import { placeOf } from '../stages/stage.js';

type SentinelFault = Fault<SentinelStage>;
type SentinelScene = Scene<SentinelStage>;

/** Moment at which the first sentinel names another node and one takes a direct write. */
async function servedAgain(stage: SentinelStage, old: Member): Promise<number> {
  const replicas = stage.members.filter((member) => member !== old).map(({ server }) => placeOf(server));
  const sentinels = stage.sentinels.filter(({ state }) => state === 'running').map(placeOf);
  const [named, writable] = await Promise.all([
    whenNamed(sentinels, stage.name, announced(old), LIMIT_MS),
    whenWritable(replicas, PROBE_KEY, LIMIT_MS),
  ]);
  return Math.max(named, writable);
}

async function kill({ stage }: SentinelScene): Promise<Moments> {
  const old = await stage.primaryMember();
  const struckAt = nowMs();
  await old.server.kill();
  return oneOutage(struckAt, await servedAgain(stage, old));
}

async function stop({ stage, holdMs }: SentinelScene): Promise<Moments> {
  const old = await stage.primaryMember();
  const struckAt = nowMs();
  old.server.pause();
  const backAt = await servedAgain(stage, old);
  await sleep(Math.max(0, struckAt + holdMs - nowMs()));
  old.server.resume();
  return oneOutage(struckAt, backAt);
}

async function partition({ stage, holdMs }: SentinelScene): Promise<Moments> {
  const old = await stage.primaryMember();
  const struckAt = nowMs();
  old.relay?.pause();
  const backAt = await servedAgain(stage, old);
  await sleep(Math.max(0, struckAt + holdMs - nowMs()));
  old.relay?.resume();
  return oneOutage(struckAt, backAt);
}

async function failover({ stage }: SentinelScene): Promise<Moments> {
  const old = await stage.primaryMember();
  const struckAt = nowMs();
  await stage.sentinels[0]?.ask('SENTINEL', 'FAILOVER', stage.name);
  return oneOutage(struckAt, await servedAgain(stage, old));
}

async function withoutQuorum({ stage, note }: SentinelScene): Promise<Moments> {
  const old = await stage.primaryMember();
  const [first, second] = stage.sentinels;
  await Promise.all([first?.kill(), second?.kill()]);
  await sleep(500);
  const struckAt = nowMs();
  await old.server.kill();
  await sleep(3_000);
  note('nobody has taken over for 3 s; a second sentinel starts');
  await first?.restart();
  return oneOutage(struckAt, await servedAgain(stage, old));
}

async function tenFailovers(scene: SentinelScene): Promise<Moments> {
  const outages: Outage[] = [];
  for (let i = 0; i < 10; i++) {
    outages.push(...(await (i % 2 === 0 ? failover(scene) : kill(scene))).outages);
    await scene.stage.whole();
  }
  return { struckAt: outages[0]?.struckAt ?? nowMs(), outages };
}

const KILL = { failedWritesMs: 10, readsFailed: 0, back: { medianMs: 100, worstMs: 250 } };
const SILENT = { failedWritesMs: 200, readsFailed: 0, back: { worstMs: 250 } };

export const sentinelFaults: readonly SentinelFault[] = [
  { name: 'kill', title: 'primary SIGKILL', runs: 10, direct: true, strike: kill, bounds: KILL },
  { name: 'stop', title: 'primary SIGSTOP, resumed', direct: true, strike: stop, bounds: SILENT },
  {
    name: 'failover',
    title: 'SENTINEL FAILOVER',
    direct: true,
    strike: failover,
    bounds: { failedWritesMs: 0, readsFailed: 0, back: { worstMs: 150 } },
  },
  {
    name: 'quorum',
    title: 'two of three sentinels SIGKILL, then the primary; then a sentinel back',
    direct: true,
    strike: withoutQuorum,
    bounds: { failedWritesMs: 10, readsFailed: 0, back: { worstMs: 250 } },
  },
  {
    name: 'blocked',
    title: 'primary SIGKILL, 50 callers blocked in BLPOP, 20 subscribers',
    blocked: BLOCKED,
    subscribers: SUBSCRIBERS,
    strike: kill,
    bounds: KILL,
  },
  {
    name: 'blocked-failover',
    title: 'SENTINEL FAILOVER, 50 callers blocked in BLPOP, 20 subscribers',
    blocked: BLOCKED,
    subscribers: SUBSCRIBERS,
    strike: failover,
    bounds: { failedWritesMs: 0, readsFailed: 0, back: { worstMs: 150 } },
  },
  {
    name: 'ten',
    title: 'ten times SENTINEL FAILOVER and SIGKILL in turn, 50 callers blocked, 20 subscribers',
    leaks: true,
    blocked: BLOCKED,
    subscribers: SUBSCRIBERS,
    strike: tenFailovers,
    bounds: { failedWritesMs: 5 * 10, readsFailed: 0, back: { worstMs: 250 } },
  },
];

/** Faults of a group whose members are reached through relays. */
export const partitionFaults: readonly SentinelFault[] = [
  { name: 'partition', title: 'primary cut off: its sockets black-holed', direct: true, strike: partition, bounds: SILENT },
];
