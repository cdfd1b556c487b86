import type { Fault } from '../fault.js';
import { clusterFaults } from '../faults/cluster.js';
import { replicationFaults } from '../faults/replication.js';
import { sentinelFaults } from '../faults/sentinel.js';
import { ClusterStage } from '../stages/cluster.js';
import { ReplicationStage } from '../stages/replication.js';
import { SentinelStage } from '../stages/sentinel.js';
import type { Stage } from '../stages/stage.js';
import type { PubsubLedger } from './ledger.js';
import { type PubsubRunOptions, runPubsubFault } from './run.js';

export interface PubsubSuite {
  readonly topology: 'cluster' | 'sentinel' | 'replication';
  readonly faults: readonly { readonly name: string; readonly title: string }[];
  start(): Promise<StartedPubsubSuite>;
}

export interface StartedPubsubSuite {
  run(name: string, options: PubsubRunOptions): Promise<PubsubLedger>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

function suite<S extends Stage>(
  topology: PubsubSuite['topology'],
  all: readonly Fault<S>[],
  names: readonly string[],
  start: () => Promise<S>,
  toldLateMs?: number,
): PubsubSuite {
  const faults = names.map((name) => {
    const fault = all.find((one) => one.name === name);
    if (fault === undefined) throw new Error(`no fault of ${topology} is called ${name}`);
    return fault;
  });
  return {
    topology,
    faults,
    start: async () => {
      const stage = await start();
      return {
        run: (name, options) => {
          const fault = faults.find((one) => one.name === name);
          if (fault === undefined) throw new Error(`no fault of ${topology} is called ${name}`);
          // Counters to move with the slots belong to the other load.
          const harm = { strike: fault.strike, ...(name === 'reshard' ? {} : { prepare: fault.prepare }) } as Fault<S>;
          return runPubsubFault(harm, stage, { ...options, ...(toldLateMs === undefined ? {} : { toldLateMs }) });
        },
        heal: () => stage.heal(),
        stop: () => stage.stop(),
      };
    },
  };
}

export const pubsubSuites: readonly PubsubSuite[] = [
  suite('cluster', clusterFaults, ['kill', 'stop', 'failover', 'reshard', 'rolling'], () => ClusterStage.start()),
  suite('sentinel', sentinelFaults, ['kill', 'stop', 'failover'], () => SentinelStage.start()),
  suite('replication', replicationFaults, ['failover', 'by-hand-paused'], () => ReplicationStage.start(), 3_000),
];

/** After the servers serve again, in ms. */
const BACK_MS = 250;

export interface PubsubCheck {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
}

/** What a fault may cost. */
export function pubsubChecksOf(ledger: PubsubLedger, backMs = BACK_MS): PubsubCheck[] {
  return [
    { what: 'messages missing that no gap tells of', measured: ledger.hidden - ledger.hiddenByServers, atMost: 0 },
    { what: 'messages delivered twice', measured: ledger.twice, atMost: 0 },
    { what: 'messages out of order', measured: ledger.disordered, atMost: 0 },
    ...ledger.backMs.map((measured) => ({ what: 'messages come again after the servers serve (ms)', measured, atMost: backMs })),
  ];
}
