import type { RedisServer } from '../redis/redis-server.js';
import { Failure, OK } from '../resp.js';
import type { AttachedReplica } from './downstream.js';
import { type Address, keyOf } from './messages.js';
import type { Replication } from './replication.js';

export type FailoverPhase = 'no-failover' | 'waiting-for-sync' | 'failover-in-progress';

export interface FailoverRequest {
  /** null: the replica that has all first. */
  readonly target: Address | null;
  readonly isForced: boolean;
  /** null: it waits for ever. */
  readonly timeoutMs: number | null;
}

const PAUSE = 'failover';

/**
 * The FAILOVER command: writes wait until a replica has all, which then becomes the primary.
 * https://github.com/redis/redis/blob/7.0/src/replication.c (`failoverCommand`, `updateFailoverStatus`)
 */
export class ManualFailover {
  phase: FailoverPhase = 'no-failover';
  #request: FailoverRequest | null = null;
  #until = Number.POSITIVE_INFINITY;

  constructor(
    private readonly server: RedisServer,
    private readonly replication: Replication,
  ) {}

  begin(request: FailoverRequest): Failure | typeof OK {
    const refusal = this.#refusal(request);
    if (refusal !== null) return refusal;
    const { server } = this;
    this.phase = 'waiting-for-sync';
    this.#request = request;
    this.#until = request.timeoutMs === null ? Number.POSITIVE_INFINITY : server.now + request.timeoutMs;
    server.pause.begin(PAUSE, Number.POSITIVE_INFINITY, 'write');
    this.replication.downstream.askForAck();
    if (request.timeoutMs !== null) server.after(request.timeoutMs, () => this.check());
    return OK;
  }

  #refusal({ target, isForced, timeoutMs }: FailoverRequest): Failure | null {
    const { downstream, isPrimary } = this.replication;
    if (this.phase !== 'no-failover') return new Failure('ERR FAILOVER already in progress.');
    if (!isPrimary) return new Failure('ERR FAILOVER is not valid when server is a replica.');
    if (downstream.replicas.size === 0) return new Failure('ERR FAILOVER requires connected replicas.');
    if (isForced && (timeoutMs === null || target === null)) {
      return new Failure('ERR FAILOVER with force option requires both a timeout and target HOST and IP.');
    }
    if (target === null) return null;
    const replica = downstream.find(target);
    if (replica === null) return new Failure('ERR FAILOVER target HOST and PORT is not a replica.');
    return replica.state === 'online' ? null : new Failure('ERR FAILOVER target replica is not online.');
  }

  abort(): Failure | typeof OK {
    if (this.phase === 'no-failover') return new Failure('ERR No failover in progress.');
    this.#end(false);
    return OK;
  }

  /** A replica has said how far it is, or time has passed. */
  check(): void {
    const request = this.#request;
    if (this.phase !== 'waiting-for-sync' || request === null) return;
    const { server, replication } = this;
    const isLate = server.now >= this.#until;
    if (isLate && !request.isForced) {
      this.#end(false);
      return;
    }
    const target = isLate ? request.target : (this.#caughtUp(request.target)?.address ?? null);
    if (target === null) return;
    this.phase = 'failover-in-progress';
    replication.follow(target, (isTaken) => this.#end(isTaken));
  }

  #caughtUp(target: Address | null): AttachedReplica | null {
    const { downstream, offset } = this.replication;
    const wanted = target === null ? null : keyOf(target);
    return (
      downstream.online.find((replica) => replica.ackedTo === offset && (wanted === null || keyOf(replica.address) === wanted)) ?? null
    );
  }

  #end(isTaken: boolean): void {
    const wasInProgress = this.phase === 'failover-in-progress';
    this.clear();
    if (!isTaken && wasInProgress) this.replication.promote();
    this.server.pause.end(PAUSE);
  }

  clear(): void {
    this.phase = 'no-failover';
    this.#request = null;
  }
}
