import type { SlotwiseError } from '../errors.js';
import type { Address } from '../options/address.js';
import type { ReplicaListener } from './resolver-api.js';
import type { NodeInfo, TopologySnapshot } from './snapshot.js';

/** Part of the topology that has probes of its own: the member of a ring, else all of it. */
export interface ProbedMember {
  /** Index of its shard. */
  readonly shard: number;
  /** Name of the member; null: all of the topology. */
  readonly name: string | null;
  /** When its last probe began that ended without a problem, in ms since 1970. */
  readonly confirmedAtMs: number;
}

/** Which part of the topology something is about; nothing: any. */
export interface Whereabouts {
  readonly node?: string | undefined;
  readonly slot?: number | undefined;
}

/** Options and listeners of a monitor. */
export interface TopologyMonitorOptions {
  readonly periodMs: number;
  /** Listener to changes; `previous` is null the first time. */
  readonly onSnapshot: (next: TopologySnapshot, previous: TopologySnapshot | null, reason: string) => void;
  /** Listener to failed probes, each of them. */
  readonly onError: (error: SlotwiseError, member: Pick<ProbedMember, 'name'>) => void;
  /** Whether commands wait for another snapshot. Default: no. */
  readonly hasWaitingCommands?: () => boolean;
  /** Default `random()` of the runtime. */
  readonly random?: () => number;
  /** Listener to the end of every probe, also of one without a change; `error` is undefined after a success. */
  readonly onProbe?: (error: unknown, member: ProbedMember) => void;
  /** Listener to nodes that say during a probe that they are replicas. */
  readonly onReplica?: ReplicaListener;
  /** Listener to nodes that left the topology, called before `onSnapshot`. */
  readonly onNodeGone?: (node: NodeInfo) => void;
}

/** What keeps the snapshot of the topology up to date. */
export interface TopologyMonitor {
  readonly snapshot: TopologySnapshot | null;
  /** Runs the first probe. If it rejects, probing goes on nevertheless until `stop`. */
  start(): Promise<void>;
  /** Asks for a probe because the topology may have changed: soon, sooner still if it is `urgent`. */
  wake(reason: string, urgent?: boolean, place?: Whereabouts): void;
  /** Takes in a MOVED. `from`: key of the node that said it. */
  slotMoved(slot: number, address: Address, from: string): void;
  /** Has the next probe, which is urgent, ask this node among others: its view is newer than the snapshot. `from`: key of its shard. */
  probeFirst(address: Address, reason: string, from: string): void;
  /** Notes that this node does not answer. */
  suspect(key: string): void;
  /** Notes that this node answers again. */
  trust(key: string): void;
  /** Notes that a connection to this node broke, or could not be made. */
  connectionFailed(key: string): void;
  /** When the last probe began that found this node as the snapshot says, in ms since 1970. */
  confirmedSinceMs(node: string): number;
  /** Whether each part of the topology was reached or has failed once. */
  readonly isSettled: boolean;
  stop(): void;
}
