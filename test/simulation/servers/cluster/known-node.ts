import { NO_SLOTS, type SlotSet } from './slots.js';

/** What does not change of a node of a cluster. */
export interface NodeIdentity {
  /** Counts the nodes of a cluster from 0: the bus of the model names them by it. */
  readonly ordinal: number;
  /** 40 hex digits. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** `cluster-announce-hostname`; '' for none. */
  readonly hostname: string;
}

/** A node as one server of the cluster knows it. https://github.com/redis/redis/blob/7.0/src/cluster.h (`clusterNode`) */
export class KnownNode {
  /** null: it is a primary. */
  primary: KnownNode | null = null;
  configEpoch = 0;
  slotCount = 0;
  /** Its slots; null: to be gathered anew. See `ClusterTable.slotsOf`. */
  slots: SlotSet | null = NO_SLOTS;
  /** `fail?`: it does not answer this server. */
  isSuspect = false;
  /** `fail`: it does not answer most primaries. */
  isFailed = false;
  failedAt = 0;
  /** It was met, and has not answered yet. */
  isInHandshake = false;
  /** When the ping left that it has not answered; null: it has answered all. */
  pingSentAt: number | null = null;
  pongAt = 0;
  /** When anything came from it. */
  heardAt = 0;
  /** End of its history, as it said last. */
  offset = 0;
  /** When this server voted for one of its replicas. */
  votedAt = Number.NEGATIVE_INFINITY;
  /** Primaries that say it does not answer them, and when they said so last. */
  readonly reports = new Map<KnownNode, number>();

  constructor(readonly identity: NodeIdentity) {}

  get isPrimary(): boolean {
    return this.primary === null;
  }

  get ordinal(): number {
    return this.identity.ordinal;
  }

  get id(): string {
    return this.identity.id;
  }

  get address(): string {
    return `${this.identity.host}:${this.identity.port}`;
  }

  /** The node itself, or the primary that it is a replica of. */
  get owner(): KnownNode {
    return this.primary ?? this;
  }

  /** What a server forgets when it is restarted. */
  forgetLinks(now: number): void {
    this.pingSentAt = null;
    this.pongAt = now;
    this.heardAt = now;
    this.failedAt = now;
    this.votedAt = Number.NEGATIVE_INFINITY;
    this.reports.clear();
  }
}
