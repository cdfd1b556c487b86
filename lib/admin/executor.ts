import { setTimeout as sleep } from 'node:timers/promises';
import { ReplyError, SlotwiseError, show } from '../errors.js';
import type { Arg, Raw } from '../protocol/command-spec.js';
import { textOf } from '../topology/replies.js';
import { AdminError } from './admin-error.js';
import { checkCluster } from './check.js';
import type { ClusterState } from './cluster-state.js';
import type { NodeAskOptions, NodeConnections } from './node-connections.js';
import { rangesOf } from './slot-list.js';
import { type MoveOptions, SlotMover } from './slot-mover.js';
import { describeStep, type NodeRef, type Plan, type PlanStep, slotsToMove } from './steps.js';

export interface Progress {
  readonly slots: number;
  /** Of the whole plan. */
  readonly totalSlots: number;
  readonly keys: number;
}

export interface RunOptions extends MoveOptions {
  /** When it fires, the slot that is being moved is finished, and nothing more is begun. */
  readonly stop?: AbortSignal;
  readonly onStep?: (step: PlanStep, index: number) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** How long nodes may take to know each other, or to agree, in ms. Default 60,000. */
  readonly settleMs?: number;
}

export interface RunOutcome extends Progress {
  /** `stopped`: by `stop`. The same command, run again, goes on from there. */
  readonly status: 'done' | 'stopped';
  /** What was not begun; a step that moves slots has those that are left. */
  readonly left: readonly PlanStep[];
}

const DEFAULT_SETTLE_MS = 60_000;
const POLL_MS = 100;

/** Carries out plans, a step after the other. */
export class Executor {
  readonly #links: NodeConnections;
  readonly #read: (seeds: readonly NodeRef[]) => Promise<ClusterState>;
  readonly #options: RunOptions;
  readonly #mover: SlotMover;
  #slots = 0;
  #keys = 0;
  #totalSlots = 0;

  constructor(links: NodeConnections, read: (seeds: readonly NodeRef[]) => Promise<ClusterState>, options: RunOptions) {
    this.#links = links;
    this.#read = read;
    this.#options = options;
    this.#mover = new SlotMover(links, options);
  }

