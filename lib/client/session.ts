import type { Call, OutcomeSink } from '../protocol/call.js';
import type { CommandSpec } from '../protocol/command-spec.js';
import { READONLY, SCRIPT, WRITE } from '../protocol/command-spec.js';
import type { OffsetTracker, Position, Replicating } from '../topology/replication/offset-tracker.js';

/** What the session has written to one primary. */
interface Token {
  /** A question of this number or later is answered with an offset that has it. */
  readonly minRequest: number;
  /** Null until there is such an answer. */
  readonly position: Position | null;
}

/**
 * Reads what it wrote. A primary is asked for its offset after the reply to a write: whatever the offset is, the write is in it, so that a replica of
 * the same stream that has applied as much has the write.
 *
 * | the session has | a read may go to |
 * |---|---|
 * | written nothing | whom its policy names |
 * | a write of that slot on its way, which does not block | the primary |
 * | a token without an offset | the primary, which is asked for its offset meanwhile |
 * | a token with an offset | the replicas that have said, since they were last connected, that they have as much; else the primary |
 *
 * Positions mean nothing beyond one primary: when one changes, or slots move, all tokens are dropped, and of every primary an offset of after the
 * change is needed.
 */
export class Session {
  /** By the node that answered. */
  readonly #tokens = new Map<Replicating, Token>();
  /** Writes on their way, by slot; -1 where slots do not matter. */
  readonly #writing = new Map<number, number>();
  /** Slots with a write that another primary answered than the one we know: what is on its way may be missing on the replicas of either. */
  readonly #movedWrites = new Set<number>();
  /** What a primary without a token needs; 0: nothing. */
  #minRequest = 0;
  #epoch: number;

  constructor(private readonly offsets: OffsetTracker) {
    this.#epoch = offsets.epoch;
  }

  /** A write begins. */
  begin(slot: number): void {
    this.#writing.set(slot, (this.#writing.get(slot) ?? 0) + 1);
  }

  /** It has ended, somehow. */
  end(slot: number): void {
    const left = (this.#writing.get(slot) ?? 1) - 1;
    if (left === 0) this.#writing.delete(slot);
    else this.#writing.set(slot, left);
  }

  /**
   * `node` has executed something that may write, or may yet execute it; null: it is not there any more. `primary`: of the slot, as far as we know
   * now. `moving`: the slot may be on its way to `node`.
   */
  wrote(slot: number, node: Replicating | null, primary: Replicating | null, moving: boolean): void {
    this.#renew();
    if (node !== null && node === primary) {
      this.#tokens.set(node, { minRequest: this.offsets.next, position: null });
      return;
    }
    this.#resetTokens();
    if (moving) this.#movedWrites.add(slot);
  }

  /** Those of the candidates that have what the session wrote. Null: the primary must serve the read. */
  allowed<N extends Replicating>(slot: number, primary: N | null, candidates: readonly N[]): readonly N[] | null {
    this.#renew();
    if (this.#writing.has(slot) || this.#movedWrites.has(slot)) return null;
    // Without a primary nobody knows what is written where: a session that has written waits for it.
    if (primary === null) return this.#minRequest === 0 && this.#tokens.size === 0 ? candidates : null;
    const token = this.#tokenOf(primary);
    if (token === null) return candidates;
    const replicas = candidates.filter((node) => node !== primary);
    const position = token.position ?? this.#fetchOffset(primary, token, replicas);
    if (position === null) return null;
    const able = candidates.filter((node) => node === primary || this.#has(node, position));
    // Nobody, and somebody tells of another history: the primary may have begun another one, too.
    if (!able.some((node) => node !== primary) && replicas.some((node) => this.#differs(node, position))) {
      this.#tokens.set(primary, { minRequest: this.offsets.next, position: null });
    }
    return able.length === 0 ? null : able;
  }

  #tokenOf(primary: Replicating): Token | null {
    return this.#tokens.get(primary) ?? (this.#minRequest === 0 ? null : { minRequest: this.#minRequest, position: null });
  }

  #fetchOffset(primary: Replicating, { minRequest }: Token, replicas: readonly Replicating[]): Position | null {
    const told = this.offsets.lastReply(primary);
    if (told === null || told.requestNo < minRequest) {
      this.offsets.fetchPrimaryOffset(primary, replicas);
      return null;
    }
    this.#tokens.set(primary, { minRequest, position: told.position });
    return told.position;
  }

  #has(replica: Replicating, { replid, offset }: Position): boolean {
    const told = this.offsets.lastReply(replica);
    const current = told !== null && told.processEpoch === replica.processEpoch;
    if (current && told.position.replid === replid && told.position.offset >= offset) return true;
    this.offsets.check(replica);
    return false;
  }

  #differs(replica: Replicating, { replid }: Position): boolean {
    const told = this.offsets.lastReply(replica);
    return told !== null && told.position.replid !== replid;
  }

  #renew(): void {
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

/** Not to be answered by a replica that lacks its effect. What a module's command does is known by its flags; without any it may be a write. */
export function changesData({ flags, firstKey }: CommandSpec): boolean {
  return (flags & READONLY) === 0 && ((flags & (WRITE | SCRIPT)) !== 0 || firstKey !== -1);
}

/** Tells the session what becomes of a call that may write, and passes its outcome on. */
export class SessionWrite implements OutcomeSink {
  #node: string | null = null;

  constructor(
    private readonly call: Call,
    private readonly next: OutcomeSink | null,
    /** `node`: who got it last; null: it never left. */
    private readonly ended: (node: string | null) => void,
  ) {}

  onSent(node: string): void {
    this.#node = node;
    this.next?.onSent?.(node);
  }

  onValue(at: number, value: unknown): void {
    this.ended(this.#node);
    if (this.next === null) this.call.resolve(value);
    else this.next.onValue(at, value);
  }

  onError(at: number, error: unknown): void {
    this.ended(this.#node);
    if (this.next === null) this.call.reject(error);
    else this.next.onError(at, error);
  }
}
