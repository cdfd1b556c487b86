import { until } from '../../test/support/wait.js';
import { type Fault, LIMIT_MS, oneOutage, PROBE_KEY, type Scene } from '../fault.js';
import type { Moments } from '../ledger.js';
import { nowMs } from '../now.js';
import { whenWritable } from '../prober.js';
import type { ReplicationStage } from '../stages/replication.js';

type ReplicationScene = Scene<ReplicationStage>;

/** Planned failover: the primary pauses its writers, hands over and follows. https://redis.io/docs/latest/commands/failover/ */
async function failover({ stage }: ReplicationScene): Promise<Moments> {
  const primary = await stage.primary();
  const [promoted] = await stage.replicas();
  if (promoted === undefined) throw new Error('the group has no replica');
  const struckAt = nowMs();
  await primary.ask('FAILOVER', 'TO', promoted.host, promoted.port);
  return oneOutage(struckAt, await whenWritable([promoted], PROBE_KEY, LIMIT_MS));
}

/** Change of roles as an operator types it. For a moment there are two primaries, and what the old one acknowledges then is lost. */
async function byHand({ stage }: ReplicationScene): Promise<Moments> {
  const primary = await stage.primary();
  const [promoted, ...rest] = await stage.replicas();
  if (promoted === undefined) throw new Error('the group has no replica');
  const struckAt = nowMs();
  await promoted.ask('REPLICAOF', 'NO', 'ONE');
  const backAt = await whenWritable([promoted], PROBE_KEY, LIMIT_MS);
  for (const server of [primary, ...rest]) await server.ask('REPLICAOF', promoted.host, promoted.port);
  return oneOutage(struckAt, backAt);
}

/** Change of roles by hand without a loss: writers are paused until the replica has everything. */
async function byHandPaused({ stage }: ReplicationScene): Promise<Moments> {
  const primary = await stage.primary();
  const [promoted, ...rest] = await stage.replicas();
  if (promoted === undefined) throw new Error('the group has no replica');
  const struckAt = nowMs();
  await primary.ask('CLIENT', 'PAUSE', 5_000, 'WRITE');
  const target = Number((await primary.info('replication')).master_repl_offset);
  await until(async () => Number((await promoted.info('replication')).slave_repl_offset) >= target, { everyMs: 1 });
  await promoted.ask('REPLICAOF', 'NO', 'ONE');
  const backAt = await whenWritable([promoted], PROBE_KEY, LIMIT_MS);
  for (const server of [primary, ...rest]) await server.ask('REPLICAOF', promoted.host, promoted.port);
  await primary.ask('CLIENT', 'UNPAUSE');
  return oneOutage(struckAt, backAt);
}

const BOUNDS = { failedWritesMs: 0, readsFailed: 0, back: { worstMs: 250 } };

export const replicationFaults: readonly Fault<ReplicationStage>[] = [
  { name: 'failover', title: 'FAILOVER TO a replica', direct: true, strike: failover, bounds: BOUNDS },
  { name: 'by-hand', title: 'REPLICAOF NO ONE, REPLICAOF', direct: true, strike: byHand, bounds: BOUNDS },
  { name: 'by-hand-paused', title: 'REPLICAOF by hand, writers paused', direct: true, strike: byHandPaused, bounds: BOUNDS },
];
