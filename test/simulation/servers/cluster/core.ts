import type { Random } from '../../time/random.js';
import type { ClusterTable } from './cluster-table.js';
import type { KnownNode, NodeIdentity } from './known-node.js';
import type { Message } from './messages.js';

/** What a node of a cluster needs of the server that it is part of. */
export interface ClusterHost {
  readonly now: number;
  readonly random: Random;
  /** Bytes of its history. */
  readonly offset: number;
  /** How long a replica has heard nothing from its primary, in ms. */
  readonly dataAgeMs: number;
  /** Becomes a replica of this node, or goes on being one. */
  follow(primary: NodeIdentity): void;
  becomePrimary(): void;
  /** Commands that may write wait until then. */
  holdWrites(untilMs: number): void;
  releaseWrites(): void;
  /** Keys of slots that another node serves by now. */
  deleteKeys(slots: ReadonlySet<number>): void;
  /** Slots have left this shard, and these have another owner: who listens to their channels is told. */
  slotsLeft(slots?: ReadonlySet<number>): void;
  /** A message that was published at another node. */
  deliver(channel: string, message: string, isSharded: boolean): void;
  /** Called ten times a second. */
  step(): void;
}

/** Settings of redis.conf. */
export interface ClusterSettings {
  /** `cluster-node-timeout`, in ms. */
  readonly nodeTimeoutMs: number;
  /** `cluster-require-full-coverage`. */
  readonly requiresFullCoverage: boolean;
  /** `cluster-allow-reads-when-down`. */
  readonly allowsReadsWhenDown: boolean;
  /** `cluster-replica-validity-factor`. 0: a replica may be of any age. */
  readonly validityFactor: number;
  /** `cluster-preferred-endpoint-type`. */
  readonly preferredEndpoint: 'ip' | 'hostname' | 'unknown-endpoint';
}

export const usualSettings: ClusterSettings = {
  nodeTimeoutMs: 2_000,
  requiresFullCoverage: true,
  allowsReadsWhenDown: false,
  validityFactor: 10,
  preferredEndpoint: 'ip',
};

/** What the parts of a node share. */
export interface ClusterCore {
  readonly table: ClusterTable;
  readonly host: ClusterHost;
  readonly settings: ClusterSettings;
  send(to: KnownNode, message: Message): void;
  broadcast(message: Message): void;
  /** A ping without waiting for the next turn of the cron. */
  ping(to: KnownNode): void;
  pongToAll(): void;
  header(): Message['header'];
  /** This server becomes a replica of that node. */
  follow(primary: KnownNode): void;
  updateState(): void;
}
