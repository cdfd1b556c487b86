import type { Call } from '../protocol/call.js';
import { OutcomeLink } from '../protocol/outcome-link.js';
import type { OffsetTracker, Position, Replicating } from '../topology/replication/offset-tracker.js';

/** Token of a session's writes to one primary: the offset that a replica must have applied. */
interface Token {
  /** Number of the first request for an offset whose answer covers the writes. */
  readonly minRequest: number;
  /** The offset; null until such a request was answered. */
  readonly position: Position | null;
}

/**
 * Session with read-your-writes consistency over replicas, by replication offsets. The primary is asked for its offset after the reply to a
 * write. Whatever that offset is, it covers the write, so a replica of the same replication stream that has applied as much has the write.
 *
 * | the session has | a read may go to |
 * |---|---|
 * | written nothing | the nodes that its policy names |
 * | a write of that slot in flight, which does not block | the primary |
 * | a token without an offset | the primary, which is asked for its offset meanwhile |
 * | a token with an offset | the replicas that have said, since they were last connected, that they have as much; else the primary |
 *
 * Offsets mean nothing beyond one primary. When a primary changes, or slots move, all tokens are dropped, and of every primary an offset is
 * needed that it told after the change.
 */
export class Session {
  /** Tokens by the primary that answered the writes. */
  readonly #tokens = new Map<Replicating, Token>();
  /** Number of writes in flight, by slot; -1 outside a cluster. */
  readonly #inFlight = new Map<number, number>();
  /**
   * Slots whose last write was answered by a node that is not the primary in our snapshot: the slot is moving. Replicas of neither node can
   * be trusted to have the write, so reads of these slots go to the primary until the topology changes.
   */
  readonly #movedWrites = new Set<number>();
  /** `Token.minRequest` of a primary that has no token; 0: such a primary needs none. */
  #minRequest = 0;
  /** `OffsetTracker.epoch` of the tokens. */
  #epoch: number;

  constructor(private readonly offsets: OffsetTracker) {
    this.#epoch = offsets.epoch;
  }

  /** Counts a write that begins. */
  begin(slot: number): void {
    this.#inFlight.set(slot, (this.#inFlight.get(slot) ?? 0) + 1);
  }

  /** Counts a write that has ended, with whatever outcome. */
  end(slot: number): void {
    const left = (this.#inFlight.get(slot) ?? 1) - 1;
    if (left === 0) this.#inFlight.delete(slot);
    else this.#inFlight.set(slot, left);
  }

  /** A write of that slot is in flight. */
  isWriting(slot: number): boolean {
    return this.#inFlight.has(slot);
  }

  /**
   * Records that `node` has executed a write, or may yet execute it; null: the node left the topology. `primary`: of the slot, in our
   * snapshot. `moving`: the slot may be on its way to `node`.
   */
  wrote(slot: number, node: Replicating | null, primary: Replicating | null, moving: boolean): void {
    this.#followTopology();
    if (node !== null && node === primary) {
      this.#tokens.set(node, { minRequest: this.offsets.next, position: null });
      return;
    }
    this.#resetTokens();
    if (moving) this.#movedWrites.add(slot);
  }

  /** Returns the candidates that have what the session wrote. Null: the primary must serve the read. */
  allowed<N extends Replicating>(slot: number, primary: N | null, candidates: readonly N[]): readonly N[] | null {
    this.#followTopology();
    if (this.#inFlight.has(slot) || this.#movedWrites.has(slot)) return null;
    // Without a primary no offset can be told: a session that has written waits for one.
    if (primary === null) return this.#minRequest === 0 && this.#tokens.size === 0 ? candidates : null;
    const token = this.#tokenOf(primary);
    if (token === null) return candidates;
    const replicas = candidates.filter((node) => node !== primary);
    const position = token.position ?? this.#fetchOffset(primary, token, replicas);
    if (position === null) return null;
    const caughtUp = candidates.filter((node) => node === primary || this.#hasApplied(node, position));
    // No replica has caught up, and one of them tells another replid: the primary may have begun another replication stream, too.
    if (!caughtUp.some((node) => node !== primary) && replicas.some((node) => this.#hasOtherReplid(node, position))) {
      this.#tokens.set(primary, { minRequest: this.offsets.next, position: null });
    }
    return caughtUp.length === 0 ? null : caughtUp;
  }

  #tokenOf(primary: Replicating): Token | null {
    return this.#tokens.get(primary) ?? (this.#minRequest === 0 ? null : { minRequest: this.#minRequest, position: null });
  }

  #fetchOffset(primary: Replicating, { minRequest }: Token, replicas: readonly Replicating[]): Position | null {
    const reply = this.offsets.lastReply(primary);
    if (reply === null || reply.requestNo < minRequest) {
      this.offsets.fetchPrimaryOffset(primary, replicas);
      return null;
    }
    this.#tokens.set(primary, { minRequest, position: reply.position });
    return reply.position;
  }

  #hasApplied(replica: Replicating, { replid, offset }: Position): boolean {
    const reply = this.offsets.lastReply(replica);
    const current = reply !== null && reply.processEpoch === replica.processEpoch;
    if (current && reply.position.replid === replid && reply.position.offset >= offset) return true;
    this.offsets.check(replica);
    return false;
  }

  #hasOtherReplid(replica: Replicating, { replid }: Position): boolean {
    const reply = this.offsets.lastReply(replica);
    return reply !== null && reply.position.replid !== replid;
  }

  /** Drops the tokens if a primary has changed, or slots have moved, since the last call. */
  #followTopology(): void {
    if (this.offsets.epoch === this.#epoch) return;
    this.#epoch = this.offsets.epoch;
    if (this.#tokens.size > 0 || this.#movedWrites.size > 0) this.#resetTokens();
    else if (this.#minRequest > 0) this.#minRequest = this.offsets.next;
    this.#movedWrites.clear();
  }

  #resetTokens(): void {
    this.#tokens.clear();
    this.#minRequest = this.offsets.next;
  }
}

/** Observer of one call that may write: reports its end to the session and passes the outcome on. */
export class SessionWrite extends OutcomeLink {
  #node: string | null = null;

  constructor(
    call: Call,
    /** `node`: of the last attempt; null: the call was never sent. */
    private readonly ended: (node: string | null) => void,
  ) {
    super(call);
  }

  override onSent(node: string): void {
    this.#node = node;
    super.onSent(node);
  }

  override onValue(index: number, value: unknown): void {
    this.ended(this.#node);
    super.onValue(index, value);
  }

  override onError(index: number, error: unknown): void {
    this.ended(this.#node);
    super.onError(index, error);
  }
}
