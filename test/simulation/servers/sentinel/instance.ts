import type { LinkEnd } from '../replication/link.js';
import type { NodeReport, SentinelMessage } from './messages.js';

export type InstanceKind = 'master' | 'slave' | 'sentinel';

/** Progress of a replica towards a promoted one. */
export type Reconfiguration = 'none' | 'sent' | 'inprog' | 'done';

/** The connection of a sentinel with an instance. Times in ms; 0: never. */
export interface InstanceLink {
  end: LinkEnd<SentinelMessage, SentinelMessage> | null;
  isConnecting: boolean;
  connectedAt: number;
  triedAt: number;
  /** When the first PING was sent that has no good answer; 0: there is none. */
  unansweredSince: number;
  pingedAt: number;
  /** Any answer to a PING came. */
  answeredAt: number;
  /** A good one came. */
  goodAt: number;
  isAskedForInfo: boolean;
}

/**
 * What a sentinel knows of one server: of the primary, a replica, or another sentinel.
 * https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelRedisInstance`
 */
export class Instance {
  runId: string | null;
  readonly link: InstanceLink;
  isDown = false;
  isObjectivelyDown = false;
  /** When it was last found down; 0: never. */
  downSince = 0;
  objectivelyDownSince = 0;
  isPromoted = false;
  reconfiguration: Reconfiguration = 'none';
  reconfiguredAt = 0;
  publishedAt: number;
  /** When INFO came; 0: never. */
  reportedAt = 0;
  /** Of the last INFO, and since when it says this. */
  reportedRole: 'master' | 'slave';
  roleSince: number;
  /** Of a replica: since when it names this primary. */
  primarySince: number;
  report: NodeReport | null = null;
  /** Of a sentinel: when it said hello, what it said of the primary's state and when, and for whom it voted. */
  helloAt: number;
  epoch = 0;
  saysDown = false;
  repliedAt = 0;
  leader: string | null = null;
  leaderEpoch = 0;

  constructor(
    readonly kind: InstanceKind,
    /** Of a sentinel: its run id; of a replica: its address. */
    readonly name: string,
    readonly host: string,
    readonly port: number,
    now: number,
  ) {
    this.link = {
      ...{ end: null, isConnecting: false, connectedAt: 0, triedAt: Number.NEGATIVE_INFINITY },
      ...{ unansweredSince: now, pingedAt: 0, answeredAt: now, goodAt: now, isAskedForInfo: false },
    };
    this.publishedAt = now;
    this.helloAt = now;
    this.reportedRole = kind === 'slave' ? 'slave' : 'master';
    this.roleSince = now;
    this.primarySince = now;
    this.runId = kind === 'sentinel' ? name : null;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get isConnected(): boolean {
    return this.link.end !== null;
  }

  send(message: SentinelMessage): void {
    this.link.end?.send(message);
  }

  disconnect(): void {
    this.link.end?.close();
    this.link.end = null;
    this.link.isAskedForInfo = false;
  }
}
