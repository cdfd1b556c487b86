import { Instance } from './instance.js';

/** https://github.com/redis/redis/blob/7.0/src/sentinel.c SENTINEL_FAILOVER_STATE_… */
export type FailoverState =
  | 'none'
  | 'wait_start'
  | 'select_slave'
  | 'send_slaveof_noone'
  | 'wait_promotion'
  | 'reconf_slaves'
  | 'update_config';

export interface GroupSettings {
  readonly name: string;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly parallelSyncs: number;
}

/** A primary that a sentinel watches, with its replicas and the other sentinels. */
export class Group {
  master: Instance;
  readonly replicas = new Map<string, Instance>();
  readonly sentinels = new Map<string, Instance>();
  configEpoch = 0;
  /** For whom this sentinel voted. */
  leader: string | null = null;
  leaderEpoch = 0;
  state: FailoverState = 'none';
  /** A failover is under way, of which this sentinel is, or wants to be, the leader. */
  isFailingOver = false;
  isForced = false;
  failoverEpoch = 0;
  failoverStartedAt = Number.NEGATIVE_INFINITY;
  stateChangedAt = 0;
  promoted: Instance | null = null;

  constructor(
    readonly settings: GroupSettings,
    host: string,
    port: number,
    now: number,
  ) {
    this.master = new Instance('master', settings.name, host, port, now);
  }

  get name(): string {
    return this.settings.name;
  }

  /** The primary as clients are told: that of a failover which has promoted it. */
  get announced(): Instance {
    return this.promoted !== null && (this.state === 'reconf_slaves' || this.state === 'update_config') ? this.promoted : this.master;
  }

  *instances(): Generator<Instance> {
    yield this.master;
    yield* this.replicas.values();
    yield* this.sentinels.values();
  }

  /** `%@` of the events. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#pubsub-messages */
  describe(instance: Instance): string {
    const { kind, name, host, port } = instance;
    const text = `${kind} ${name} ${host} ${port}`;
    return instance === this.master ? text : `${text} @ ${this.name} ${this.master.host} ${this.master.port}`;
  }
}
