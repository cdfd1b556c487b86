import { type NodeFacts, readFacts } from '../health/node-facts.js';
import type { BatchClient } from '../node-connections.js';
import type { SlotStep } from '../plans/steps.js';
import { knownAddress } from './key-mover.js';
import { mayStart } from './move-lanes.js';
import { type MoveLimits, type MoveOptions, moveLimits } from './move-options.js';
import { SlotGatherer } from './slot-gatherer.js';
import type { StepControl } from './slot-mover.js';
import { WayFinder } from './way-finder.js';

/** What a run of moves is told, and tells. */
export interface MoveHooks {
  /** Signal to stop: nothing more is begun, and what is half done is finished or taken back. */
  readonly stop: AbortSignal | undefined;
  /** Called before a step begins; what it rejects with ends the run. */
  readonly guard: (step: SlotStep) => Promise<void>;
  /** So many more slots of the step have moved, with so many keys. What it throws ends the run. */
  moved(step: SlotStep, slots: number, keys: number): void;
  /** Something that the operator should know, which ends nothing. */
  note(text: string): void;
}

/** The failure of one of several steps that move slots. */
export class MoveFailure extends Error {
  constructor(
    readonly step: SlotStep,
    override readonly cause: unknown,
    /** What is left of the steps, the failed one included. */
    readonly left: readonly SlotStep[],
  ) {
    super(`a step that moves slots failed`, { cause });
  }
}

/** Moves of slots: consecutive steps of a plan, which go on side by side where they do not disturb each other. */
export class SlotMoves {
  constructor(
    private readonly connections: BatchClient,
    private readonly options: MoveOptions,
  ) {}

  /** Resolves with what is left of each step, nothing if all are done. Rejects with a `MoveFailure`. */
  async run(steps: readonly SlotStep[], hooks: MoveHooks): Promise<readonly SlotStep[]> {
    const run = new MoveRun(steps, hooks);
    const [first] = steps;
    if (first === undefined) return [];
    try {
      const facts = await this.#facts(steps);
      const limits = moveLimits(this.options, facts.values());
      const movers = { slots: new WayFinder(this.connections, limits, facts), keys: new SlotGatherer(this.connections, limits) };
      await run.carryOut(movers, limits);
    } catch (error) {
      throw new MoveFailure(run.failed ?? first, error, run.left);
    }
    return run.left;
  }

  /** Of the nodes that take part only: one that hangs elsewhere is no reason to wait. */
  async #facts(steps: readonly SlotStep[]): Promise<ReadonlyMap<string, NodeFacts>> {
    const nodes = new Map(steps.flatMap(({ from, to }) => [from, to]).map((node) => [node.id, node]));
    const facts = [...nodes.values()].map(async ({ id, name, address }) => {
      return [id, await readFacts(this.connections, knownAddress(name, address))] as const;
    });
    return new Map(await Promise.all(facts));
  }
}

interface Movers {
  readonly slots: WayFinder;
  readonly keys: SlotGatherer;
}

/** One run of some steps: which of them run, and what is left of each. */
class MoveRun {
  /** The step that failed first; null: none. */
  failed: SlotStep | null = null;
  readonly #hooks: MoveHooks;
  readonly #steps: readonly SlotStep[];
  /** Slots that have moved, of each step. */
  readonly #moved: ReadonlyMap<SlotStep, Set<number>>;

  constructor(steps: readonly SlotStep[], hooks: MoveHooks) {
    this.#steps = steps;
    this.#hooks = hooks;
    this.#moved = new Map(steps.map((step) => [step, new Set()]));
  }

  get left(): SlotStep[] {
    return this.#steps.flatMap((step) => {
      const slots = step.slots.filter((slot) => this.#moved.get(step)?.has(slot) !== true);
      return slots.length === 0 ? [] : [{ ...step, slots }];
    });
  }

  /** Resolves when all steps are done, or it was stopped. Rejects with the first failure, when nothing runs any more. */
  async carryOut(movers: Movers, { parallel }: MoveLimits): Promise<void> {
    const waiting = [...this.#steps];
    const running = new Map<SlotStep, Promise<void>>();
    let failure: { readonly error: unknown } | null = null;
    for (;;) {
      for (const step of [...waiting]) {
        if (this.#isStopped || !mayStart(step, [...running.keys()], parallel)) continue;
        waiting.splice(waiting.indexOf(step), 1);
        const ended = this.#runStep(movers, step).catch((error: unknown) => {
          this.failed ??= step;
          failure ??= { error };
        });
        running.set(
          step,
          ended.then(() => void running.delete(step)),
        );
      }
      if (running.size === 0) break;
      await Promise.race(running.values());
    }
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
  }

  get #isStopped(): boolean {
    return this.failed !== null || this.#hooks.stop?.aborted === true;
  }

  async #runStep(movers: Movers, step: SlotStep): Promise<void> {
    await this.#hooks.guard(step);
    const control: StepControl = {
      isStopped: () => this.#isStopped,
      moved: (slots, keys) => {
        for (const slot of slots) this.#moved.get(step)?.add(slot);
        this.#hooks.moved(step, slots.length, keys);
      },
      note: (text) => this.#hooks.note(text),
    };
    if (step.do === 'moveSlots') return await movers.slots.move(step, control);
    for (const slot of step.slots) {
      if (this.#isStopped) return;
      const { from, to } = step;
      if (step.do === 'gather') control.moved([slot], await movers.keys.collectKeys(slot, from, to, step.duplicates));
      else {
        await movers.keys.turn(slot, from, to);
        // Half way back it would be on its way to the wrong side.
        const wholly = { ...control, isStopped: () => false };
        await movers.slots.move({ do: 'moveSlots', from, to, slots: [slot], replace: true, others: [] }, wholly);
      }
    }
  }
}
