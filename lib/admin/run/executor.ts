import { AdminError } from '../admin-error.js';
import type { NodeConnections } from '../node-connections.js';
import { describeStep, isSlotStep, type PlanStep, type SlotStep, slotsToMove } from '../plans/steps.js';
import { count, type SlotSet } from '../slot-list.js';
import type { AdminNode } from '../state/cluster-state.js';
import type { KeyCounts } from '../state/key-counts.js';
import { tell } from '../tell.js';
import { failureText, type StepFailure } from './failure.js';
import { countedOf, judge, nodesOf, peersOf, type Verdict } from './guards.js';
import { lookAt, type ReadServer } from './look.js';
import type { MoveOptions } from './move-options.js';
import { type Progress, RunError } from './run-error.js';
import { MoveFailure, SlotMoves } from './slot-moves.js';
import { type ReadCluster, StepRunner } from './step-runner.js';
import type { Waited, Waiting } from './waiting.js';

export interface RunOptions extends MoveOptions {
  /** Signal to stop: the slot that is being moved is finished, a wait ends at once, and nothing more is begun. */
  readonly stop?: AbortSignal;
  /** What it throws ends the run, before the step. `total`: number of steps that are left to do of the plan. */
  readonly onStep?: (step: PlanStep, index: number, total: number) => void;
  /** What it throws ends the run, between two slots. */
  readonly onProgress?: (progress: Progress) => void;
  /** Gets what a step waits for, and what else the operator should know as it goes. What it throws ends the run. */
  readonly onNote?: (text: string) => void;
  /**
   * How long nodes may take to know each other, or to agree, in ms. Default four times the largest `cluster-node-timeout`, at least 20,000.
   */
  readonly settleMs?: number;
}

export interface RunOutcome extends Progress {
  /** `stopped`: by `stop`. The same command, run again, goes on from there. */
  readonly status: 'done' | 'stopped';
  /** Steps that were not begun; a step that moves slots has the slots that are left. */
  readonly left: readonly PlanStep[];
}

/** Where a run looks again at what it relies on. */
export interface RunSources {
  readonly read: ReadCluster;
  readonly server: ReadServer;
  /** Counts the keys that nodes have of slots. */
  readonly keys: (nodes: readonly AdminNode[], slots: SlotSet) => Promise<KeyCounts>;
}

/** How long a run that was stopped waits for the nodes to agree, in ms: a command right after it would be refused otherwise. */
const SETTLE_AFTER_STOP_MS = 5_000;

/** One run of a plan, a step after the other: looks before each of them, counts slots and keys, and stops between two slots. */
export class Executor {
  readonly #options: RunOptions;
  readonly #sources: RunSources;
  readonly #steps: StepRunner;
  readonly #moves: SlotMoves;
  readonly #waiting: Waiting;
  #slots = 0;
  #keys = 0;
  #totalSlots = 0;
  #totalSteps = 0;
  /** Something was changed that the nodes have to tell each other. */
  #isUnsettled = false;

  constructor(connections: NodeConnections, sources: RunSources, options: RunOptions & { readonly settleMs: number }) {
    this.#options = options;
    this.#sources = sources;
    this.#steps = new StepRunner(connections, sources.read, options.settleMs);
    this.#moves = new SlotMoves(connections, options);
    this.#waiting = { stop: options.stop, note: (text) => tell('onNote', options.onNote?.(text)) };
  }

  async run(steps: readonly PlanStep[]): Promise<RunOutcome> {
    this.#totalSlots = slotsToMove({ steps });
    this.#totalSteps = steps.length;
    for (let index = 0; index < steps.length; ) {
      if (this.#isStopped) return await this.#stopped(steps.slice(index));
      const moves = movesFrom(steps, index);
      const rest = steps.slice(index + Math.max(1, moves.length));
      const [step] = steps.slice(index);
      if (moves.length > 0) {
        const left = await this.#move(moves, index, rest);
        if (left.length > 0) return await this.#stopped([...left, ...rest]);
      } else if (step !== undefined && !isSlotStep(step)) {
        if ((await this.#runStep(step, index, rest)) === 'stopped') return this.#outcome('stopped', [step, ...rest]);
      }
      index += Math.max(1, moves.length);
    }
    return this.#outcome('done', []);
  }

  get #isStopped(): boolean {
    return this.#options.stop?.aborted === true;
  }

  async #runStep(step: Exclude<PlanStep, SlotStep>, index: number, rest: readonly PlanStep[]): Promise<Waited> {
    const left = await this.#guarded(step, rest);
    this.#tellStep(step, index);
    if (left === null || isSlotStep(left)) return 'done';
    const isWait = left.do === 'settle' || left.do === 'join';
    this.#isUnsettled ||= !isWait;
    try {
      return await this.#steps.run(left, this.#waiting);
    } catch (error) {
      throw this.#failure({ step, error, done: [] }, [step, ...rest]);
    }
  }

  /** Resolves with what is left of the steps, of which the first has this index in the plan. */
  async #move(planned: readonly SlotStep[], firstIndex: number, rest: readonly PlanStep[]): Promise<readonly SlotStep[]> {
    const steps: SlotStep[] = [];
    for (const step of planned) {
      const left = await this.#guarded(step, [...planned.slice(planned.indexOf(step) + 1), ...rest]);
      if (left !== null && isSlotStep(left)) steps.push(left);
    }
    this.#totalSlots -= slotsToMove({ steps: planned }) - slotsToMove({ steps });
    try {
      return await this.#moves.run(steps, {
        stop: this.#options.stop,
        guard: async (step) => {
          // The first of them was looked at a moment ago, others may have waited for hours.
          if (this.#slots > 0) await this.#guardAgain(step);
          this.#tellStep(step, firstIndex + steps.indexOf(step));
          this.#isUnsettled = true;
        },
        moved: (_, slots, keys) => {
          this.#slots += slots;
          this.#keys += keys;
          tell('onProgress', this.#options.onProgress?.({ slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys }));
        },
        note: this.#waiting.note,
      });
    } catch (error) {
      if (!(error instanceof MoveFailure)) throw error;
      const own = error.left.find(
        (left) => left.do === error.step.do && left.from.id === error.step.from.id && left.to.id === error.step.to.id,
      );
      const done = error.step.slots.filter((slot) => own?.slots.includes(slot) !== true);
      throw this.#failure({ step: error.step, error: error.cause, done }, [...error.left, ...rest]);
    }
  }

