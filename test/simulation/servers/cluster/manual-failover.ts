import type { ClusterCore } from './core.js';
import type { KnownNode } from './known-node.js';
import type { Header } from './messages.js';

/** https://github.com/redis/redis/blob/7.0/src/cluster.c (`CLUSTER_MF_TIMEOUT`, `CLUSTER_MF_PAUSE_MULT`) */
const TIMEOUT_MS = 5_000;
const PAUSE_TIMEOUTS = 2;

/** CLUSTER FAILOVER: the primary holds writes back until its replica has all of them. */
export class ManualFailover {
  #endsAt: number | null = null;
  /** On the primary: who takes over. */
  #replica: KnownNode | null = null;
  /** On the replica: where the history of the primary ends while it holds writes back. */
  #primaryOffset: number | null = null;
  /** The replica may ask for votes. */
  canStart = false;

  constructor(private readonly core: ClusterCore) {}

  get isUnderWay(): boolean {
    return this.#endsAt !== null;
  }

  /** As the header of a primary that holds back says it. */
  get isPaused(): boolean {
    return this.#endsAt !== null && this.#replica !== null;
  }

  /** On the replica, by CLUSTER FAILOVER. */
  begin(isForced: boolean): void {
    const { core } = this;
    this.reset();
    this.#endsAt = core.host.now + TIMEOUT_MS;
    const { primary } = core.table.myself;
    if (isForced) this.canStart = true;
    else if (primary !== null) core.send(primary, { kind: 'pause', header: core.header() });
  }

  /** On the primary: its replica asks for it. */
  requested(replica: KnownNode): void {
    const { core } = this;
    if (replica.primary !== core.table.myself) return;
    this.reset();
    this.#endsAt = core.host.now + TIMEOUT_MS;
    this.#replica = replica;
    core.host.holdWrites(core.host.now + TIMEOUT_MS * PAUSE_TIMEOUTS);
    core.ping(replica);
  }

  /** On the replica: what the primary says. */
  heard(sender: KnownNode, header: Header): void {
    if (this.#endsAt === null || sender !== this.core.table.myself.primary || !header.isPaused || this.#primaryOffset !== null) return;
    this.#primaryOffset = header.offset;
  }

  step(): void {
    if (this.#endsAt === null) return;
    const { host } = this.core;
    if (host.now > this.#endsAt) {
      this.reset();
      return;
    }
    if (this.#replica !== null) this.core.ping(this.#replica);
    if (this.#primaryOffset !== null && host.offset >= this.#primaryOffset) this.canStart = true;
  }

  reset(): void {
    if (this.#replica !== null) this.core.host.releaseWrites();
    this.#endsAt = null;
    this.#replica = null;
    this.#primaryOffset = null;
    this.canStart = false;
  }
}
