import { ReplyError } from '../../errors.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { performance } from '../../runtime/runtime.js';
import { textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { checkCluster } from '../check/check-cluster.js';
import type { NodeClient, NodeCommandOptions } from '../node-connections.js';
import { failoverRefusal, HANDOVER_MS } from '../plans/failover-guard.js';
import type { FailoverMode, NodeRef, PlanStep, SlotStep } from '../plans/steps.js';
import { rangesOf, slotsText } from '../slot-list.js';
import { connectFailure } from '../state/bus-port.js';
import type { ClusterState } from '../state/cluster-state.js';
import { linkProblems, unlinkedText } from './new-replicas.js';
import { strangersText } from './strangers.js';
import { type Waited, type Waiting, waitUntil } from './waiting.js';

/** Reads the cluster's state, beginning with these nodes; with none given from the seeds. */
export type ReadCluster = (seeds: readonly NodeRef[]) => Promise<ClusterState>;

/** Beyond the server's own time for a handover, in ms. */
const GRACE_MS = 1_000;
/** Slots a batch: thousands of commands need not wait for each other, nor all be under way. */
const SLOTS_AT_ONCE = 256;

/** The commands of every step of a plan that does not move keys. */
export class StepRunner {
  /** Ids of the nodes that were made replicas. */
  readonly #followers = new Set<string>();

  constructor(
    private readonly connections: NodeClient,
    private readonly read: ReadCluster,
    /** How long nodes may take to know each other, or to agree, in ms. */
    private readonly settleMs: number,
  ) {}

  /** Resolves with `stopped` if the signal came while it waited for something: nothing of the step is half done then. */
  async run(step: Exclude<PlanStep, SlotStep>, waiting: Waiting): Promise<Waited> {
    switch (step.do) {
      case 'join':
        return await this.#waitForHandshakes(step.nodes, waiting);
      case 'replicate':
        return await this.#replicate(step.node, step.primary, waiting);
      case 'failover':
        return await this.#failover(step.node, step.mode, waiting);
      case 'settle':
        return await this.#settleWithReplicas(waiting);
      default:
        await this.#command(step);
        return 'done';
    }
  }

  /** Waits until all nodes agree. */
  settle(forMs: number, waiting: Waiting): Promise<Waited> {
    const reason = async (): Promise<string | null> => {
      const problems = checkCluster(await this.read([]));
      const unsettled = problems.find(({ kind }) => kind === 'disagreement' || kind === 'unknown' || kind === 'contested');
      // Without all its slots and nodes the cluster may stay down: that is no reason to wait.
      const down = problems.some(({ kind }) => kind === 'uncovered' || kind === 'unreachable')
        ? undefined
        : problems.find(({ kind }) => kind === 'down');
      return (unsettled ?? down)?.text ?? null;
    };
    return waitUntil(reason, forMs, waiting);
  }

  /** Waits also for the first synchronisation of new replicas, which cannot take over before. It may take hours, and goes on by itself. */
  async #settleWithReplicas(waiting: Waiting): Promise<Waited> {
    const startedMs = performance.now();
    const settled = await this.settle(this.settleMs, waiting);
    if (settled === 'stopped' || this.#followers.size === 0) return settled;
    let cluster: ClusterState | null = null;
    const reason = async (): Promise<string | null> => {
      cluster = await this.read([]);
      return unlinkedText(cluster, this.#followers);
    };
    try {
      return await waitUntil(reason, this.settleMs - (performance.now() - startedMs), waiting);
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      for (const text of linkProblems(cluster, this.#followers)) waiting.note(`${text}; see slotwise cluster check`);
      return 'done';
    }
  }

  async #command(step: Exclude<PlanStep, SlotStep | { do: 'join' | 'replicate' | 'failover' | 'settle' }>): Promise<void> {
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

  async #waitForHandshakes(nodes: readonly NodeRef[], waiting: Waiting): Promise<Waited> {
    return await waitUntil(async () => strangersText((await this.read(nodes)).views, nodes, connectFailure), this.settleMs, waiting);
  }

  async #replicate(node: NodeRef, primary: NodeRef, waiting: Waiting): Promise<Waited> {
    const reason = async (): Promise<string | null> => {
      try {
        await this.#send(node, ['CLUSTER', 'REPLICATE', primary.id]);
        this.#followers.add(node.id);
        return null;
      } catch (error) {
        // The node has not heard yet that the other one is a primary.
        if (!(error instanceof ReplyError && /unknown node|only replicate a master|only replicate a primary/i.test(error.message)))
          throw error;
        return `${node.name} does not know ${primary.name} as a primary yet: ${error.message}`;
      }
    };
    return await waitUntil(reason, this.settleMs, waiting);
  }

  /**
   * Slot by slot, because a slot may have an owner in this node's view, and CLUSTER ADDSLOTS takes only slots without one. The others are
   * told before the claim is made the newest: one that owns a slot and has keys of it refuses, and is not overruled.
   */
  async #assign(node: NodeRef, slots: readonly number[], others: readonly NodeRef[]): Promise<void> {
    const owned = new Set((await this.read([node])).nodes.get(node.id)?.slots);
    await this.#forEachSlot(slots, (slot) => this.#send(node, ['CLUSTER', 'SETSLOT', slot, 'STABLE']));
    const kept = new Map<string, number[]>();
    const announce = async (receiver: NodeRef, slot: number): Promise<void> => {
      try {
        await this.#send(receiver, ['CLUSTER', 'SETSLOT', slot, 'NODE', node.id]);
      } catch (error) {
        if (error instanceof ReplyError && /still hold keys/i.test(error.message)) {
          kept.set(receiver.name, [...(kept.get(receiver.name) ?? []), slot]);
          return;
        }
        // A node that was not told hears of it by gossip.
        if (receiver === node) throw error;
      }
    };
    await this.#forEachSlot(slots, (slot) => announce(node, slot));
    await Promise.all(others.map((other) => this.#forEachSlot(slots, (slot) => announce(other, slot))));
    if (kept.size > 0) {
      const claimed = [...new Set([...kept.values()].flat())].filter((slot) => !owned.has(slot));
      // The claim must not win by gossip either.
      await this.#forEachSlot(claimed, (slot) => this.#send(node, ['CLUSTER', 'DELSLOTS', slot]).catch(unlessReply(/./)));
      throw refusedBy(kept, node);
    }
    // Otherwise an older claim of another node with a higher epoch would win: https://redis.io/docs/latest/commands/cluster-bumpepoch/
    await this.#send(node, ['CLUSTER', 'BUMPEPOCH']);
  }

  async #failover(node: NodeRef, mode: FailoverMode, { note, stop }: Waiting): Promise<Waited> {
    await this.#send(node, ['CLUSTER', 'FAILOVER', ...(mode === 'coordinated' ? [] : [mode.toUpperCase()])]);
    const isReplica = async (): Promise<string | null> => {
      const reply = await this.#send(node, ['ROLE']);
      const role = Array.isArray(reply) ? textOf(reply[0]) : null;
      return role === 'master' ? null : `${node.name} is still a replica`;
    };
    try {
      return await waitUntil(isReplica, HANDOVER_MS + GRACE_MS, { note, stop });
    } catch (error) {
      throw error instanceof AdminError ? await this.#noFailover(node, mode) : error;
    }
  }

  /** What became of a failover that the server has given up. */
  async #noFailover(node: NodeRef, mode: FailoverMode): Promise<AdminError> {
    const outcome = `${node.name} is still a replica after ${(HANDOVER_MS + GRACE_MS) / 1_000} s, and the server has given up`;
    const state = await this.read([node]).catch(() => null);
    const replica = state?.nodes.get(node.id);
    const primary = state?.nodes.get(replica?.primaryId ?? '');
    const reason = replica === undefined ? null : failoverRefusal(replica, primary);
    const more =
      mode === 'coordinated'
        ? `${primary?.name ?? 'The primary'} held writes back meanwhile and will again if it is asked again${reason === null ? '' : `: ${reason}`}`
        : 'The other primaries did not vote for it: see slotwise cluster check whether a majority of them answers';
    return new AdminError(`${outcome}. ${more}`, { reason: 'failed', node: node.name });
  }

  async #forEachSlot(slots: readonly number[], work: (slot: number) => Promise<unknown>): Promise<void> {
    for (let at = 0; at < slots.length; at += SLOTS_AT_ONCE) await Promise.all(slots.slice(at, at + SLOTS_AT_ONCE).map(work));
  }

  #send({ name, address }: NodeRef, words: readonly Arg[], options?: NodeCommandOptions): Promise<Raw> {
    if (address === null) return Promise.reject(new AdminError(`the address of ${name} is unknown`));
    return this.connections.send(address, words, options);
  }
}

/** The owners that have kept slots of which they have keys. */
function refusedBy(kept: ReadonlyMap<string, readonly number[]>, node: NodeRef): AdminError {
  const owners = [...kept].map(
    ([name, slots]) =>
      `${name} owns slots ${slotsText(
        [...slots].sort((a, b) => a - b),
        4,
      )} and has keys of them`,
  );
  return new AdminError(`${owners.join(', ')}, so ${node.name} does not take them`, { reason: 'changed' });
}

function unlessReply(pattern: RegExp): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ReplyError && pattern.test(error.message))) throw error;
  };
}
