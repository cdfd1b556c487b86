import { SlotwiseError } from '../../errors.js';
import { performance, random } from '../../runtime/runtime.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { tell } from '../tell.js';
import { CopyWay } from './copy-way.js';
import type { DuplicateRule } from './duplicate.js';
import type { KeyStore, StoreMember } from './key-store.js';
import { MigrateWay } from './migrate-way.js';
import { type LeftKind, MoveLedger, type MoveProgress, type NamedKeys } from './move-ledger.js';
import { Pace } from './pace.js';
import { type MoveContext, type SourceEnd, SourceMover } from './source-mover.js';
import { NOT_VERIFIED, type Verification, verifyMoved } from './verify-moved.js';

/** How keys move. */
export interface RingMoveOptions {
  /** Signal to stop: the keys that are on their way arrive, and nothing more is begun. */
  readonly stop?: AbortSignal;
  /** What it throws ends the run. */
  readonly onProgress?: (progress: MoveProgress) => void;
  /** Takes what there is to know on the way, in words. What it throws ends the run. */
  readonly onNote?: (text: string) => void;
  /** Keys a MIGRATE; the source serves no other client meanwhile. Default 100. */
  readonly batch?: number;
  /** How long a source waits for each answer of a target, in ms: so long does a target that hangs keep it from serving. Default 1,000. */
  readonly migrateTimeoutMs?: number;
  /** Sources that give keys side by side. Default 4. */
  readonly parallel?: number;
  /** Most keys a second, of all sources together. Default: no bound. */
  readonly keysPerSecond?: number;
  /** Most bytes a second, as the sources' memory has them. Default: no bound. */
  readonly bytesPerSecond?: number;
  /** Keys with more bytes stay where they are. Default: none does. */
  readonly skipLarger?: number;
  /** Which value counts where both places have one: `new` or `old`. Default `refuse`: the key stays, and is told as a conflict. */
  readonly duplicates?: DuplicateRule;
  /** Keys move, too, that are not where the old placement puts them. Default false. */
  readonly strays?: boolean;
  /** `client`: through this process, where sources cannot reach targets; it needs `writersStopped`. Default `migrate`. */
  readonly via?: 'migrate' | 'client';
  /** The operator's word that nobody writes meanwhile. Default false. */
  readonly writersStopped?: boolean;
  /** Moved keys that are looked for afterwards. Default 1,000. */
  readonly verify?: number;
}

/** How a move ended. */
export interface RingMoveOutcome {
  /** `incomplete`: keys are left that should have moved; a source has failed, or keys kept coming. */
  readonly status: 'done' | 'stopped' | 'incomplete';
  readonly keys: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Keys that stayed because their new place has another value. */
  readonly conflicts: NamedKeys;
  /** Keys that stayed because of an error of their own. */
  readonly failures: NamedKeys;
  /** Keys that stayed because they are larger than `skipLarger`. */
  readonly skipped: NamedKeys;
  /** Keys that stayed because they are not where the old placement puts them. */
  readonly strays: NamedKeys;
  /** Sources whose keys have not all been gone through, and why. */
  readonly problems: readonly { readonly source: string; readonly problem: string }[];
  readonly verified: Verification;
}

const DEFAULTS = { batch: 100, migrateTimeoutMs: 1_000, parallel: 4, verify: 1_000 };
/** Longer than a failover with the defaults of Sentinel. */
const PATIENCE_MS = 60_000;

/** One run of a move: all sources, side by side. */
export class MoveRun {
  readonly #problems: { source: string; problem: string }[] = [];
  /** What a user's function threw. */
  #thrown: { readonly error: unknown } | null = null;

  constructor(
    private readonly from: KeyStore,
    private readonly to: KeyStore,
    private readonly options: RingMoveOptions,
  ) {}

  /** `totalKeys`: what the sources have. */
  async run(totalKeys: number): Promise<RingMoveOutcome> {
    const { options, from, to } = this;
    if (options.via === 'client' && options.writersStopped !== true) {
      throw new AdminError('through this process keys move only while nobody writes: say so (writersStopped, --writers-stopped)');
    }
    const startedMs = performance.now();
    const ledger = new MoveLedger(totalKeys, options.verify ?? DEFAULTS.verify, random);
    const context = this.#context(ledger);
    const waiting = [...from.members];
    const lane = async (): Promise<void> => {
      for (let source = waiting.shift(); source !== undefined && !this.#isStopped; source = waiting.shift()) {
        await this.#moveSource(source, context);
      }
    };
    await Promise.all(Array.from({ length: Math.min(options.parallel ?? DEFAULTS.parallel, waiting.length) }, lane));
    if (this.#thrown !== null) throw this.#thrown.error;
    const left = (kind: LeftKind): NamedKeys => ledger.left(kind);
    const verified = await verifyMoved(ledger.samples, from, to).catch((error: unknown) => {
      this.#note(`what has moved could not be looked for: ${textOf(error)}`);
      return NOT_VERIFIED;
    });
    const isWhole = this.#problems.length === 0 && left('conflicts').count === 0 && left('failures').count === 0;
    const { keys, bytes } = ledger.progress;
    return {
      status: this.#isStopped ? 'stopped' : isWhole && verified.back.length === 0 ? 'done' : 'incomplete',
      keys,
      bytes,
      durationMs: Math.round(performance.now() - startedMs),
      conflicts: left('conflicts'),
      failures: left('failures'),
      skipped: left('skipped'),
      strays: left('strays'),
      problems: this.#problems,
      verified,
    };
  }

  get #isStopped(): boolean {
    return this.options.stop?.aborted === true || this.#thrown !== null;
  }

  #context(ledger: MoveLedger): MoveContext {
    const { options, from, to } = this;
    const isStopped = (): boolean => this.#isStopped;
    const migrateTimeoutMs = options.migrateTimeoutMs ?? DEFAULTS.migrateTimeoutMs;
    const way =
      options.via === 'client' ? new CopyWay(to) : new MigrateWay(from, to, { migrateTimeoutMs, patienceMs: PATIENCE_MS }, isStopped);
    return {
      from,
      to,
      way,
      ledger,
      isStopped,
      limits: {
        batch: options.batch ?? DEFAULTS.batch,
        skipLarger: options.skipLarger ?? null,
        duplicates: options.duplicates ?? 'refuse',
        strays: options.strays ?? false,
      },
      pace: new Pace({ keysPerSecond: options.keysPerSecond ?? null, bytesPerSecond: options.bytesPerSecond ?? null }),
      note: (text) => this.#note(text),
      progressed: () => this.#tell('onProgress', () => this.options.onProgress?.(ledger.progress)),
    };
  }

  async #moveSource(source: StoreMember, context: MoveContext): Promise<void> {
    try {
      const end: SourceEnd = await new SourceMover(source, context).run();
      if (end === 'restless') {
        this.#problems.push({ source: source.name, problem: 'keys keep coming: somebody goes on writing there by the old placement' });
      }
    } catch (error) {
      this.#problems.push({ source: source.name, problem: textOf(error) });
      this.#note(`${source.name}: ${textOf(error)}`);
    }
  }

  #note(text: string): void {
    this.#tell('onNote', () => this.options.onNote?.(text));
  }

  #tell(name: string, call: () => unknown): void {
    try {
      tell(name, call());
    } catch (error) {
      this.#thrown ??= { error };
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof SlotwiseError ? error.message : thrownText(error);
}