  async #guardAgain(step: SlotStep): Promise<void> {
    const { step: left, refusal } = await this.#judged(step);
    if (refusal !== null) throw new AdminError(refusal, { reason: 'changed' });
    const gone = step.slots.length - (left !== null && 'slots' in left ? left.slots.length : 0);
    if (gone > 0) throw new AdminError(`another run has moved ${count(gone, 'slot')} of them meanwhile`, { reason: 'changed' });
  }

  /** What is left of a step; null: it is done already. Throws where it must not be done as things are now. */
  async #guarded(step: PlanStep, rest: readonly PlanStep[]): Promise<PlanStep | null> {
    const verdict = await this.#judged(step);
    if (verdict.refusal === null && verdict.step === null) this.#waiting.note(`this is so already: ${describeStep(step)}`);
    if (verdict.refusal === null) return verdict.step;
    const before = this.#isUnsettled ? 'The steps before this one were done' : 'Nothing was done';
    throw new RunError(
      `the cluster has changed since the plan was made: ${verdict.refusal}. ${before}; make a new plan and look at it`,
      { reason: 'changed', executed: this.#isUnsettled ? 'unknown' : 'no' },
      [step, ...rest],
      this.#progress,
    );
  }

  async #judged(step: PlanStep): Promise<Verdict> {
    const refs = nodesOf(step);
    if (refs.length === 0) return { step, refusal: null };
    const first = await lookAt(this.#sources.server, refs);
    const peers = peersOf(step, first);
    const picture = peers.length === 0 ? first : await lookAt(this.#sources.server, [...refs, ...peers]);
    const counted = countedOf(step).flatMap(({ id }) => picture.nodes.get(id) ?? []);
    const keys = 'slots' in step && counted.length > 0 ? await this.#sources.keys(counted, step.slots) : new Map();
    return judge(step, { ...picture, keys });
  }

  /** What a run that is stopped leaves: nodes that agree, so that the next command is not refused. */
  async #stopped(left: readonly PlanStep[]): Promise<RunOutcome> {
    if (this.#isUnsettled) {
      const forMs = Math.min(SETTLE_AFTER_STOP_MS, this.#options.settleMs ?? SETTLE_AFTER_STOP_MS);
      await this.#steps.settle(forMs, { stop: undefined, note: this.#waiting.note }).catch(() => null);
    }
    return this.#outcome('stopped', left);
  }

  #failure(failure: StepFailure, left: readonly PlanStep[]): RunError {
    const progress = this.#totalSlots > 0 ? ` after ${this.#slots} of ${this.#totalSlots} slots` : '';
    // Of this step a part may have been done, and of those before it all.
    const facts = { reason: 'failed', executed: 'unknown', cause: failure.error } as const;
    return new RunError(failureText(failure, progress), facts, left, this.#progress);
  }

  #tellStep(step: PlanStep, index: number): void {
    tell('onStep', this.#options.onStep?.(step, index, this.#totalSteps));
  }

  get #progress(): Progress {
    return { slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys };
  }

  #outcome(status: RunOutcome['status'], left: readonly PlanStep[]): RunOutcome {
    return { status, ...this.#progress, left };
  }
}

/** The steps from this one on that move slots: consecutive, and all moves or all gatherings. */
function movesFrom(steps: readonly PlanStep[], index: number): readonly SlotStep[] {
  const end = steps.findIndex((step, at) => at >= index && (!isSlotStep(step) || step.do !== steps[index]?.do));
  return steps.slice(index, end === -1 ? steps.length : end).filter(isSlotStep);
}