  async run(plan: Plan): Promise<RunOutcome> {
    this.#totalSlots = slotsToMove(plan);
    for (const [index, step] of plan.steps.entries()) {
      if (this.#stopped) return this.#outcome('stopped', plan.steps.slice(index));
      this.#options.onStep?.(step, index);
      const rest = await this.#runStep(step).catch((error: unknown) => {
        throw this.#failed(step, error);
      });
      if (rest !== null) return this.#outcome('stopped', [rest, ...plan.steps.slice(index + 1)]);
    }
    return this.#outcome('done', []);
  }

  get #stopped(): boolean {
    return this.#options.stop?.aborted === true;
  }

  /** What is left of the step, null if nothing is. */
  async #runStep(step: PlanStep): Promise<PlanStep | null> {
    switch (step.do) {
      case 'setEpoch':
        await this.#ask(step.node, ['CLUSTER', 'SET-CONFIG-EPOCH', step.epoch]);
        return null;
      case 'addSlots':
        await this.#addSlots(step.node, step.slots);
        return null;
      case 'copyFunctions':
        await this.#copyFunctions(step.from, step.to);
        return null;
      case 'meet': {
        const { host, port, busPort } = step.other.peer;
        await this.#ask(step.node, ['CLUSTER', 'MEET', host, port, busPort]);
        return null;
      }
      case 'join':
        await this.#join(step.nodes);
        return null;
      case 'replicate':
        await this.#replicate(step.node, step.primary);
        return null;
      case 'moveSlots': {
        const { from, to, others, replace } = step;
        return await this.#eachSlot(step, (slot) => this.#mover.move(slot, from, to, others, replace));
      }
      case 'gather': {
        const { from, to, duplicates } = step;
        return await this.#eachSlot(step, (slot) => this.#mover.collectKeys(slot, from, to, duplicates));
      }
      case 'assign':
        await this.#assign(step.node, step.slots, step.others);
        return null;
      case 'close':
        await this.#each(step.slots, (slot) => this.#ask(step.node, ['CLUSTER', 'SETSLOT', slot, 'STABLE']));
        return null;
      case 'forget':
        // Gossip may have been faster: https://redis.io/docs/latest/commands/cluster-forget/
        await this.#ask(step.node, ['CLUSTER', 'FORGET', step.gone.id]).catch(unlessReply(/unknown node/i));
        return null;
      case 'reset':
        await this.#ask(step.node, ['CLUSTER', 'RESET', 'HARD']);
        return null;
      case 'failover':
        await this.#failover(step.node, step.mode);
        return null;
      case 'settle':
        await this.#waitForAgreement();
        return null;
      default:
        return step satisfies never;
    }
  }

  async #eachSlot<S extends Extract<PlanStep, { do: 'moveSlots' | 'gather' }>>(
    step: S,
    work: (slot: number) => Promise<number>,
  ): Promise<S | null> {
    for (const [index, slot] of step.slots.entries()) {
      if (this.#stopped) return { ...step, slots: step.slots.slice(index) };
      this.#keys += await work(slot);
      this.#slots++;
      this.#options.onProgress?.({ slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys });
    }
    return null;
  }

  async #addSlots(node: NodeRef, slots: readonly number[]): Promise<void> {
    const bounds = rangesOf(slots).flatMap(({ start, end }) => [start, end]);
    try {
      await this.#ask(node, ['CLUSTER', 'ADDSLOTSRANGE', ...bounds]);
    } catch (error) {
      // Since 7.0.
      if (!(error instanceof ReplyError && /unknown subcommand/i.test(error.message))) throw error;
      await this.#ask(node, ['CLUSTER', 'ADDSLOTS', ...slots]);
    }
  }

  /** https://redis.io/docs/latest/commands/function-restore/ */
  async #copyFunctions(from: NodeRef, to: NodeRef): Promise<void> {
    const dump = await this.#ask(from, ['FUNCTION', 'DUMP'], { buffers: true });
    if (Buffer.isBuffer(dump)) await this.#ask(to, ['FUNCTION', 'RESTORE', dump, 'REPLACE']);
  }

  async #join(nodes: readonly NodeRef[]): Promise<void> {
    await this.#until(async () => {
      const { views } = await this.#read(nodes);
      const strangers = nodes.filter(({ id }) => {
        const view = views.get(id);
        return view === undefined || view.strangers > 0 || nodes.some((other) => !view.known.has(other.id));
      });
      return strangers.length === 0 ? null : `${strangers.map(({ name }) => name).join(', ')} does not know all the others yet`;
    });
  }

  async #replicate(node: NodeRef, primary: NodeRef): Promise<void> {
    let refusal = '';
    await this.#until(async () => {
      try {
        await this.#ask(node, ['CLUSTER', 'REPLICATE', primary.id]);
        return null;
      } catch (error) {
        // It has not heard yet that the other one is a primary.
        if (!(error instanceof ReplyError && /unknown node|only replicate a master|only replicate a primary/i.test(error.message)))
          throw error;
        refusal = error.message;
        return refusal;
      }
    });
  }

  /** Slot by slot, because a slot may belong to somebody in this node's view, and CLUSTER ADDSLOTS takes only those that do not. */
  async #assign(node: NodeRef, slots: readonly number[], others: readonly NodeRef[]): Promise<void> {
    const tell = (who: NodeRef): Promise<void> =>
      this.#each(slots, (slot) => this.#ask(who, ['CLUSTER', 'SETSLOT', slot, 'NODE', node.id]));
    await this.#each(slots, (slot) => this.#ask(node, ['CLUSTER', 'SETSLOT', slot, 'STABLE']));
    await tell(node);
    // Otherwise an older claim of somebody else with a higher epoch would win: https://redis.io/docs/latest/commands/cluster-bumpepoch/
    await this.#ask(node, ['CLUSTER', 'BUMPEPOCH']);
    await Promise.all(others.map((other) => tell(other).catch(unlessReply(/./))));
  }

  async #failover(node: NodeRef, mode: 'coordinated' | 'force' | 'takeover'): Promise<void> {
    await this.#ask(node, ['CLUSTER', 'FAILOVER', ...(mode === 'coordinated' ? [] : [mode.toUpperCase()])]);
    await this.#until(async () => {
      const [role] = [await this.#ask(node, ['ROLE'])].map((reply) => (Array.isArray(reply) ? textOf(reply[0]) : null));
      return role === 'master' ? null : `${node.name} is still a replica`;
    });
  }

  async #waitForAgreement(): Promise<void> {
    await this.#until(async () => {
      const picture = await this.#read([]);
      const waiting = checkCluster(picture).find(({ kind }) => kind === 'disagreement' || kind === 'unknown' || kind === 'contested');
      const down = checkCluster(picture).some(({ kind }) => kind === 'uncovered' || kind === 'unreachable')
        ? undefined
        : checkCluster(picture).find(({ kind }) => kind === 'down');
      return (waiting ?? down)?.text ?? null;
    });
  }

  /** Until there is no reason to wait any more. */
  async #until(reason: () => Promise<string | null>): Promise<void> {
    const end = performance.now() + (this.#options.settleMs ?? DEFAULT_SETTLE_MS);
    for (;;) {
      const waiting = await reason().catch((error: unknown) => {
        if (error instanceof ReplyError) throw error;
        return error instanceof Error ? error.message : show(error);
      });
      if (waiting === null) return;
      if (performance.now() > end) throw new AdminError(`still not so: ${waiting}`);
      await sleep(POLL_MS);
    }
  }

  /** Some at a time: thousands of commands need not wait for each other, nor all be under way. */
  async #each(slots: readonly number[], work: (slot: number) => Promise<unknown>): Promise<void> {
    for (let at = 0; at < slots.length; at += 256) await Promise.all(slots.slice(at, at + 256).map(work));
  }

  #ask({ name, address }: NodeRef, words: readonly Arg[], options?: NodeAskOptions): Promise<Raw> {
    if (address === null) return Promise.reject(new AdminError(`the address of ${name} is unknown`));
    return this.#links.ask(address, words, options);
  }

  #failed(step: PlanStep, error: unknown): AdminError {
    const reason = error instanceof SlotwiseError ? error.message : show(error);
    const node = error instanceof SlotwiseError && error.node !== undefined ? ` (${error.node})` : '';
    const done = this.#totalSlots > 0 ? ` after ${this.#slots} of ${this.#totalSlots} slots` : '';
    const text = `could not ${describeStep(step)}${done}: ${reason}${reason.includes(node.slice(2, -1)) ? '' : node}`;
    return new AdminError(`${text}. Nothing is lost: the same command, run again, goes on from here`, { cause: error });
  }

  #outcome(status: RunOutcome['status'], left: readonly PlanStep[]): RunOutcome {
    return { status, slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys, left };
  }
}

function unlessReply(pattern: RegExp): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ReplyError && pattern.test(error.message))) throw error;
  };
}
