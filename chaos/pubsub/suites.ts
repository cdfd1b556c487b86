import type { Fault } from '../fault.js';
import { clusterFaults } from '../faults/cluster.js';
import { hundredFailovers } from '../faults/hundred.js';
import { replicationFaults } from '../faults/replication.js';
import { sentinelFaults } from '../faults/sentinel.js';
import { ClusterStage } from '../stages/cluster.js';
import { ReplicationStage } from '../stages/replication.js';
import { SentinelStage } from '../stages/sentinel.js';
import type { Stage } from '../stages/stage.js';
import { type PubsubReport, type PubsubRunOptions, runPubsubFault } from './run.js';

export interface PubsubSuite {
  readonly topology: 'cluster' | 'sentinel' | 'replication';
  readonly faults: readonly { readonly name: string; readonly title: string; readonly leaks?: boolean }[];
  start(): Promise<StartedPubsubSuite>;
}

export interface StartedPubsubSuite {
  run(name: string, options: PubsubRunOptions): Promise<PubsubReport>;
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
          const { prepare: _, ...unprepared } = fault;
          return runPubsubFault(name === 'reshard' ? unprepared : fault, stage, {
            ...options,
            ...(toldLateMs === undefined ? {} : { toldLateMs }),
          });
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
  suite(
    'replication',
    [...replicationFaults, hundredFailovers],
    ['failover', 'by-hand-paused', 'hundred'],
    () => ReplicationStage.start(),
    3_000,
  ),
];
