import { type OtherServer, serverOf } from '../test/support/other-servers.js';
import type { Fault } from './fault.js';
import { atomicMoves } from './faults/atomic-moves.js';
import { clusterFaults } from './faults/cluster.js';
import { poisonedReply } from './faults/poisoned.js';
import { replicationFaults } from './faults/replication.js';
import { partitionFaults, sentinelFaults } from './faults/sentinel.js';
import { slowLink } from './faults/slow-link.js';
import { virtualIpFaults } from './faults/virtual-ip.js';
import { type RunOptions, type RunReport, runFault } from './run.js';
import { ClusterStage } from './stages/cluster.js';
import { ReplicationStage } from './stages/replication.js';
import { SentinelStage } from './stages/sentinel.js';
import type { Stage } from './stages/stage.js';
import { VirtualIpStage } from './stages/virtual-ip.js';

/** Suite of faults: servers of one kind, and what is done to them. */
export interface Suite {
  /** Topology for the command line; several suites may share one. */
  readonly topology: 'cluster' | 'sentinel' | 'replication' | 'single';
  /** Faults, as far as they can be known without servers. */
  readonly faults: readonly Omit<Fault, 'strike' | 'prepare' | 'warmUp'>[];
  start(): Promise<StartedSuite>;
}

export interface StartedSuite {
  run(name: string, options: RunOptions): Promise<RunReport>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

function suite<S extends Stage>(topology: Suite['topology'], faults: readonly Fault<S>[], start: () => Promise<S>): Suite {
  return {
    topology,
    faults,
    start: async () => {
      const stage = await start();
      return {
        run: (name, options) => {
          const fault = faults.find((one) => one.name === name);
          if (fault === undefined) throw new Error(`no fault of ${topology} is called ${name}`);
          return runFault(fault, stage, options);
        },
        heal: () => stage.heal(),
        stop: () => stage.stop(),
      };
    },
  };
}

/** Suite on servers that move slots by themselves; none where such a server is missing. */
function atomicMovesOn(server: OtherServer, fault: Fault<ClusterStage>): Suite[] {
  const program = serverOf(server);
  return program === null ? [] : [suite('cluster', [fault], () => ClusterStage.start({ program }))];
}

export const suites: readonly Suite[] = [
  suite('cluster', [...clusterFaults, poisonedReply], () => ClusterStage.start()),
  suite('cluster', [slowLink], () => ClusterStage.start({ relays: true })),
  ...atomicMovesOn('valkey-9', atomicMoves('atomic-valkey', 'Valkey 9')),
  ...atomicMovesOn('redis-8.6', atomicMoves('atomic-redis', 'Redis 8.6')),
  suite('sentinel', [...sentinelFaults, poisonedReply], () => SentinelStage.start()),
  suite('sentinel', [...partitionFaults, slowLink], () => SentinelStage.start({ relays: true })),
  suite('replication', replicationFaults, () => ReplicationStage.start()),
  suite('replication', [slowLink], () => ReplicationStage.start({ relays: true })),
  suite('single', [...virtualIpFaults, poisonedReply, slowLink], () => VirtualIpStage.start()),
];
