import { ReplyError, show } from '../../errors.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { textOf } from '../../topology/replies.js';
import { performance, sleep } from '../../util/timers.js';
import { AdminError } from '../admin-error.js';
import { checkCluster } from '../check/check-cluster.js';
import type { NodeClient, NodeCommandOptions } from '../node-connections.js';
import type { FailoverMode, NodeRef, PlanStep, SlotStep } from '../plans/steps.js';
import { rangesOf } from '../slot-list.js';
import type { ClusterState } from '../state/cluster-state.js';

/** Reads the cluster's state, beginning with these nodes; with none given from the seeds. */
export type ReadCluster = (seeds: readonly NodeRef[]) => Promise<ClusterState>;

const DEFAULT_SETTLE_MS = 60_000;
const POLL_MS = 100;
/** Slots a batch: thousands of commands need not wait for each other, nor all be under way. */
const SLOTS_AT_ONCE = 256;

/** The commands of every step of a plan that does not move keys. */
export class StepRunner {
  constructor(
    private readonly connections: NodeClient,
    private readonly read: ReadCluster,
    /** How long nodes may take to know each other, or to agree, in ms. */
    private readonly settleMs: number = DEFAULT_SETTLE_MS,
  ) {}

  async run(step: Exclude<PlanStep, SlotStep>): Promise<void> {
    switch (step.do) {
      case 'setEpoch':
        await this.#send(step.node, ['CLUSTER', 'SET-CONFIG-EPOCH', step.epoch]);
        return;
      case 'addSlots':
        return await this.#addSlots(step.node, step.slots);
      case 'copyFunctions':
        return await this.#copyFunctions(step.from, step.to);
      case 'meet': {
        const { host, port, busPort } = step.other.peer;
        await this.#send(step.node, ['CLUSTER', 'MEET', host, port, busPort]);
        return;
      }
      case 'join':
        return await this.#waitForHandshakes(step.nodes);
      case 'replicate':
        return await this.#replicate(step.node, step.primary);
      case 'assign':
        return await this.#assign(step.node, step.slots, step.others);
      case 'close':
        return await this.#forEachSlot(step.slots, (slot) => this.#send(step.node, ['CLUSTER', 'SETSLOT', slot, 'STABLE']));
      case 'forget':
        // Gossip may have been faster: https://redis.io/docs/latest/commands/cluster-forget/
        await this.#send(step.node, ['CLUSTER', 'FORGET', step.gone.id]).catch(unlessReply(/unknown node/i));
        return;
      case 'reset':
        await this.#send(step.node, ['CLUSTER', 'RESET', 'HARD']);
        return;
      case 'failover':
        return await this.#failover(step.node, step.mode);
      case 'settle':
        return await this.#waitForAgreement();
      default:
        return step satisfies never;
    }
  }

  async #addSlots(node: NodeRef, slots: readonly number[]): Promise<void> {
    const bounds = rangesOf(slots).flatMap(({ start, end }) => [start, end]);
    try {
      await this.#send(node, ['CLUSTER', 'ADDSLOTSRANGE', ...bounds]);
    } catch (error) {
      // Servers before 7.0 do not know it.
      if (!(error instanceof ReplyError && /unknown subcommand/i.test(error.message))) throw error;
      await this.#send(node, ['CLUSTER', 'ADDSLOTS', ...slots]);
    }
  }

  /** https://redis.io/docs/latest/commands/function-restore/ */
  async #copyFunctions(from: NodeRef, to: NodeRef): Promise<void> {
    const dump = await this.#send(from, ['FUNCTION', 'DUMP'], { buffers: true });
    if (Buffer.isBuffer(dump)) await this.#send(to, ['FUNCTION', 'RESTORE', dump, 'REPLACE']);
  }

  async #waitForHandshakes(nodes: readonly NodeRef[]): Promise<void> {
    await this.#until(async () => {
      const { views } = await this.read(nodes);
      const waiting = nodes.filter(({ id }) => {
        const view = views.get(id);
        return view === undefined || view.strangers > 0 || nodes.some((other) => !view.known.has(other.id));
      });
      return waiting.length === 0 ? null : `${waiting.map(({ name }) => name).join(', ')} does not know all the others yet`;
    });
  }

  async #replicate(node: NodeRef, primary: NodeRef): Promise<void> {
    await this.#until(async () => {
      try {
        await this.#send(node, ['CLUSTER', 'REPLICATE', primary.id]);
        return null;
      } catch (error) {
        // The node has not heard yet that the other one is a primary.
        if (!(error instanceof ReplyError && /unknown node|only replicate a master|only replicate a primary/i.test(error.message)))
          throw error;
        return error.message;
      }
    });
  }

  /** Slot by slot, because a slot may have an owner in this node's view, and CLUSTER ADDSLOTS takes only slots without one. */
  async #assign(node: NodeRef, slots: readonly number[], others: readonly NodeRef[]): Promise<void> {
    const announceTo = (receiver: NodeRef): Promise<void> =>
      this.#forEachSlot(slots, (slot) => this.#send(receiver, ['CLUSTER', 'SETSLOT', slot, 'NODE', node.id]));
    await this.#forEachSlot(slots, (slot) => this.#send(node, ['CLUSTER', 'SETSLOT', slot, 'STABLE']));
    await announceTo(node);
    // Otherwise an older claim of another node with a higher epoch would win: https://redis.io/docs/latest/commands/cluster-bumpepoch/
    await this.#send(node, ['CLUSTER', 'BUMPEPOCH']);
    await Promise.all(others.map((other) => announceTo(other).catch(unlessReply(/./))));
  }

  async #failover(node: NodeRef, mode: FailoverMode): Promise<void> {
    await this.#send(node, ['CLUSTER', 'FAILOVER', ...(mode === 'coordinated' ? [] : [mode.toUpperCase()])]);
    await this.#until(async () => {
      const reply = await this.#send(node, ['ROLE']);
      const role = Array.isArray(reply) ? textOf(reply[0]) : null;
      return role === 'master' ? null : `${node.name} is still a replica`;
    });
  }

  async #waitForAgreement(): Promise<void> {
    await this.#until(async () => {
      const problems = checkCluster(await this.read([]));
      const waiting = problems.find(({ kind }) => kind === 'disagreement' || kind === 'unknown' || kind === 'contested');
      // Without all its slots and nodes the cluster may stay down: that is no reason to wait.
      const down = problems.some(({ kind }) => kind === 'uncovered' || kind === 'unreachable')
        ? undefined
        : problems.find(({ kind }) => kind === 'down');
      return (waiting ?? down)?.text ?? null;
    });
  }

  /** Polls until `reason` gives none to wait any longer. Throws an `AdminError` with the last reason after `settleMs`. */
  async #until(reason: () => Promise<string | null>): Promise<void> {
    const end = performance.now() + this.settleMs;
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

  async #forEachSlot(slots: readonly number[], work: (slot: number) => Promise<unknown>): Promise<void> {
    for (let at = 0; at < slots.length; at += SLOTS_AT_ONCE) await Promise.all(slots.slice(at, at + SLOTS_AT_ONCE).map(work));
  }

  #send({ name, address }: NodeRef, words: readonly Arg[], options?: NodeCommandOptions): Promise<Raw> {
    if (address === null) return Promise.reject(new AdminError(`the address of ${name} is unknown`));
    return this.connections.send(address, words, options);
  }
}

function unlessReply(pattern: RegExp): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ReplyError && pattern.test(error.message))) throw error;
  };
}
