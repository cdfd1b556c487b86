import { ReplyError, SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { wallClock } from '../../runtime/runtime.js';
import { thrownText } from '../../util/user-function.js';
import { BIG_BYTES } from '../preflight/big-keys.js';
import { type DuplicateRule, settleDuplicate } from './duplicate.js';
import type { KeyStore, StoreMember } from './key-store.js';
import type { KeyConflict, KeyWay, MovingKey } from './key-way.js';
import { isPassing } from './move-errors.js';
import type { LeftKeys, LeftKind, MoveLedger } from './move-ledger.js';
import type { Pace } from './pace.js';

/** What the move of one source keeps to. */
export interface SourceLimits {
  /** Keys that move together. */
  readonly batch: number;
  /** Keys that are larger stay where they are; null: none is too large. */
  readonly skipLarger: number | null;
  readonly duplicates: DuplicateRule;
  /** Keys move, too, that are not where the old placement puts them. */
  readonly strays: boolean;
}

/** What the sources of one move share. */
export interface MoveContext {
  readonly from: KeyStore;
  readonly to: KeyStore;
  readonly way: KeyWay;
  readonly limits: SourceLimits;
  readonly ledger: MoveLedger;
  readonly pace: Pace;
  isStopped(): boolean;
  /** Tells how far it is. What it throws ends the move. */
  progressed(): void;
  /** Tells the operator something. What it throws ends the move, too. */
  note(text: string): void;
}

/** How a source's move ended. `restless`: keys kept coming. */
export type SourceEnd = 'done' | 'stopped' | 'restless';

/** Keys that are looked at together. */
const PAGE = 1_000;
/** Bytes that move together: the source serves nobody else for some 10 ms. */
const BATCH_BYTES = 1_048_576;
/** Elements whose size is taken for that of all. */
const ELEMENTS = 50;
/** Passes in which keys still came: somebody goes on writing by the old placement. */
const MOST_PASSES = 20;

/** A key of a page, once it is measured. */
interface Measured extends MovingKey {
  /** It is to be remembered for the check, with the time in ms that it still has; -1: it does not end. Null: it is not. */
  readonly endsMs: number | null;
}

/** Mover of the keys of one source, in passes until one of them finds nothing to move any more. */
export class SourceMover {
  #passes = 0;
  /** The source does not say how large keys are. */
  #isMute = false;
  /** Names of the keys of the page before, as latin1 text. */
  #lastPage: ReadonlySet<string> = new Set();

  constructor(
    private readonly source: StoreMember,
    private readonly context: MoveContext,
  ) {}

  async run(): Promise<SourceEnd> {
    const { from } = this.context;
    for (; this.#passes < MOST_PASSES; this.#passes++) {
      const primary = from.addressOf(this.source);
      const moved = await this.#pass();
      if (this.context.isStopped()) return 'stopped';
      // What a new primary has got of the old one's deletions is not known.
      if (moved === 0 && isSameAddress(primary, from.addressOf(this.source))) return 'done';
    }
    return 'restless';
  }

  /** Goes through all keys of the source. Resolves with the number of those that have moved. */
  async #pass(): Promise<number> {
    const { ledger, limits, to, isStopped } = this.context;
    const left = ledger.begin(this.source.name);
    this.#lastPage = new Set();
    const big: Measured[] = [];
    let moved = 0;
    const keys = this.source.redis.scanKeys({ COUNT: PAGE, dedupe: false })[Symbol.asyncIterator]();
    try {
      let next = this.#nextPage(keys, left);
      for (let page = await next; page !== null && !isStopped(); page = await next) {
        // The sizes of one page are asked for while the keys of another move.
        next = this.#nextPage(keys, left);
        next.catch(() => undefined);
        big.push(...page.filter(({ bytes }) => bytes >= BIG_BYTES));
        const small = page.filter(({ bytes }) => bytes < BIG_BYTES);
        for (const batch of batchesOf(small, limits.batch, ({ key }) => to.placeOf(key).name)) moved += await this.#move(batch, left);
      }
    } finally {
      await keys.return?.();
    }
    // While they move, nobody is served: what else is to move has moved then.
    for (const key of big) moved += await this.#move([key], left);
    return moved;
  }

  /** Those of the next keys of a scan that are to move; null: there are no more. */
  async #nextPage(keys: AsyncIterator<Buffer>, left: LeftKeys): Promise<readonly Measured[] | null> {
    const found: Buffer[] = [];
    while (found.length < PAGE) {
      const { done, value } = await keys.next();
      if (done === true) break;
      found.push(value);
    }
    if (found.length === 0) return null;
    const measured = await this.#measure(this.#unseen(found).filter((key) => this.#moves(key, left)));
    const moving = measured.filter((one) => this.#isLight(one, left));
    this.#seen(found.length - moving.length);
    return moving;
  }

  /**
   * The keys without those that SCAN gives twice. Of an earlier page than the last one a key that comes again has moved, or is found to be
   * gone when it is measured.
   */
  #unseen(keys: readonly Buffer[]): Buffer[] {
    const page = new Map(keys.map((key) => [key.toString('latin1'), key]));
    for (const name of this.#lastPage) page.delete(name);
    this.#lastPage = new Set(page.keys());
    return [...page.values()];
  }

  /** Whether a key is to move from here. */
  #moves(key: Buffer, left: LeftKeys): boolean {
    const { from, to, limits } = this.context;
    const target = to.memberOf(key);
    if (from.isSame(this.source, to, target)) return false;
    const home = from.topology.kind === 'ring' ? from.memberOf(key) : this.source;
    if (home === this.source || limits.strays) return true;
    this.#leave(left, 'strays', key, `the old placement puts it on ${home.name}`);
    return false;
  }

  async #measure(keys: readonly Buffer[]): Promise<readonly Measured[]> {
    const { ledger } = this.context;
    const { redis } = this.source;
    const measured = await Promise.all(
      keys.map(async (key) => {
        const [bytes, endsMs] = await Promise.all([this.#sizeOf(key), ledger.draws() ? redis.pttl(key) : null]);
        return bytes === null ? null : { key, bytes, endsMs };
      }),
    );
    return measured.filter((one) => one !== null);
  }

  /** Null: the key is gone. */
  async #sizeOf(key: Buffer): Promise<number | null> {
    if (this.#isMute) return 0;
    try {
      return await this.source.redis.memoryUsage(key, { SAMPLES: ELEMENTS });
    } catch (error) {
      // Without the right to ask, or of an old version.
      if (!(error instanceof ReplyError)) throw error;
      if (!this.#isMute)
        this.context.note(`${this.source.name} does not say how large keys are, so that bounds on bytes are none: ${error.message}`);
      this.#isMute = true;
      return 0;
    }
  }

  #isLight({ key, bytes }: Measured, left: LeftKeys): boolean {
    const { skipLarger } = this.context.limits;
    if (skipLarger === null || bytes <= skipLarger) return true;
    this.#leave(left, 'skipped', key, `it has ${bytes.toLocaleString('en-US')} bytes`);
    return false;
  }

  /** Moves keys together. Resolves with the number of those that have moved. */
  async #move(batch: readonly Measured[], left: LeftKeys): Promise<number> {
    const { ledger, pace, isStopped } = this.context;
    if (isStopped()) return 0;
    const { conflicts, failures, left: unmoved } = await this.#tried(batch);
    const stays = new Set([...failures.map(({ key }) => key), ...unmoved]);
    for (const { key, problem } of failures) this.#leave(left, 'failures', key, problem);
    for (const conflict of conflicts) if (!(await this.#settle(conflict, left))) stays.add(conflict.key);
    const moved = batch.filter(({ key }) => !stays.has(key));
    const bytes = moved.reduce((sum, one) => sum + one.bytes, 0);
    ledger.moved(moved.length, bytes);
    const nowMs = wallClock.now();
    for (const { key, endsMs } of moved) {
      if (endsMs !== null && endsMs !== -2)
        ledger.remember({ key, from: this.source.name, endsAtMs: endsMs === -1 ? null : nowMs + endsMs });
    }
    this.#seen(batch.length);
    await pace.spend(moved.length, bytes, isStopped);
    return moved.length;
  }

  /** So many keys are done with. */
  #seen(keys: number): void {
    if (this.#passes === 0) this.context.ledger.scanned(keys);
    this.context.progressed();
  }

  async #tried(batch: readonly Measured[]): ReturnType<KeyWay['move']> {
    try {
      return await this.context.way.move(this.source, batch);
    } catch (error) {
      if (!isPassing(error)) throw error;
      const problem = error instanceof SlotwiseError ? error.message : thrownText(error);
      return { conflicts: [], failures: batch.map(({ key }) => ({ key, problem })), left: [] };
    }
  }

  /** Settles a key that both places have. Resolves with false where it stays. */
  async #settle(conflict: KeyConflict, left: LeftKeys): Promise<boolean> {
    const { to, limits } = this.context;
    const { key } = conflict;
    const outcome = await settleDuplicate(this.source, to, conflict, limits.duplicates).catch((error: unknown) => {
      if (error instanceof ReplyError || isPassing(error)) return error instanceof SlotwiseError ? error : null;
      throw error;
    });
    if (outcome === 'settled') return true;
    if (outcome === 'conflict') this.#leave(left, 'conflicts', key, 'another value is there already');
    else this.#leave(left, 'failures', key, outcome instanceof SlotwiseError ? outcome.message : 'it changed while it moved');
    return false;
  }

  #leave(left: LeftKeys, kind: LeftKind, key: Buffer, problem: string): void {
    left.add(kind, { key, from: this.source.name, to: this.context.to.placeOf(key).name, problem });
  }
}

function isSameAddress(one: Address | null, other: Address | null): boolean {
  return one !== null && other !== null && addressKey(one) === addressKey(other);
}

/** Keys with one place in batches, as many as may move together by number and by bytes. */
export function batchesOf<T extends MovingKey>(keys: readonly T[], most: number, placeOf: (key: T) => string): T[][] {
  const open = new Map<string, { keys: T[]; bytes: number }>();
  const full: T[][] = [];
  for (const key of keys) {
    const place = placeOf(key);
    const batch = open.get(place);
    if (batch !== undefined && batch.keys.length < most && batch.bytes + key.bytes <= BATCH_BYTES) {
      batch.keys.push(key);
      batch.bytes += key.bytes;
      continue;
    }
    if (batch !== undefined) full.push(batch.keys);
    open.set(place, { keys: [key], bytes: key.bytes });
  }
  return [...full, ...[...open.values()].map((batch) => batch.keys)];
}
