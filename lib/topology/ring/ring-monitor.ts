import { reportPlacement } from '../../diagnostics.js';
import type { SlotwiseError } from '../../errors.js';
import type { Address } from '../../options/address.js';
import type { RingMember, RingTopology } from '../../options/topology.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import { Monitor } from '../monitor.js';
import type { ProbedMember, TopologyMonitor, TopologyMonitorOptions, Whereabouts } from '../monitor-api.js';
import type { Resolver } from '../resolver-api.js';
import { type NodeInfo, nodesOfShard, sameTopology, type TopologySnapshot } from '../snapshot.js';
import { Ejection } from './ejection.js';
import { type MemberView, mergeMembers } from './merge.js';
import { Twins } from './twins.js';

/** What a ring's monitor is made of. */
export interface RingParts {
  /** Listeners to ejections, called when keys are placed accordingly. */
  ejected(name: string): void;
  returned(name: string): void;
  /** The resolver of a member's own topology. */
  resolverOf(member: RingMember): Resolver;
  /** Slots by name: the numbers of members. */
  readonly slots: { readonly count: number; slotOfMember(name: string): number };
  /** Id of the process behind an address; null: it does not say. */
  processOf(primary: NodeInfo): Promise<string | null>;
  /** Empties what the client uses of this server, before its member is back. */
  flush(primary: NodeInfo): Promise<void>;
}

/** Member with the monitor that looks after it. */
interface Member extends MemberView {
  readonly given: RingMember;
  readonly monitor: Monitor;
  snapshot: TopologySnapshot | null;
  error: SlotwiseError | null;
  ejected: boolean;
  /** A probe of it has ended, whatever it found. */
  isLookedAt: boolean;
}

type State = 'new' | 'running' | 'stopped';
const TRANSITIONS: Transitions<State> = { new: ['running', 'stopped'], running: ['stopped'], stopped: [] };

/**
 * Monitor of a ring: a monitor for each member, none of which waits for another one, and one snapshot of all. The first snapshot comes when
 * one member is known, or none can be reached; a member that is not known yet is a shard without nodes.
 */
export class RingMonitor implements TopologyMonitor {
  snapshot: TopologySnapshot | null = null;
  readonly #parts: RingParts;
  readonly #options: TopologyMonitorOptions;
  readonly #ejection: Ejection;
  readonly #twins: Twins;
  #members: readonly Member[];
  #state: State = 'new';

  constructor(topology: RingTopology, parts: RingParts, options: TopologyMonitorOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#ejection = new Ejection(topology.onDown === 'eject' ? topology.eject : null);
    this.#twins = new Twins((primary) => parts.processOf(primary), reportPlacement);
    this.#members = topology.members.map((member) => this.#newMember(member));
  }

  async start(): Promise<void> {
    this.#state = transition(TRANSITIONS, this.#state, 'running');
    await Promise.any(this.#members.map(({ monitor }) => monitor.start()));
  }

  /** Takes other members. Those that stay as they were keep their monitors and what is known of them. */
  setMembers(topology: RingTopology): void {
    const before = new Map(this.#members.map((member) => [member.name, member]));
    this.#members = topology.members.map((given) => {
      const known = before.get(given.name);
      if (known === undefined || !isSameMember(known.given, given)) return this.#newMember(given);
      before.delete(given.name);
      return Object.assign(known, { given });
    });
    for (const { name, monitor } of before.values()) {
      monitor.stop();
      this.#ejection.forget(name);
    }
    if (this.#state !== 'running') return;
    this.#deliver('other members');
    for (const { monitor, isLookedAt } of this.#members) if (!isLookedAt) monitor.start().catch(() => {});
  }

  #newMember(given: RingMember): Member {
    const { name, topology } = given;
    const { periodMs, random, hasWaitingCommands, onReplica } = this.#options;
    const monitor = new Monitor(this.#parts.resolverOf(given), {
      periodMs,
      ...(random === undefined ? {} : { random }),
      ...(hasWaitingCommands === undefined ? {} : { hasWaitingCommands }),
      ...(onReplica === undefined ? {} : { onReplica }),
      onSnapshot: (snapshot, _, reason) => {
        member.snapshot = snapshot;
        member.error = null;
        member.isLookedAt = true;
        this.#deliver(`${name}: ${reason}`);
      },
      onError: (error) => this.#failed(member, error),
      onProbe: (error) => this.#probed(member, error),
      onNodeGone: (node) => {
        if (!this.#isElsewhere(node, member)) this.#options.onNodeGone?.(node);
      },
    });
    const facts = { name, kind: topology.kind, slot: this.#parts.slots.slotOfMember(name) };
    const member: Member = { ...facts, given, monitor, snapshot: null, error: null, ejected: false, isLookedAt: false };
    return member;
  }

  #isElsewhere({ key }: NodeInfo, besides: Member): boolean {
    return this.#members.some((member) => member !== besides && member.snapshot?.nodes.has(key) === true);
  }

  #failed(member: Member, error: SlotwiseError): void {
    if (!this.#members.includes(member)) return;
    const isNews = member.error === null || member.error.code !== error.code;
    member.isLookedAt = true;
    if (isNews) {
      member.error = error;
      this.#deliver(`${member.name}: ${error.message}`);
    }
    this.#options.onError(error, member);
  }

  #probed(member: Member, error: unknown): void {
    if (!this.#members.includes(member)) return;
    if (error === undefined && member.error !== null) {
      member.error = null;
      this.#deliver(`${member.name} answers again`);
    }
    const primary = member.snapshot?.problem === undefined ? (member.snapshot?.shards[0]?.primary ?? null) : null;
    if (error === undefined && primary !== null) this.#answered(member, primary);
    else this.#lookFailed(member);
    if (this.snapshot !== null) this.#twins.follow(this.snapshot);
    this.#options.onProbe?.(error, this.#probedMember(member));
  }

  #probedMember(member: Member): ProbedMember {
    const shard = this.#members.indexOf(member);
    return { shard, name: member.name, confirmedAtMs: member.monitor.confirmedAtMs };
  }

  // --- ejection

  #lookFailed(member: Member): void {
    if (
      !this.#ejection.failed(
        member,
        this.#members.map(({ name, given, ejected }) => ({ name, weight: given.weight, ejected })),
      )
    )
      return;
    member.ejected = true;
    this.#deliver(`${member.name} is ejected`);
    this.#parts.ejected(member.name);
  }

  #answered(member: Member, primary: NodeInfo): void {
    if (!member.ejected) {
      this.#ejection.answered(member.name);
      return;
    }
    void this.#ejection
      .bringBack(member.name, () => this.#parts.flush(primary))
      .then((isBack) => {
        if (!isBack || !this.#members.includes(member)) return;
        member.ejected = false;
        this.#deliver(`${member.name} is back`);
        this.#parts.returned(member.name);
      });
  }

  /** A connection to this node broke, or could not be made. */
  connectionFailed(key: string): void {
    for (const member of this.#members) if (hasNode(member, key)) this.#lookFailed(member);
  }

  // --- what commands tell

  wake(reason: string, urgent = false, { node, slot = -1 }: Whereabouts = {}): void {
    for (const member of this.#members) {
      const isConcerned = slot >= 0 ? member.slot === slot : node === undefined || hasNode(member, node);
      if (isConcerned) member.monitor.wake(reason, urgent);
    }
  }

  /** No member knows of slots: one that says MOVED has become the node of a cluster, which its probe finds. */
  slotMoved(_slot: number, _address: Address, from: string): void {
    this.wake(`${from} says MOVED`, false, { node: from });
  }

  probeFirst(address: Address, reason: string, from: string): void {
    for (const member of this.#members) if (hasNode(member, from)) member.monitor.probeFirst(address, reason);
  }

  suspect(key: string): void {
    for (const member of this.#members) if (hasNode(member, key)) member.monitor.suspect(key);
  }

  trust(key: string): void {
    for (const member of this.#members) {
      member.monitor.trust(key);
      if (!member.ejected && hasNode(member, key)) this.#ejection.answered(member.name);
    }
  }

  confirmedSinceMs(node: string): number {
    const member = this.#members.find((one) => hasNode(one, node));
    return (member?.monitor ?? this.#members[0]?.monitor)?.confirmedAtMs ?? 0;
  }

  /** Whether every member was reached or has failed once. */
  get isSettled(): boolean {
    return this.#members.every(({ isLookedAt }) => isLookedAt);
  }

  get stats(): { members: number; ejected: string[]; ejections: number; returns: number } {
    const { ejections, returns } = this.#ejection;
    const ejected = this.#members.flatMap((member) => (member.ejected ? member.name : []));
    return { members: this.#members.length, ejected, ejections, returns };
  }

  stop(): void {
    this.#state = transition(TRANSITIONS, this.#state, 'stopped');
    for (const { monitor } of this.#members) monitor.stop();
  }

  #deliver(reason: string): void {
    if (this.#state !== 'running') return;
    const previous = this.snapshot;
    if (previous === null && !this.isSettled && this.#members.every(({ snapshot }) => snapshot === null)) return;
    const next = mergeMembers(this.#members, this.#parts.slots.count);
    if (previous !== null && sameTopology(next, previous)) return;
    this.snapshot = next;
    this.#options.onSnapshot(next, previous, reason);
    this.#twins.follow(next);
  }
}

/** Whether a member is found as before. Secrets are not among what JSON shows of a topology. */
function isSameMember({ topology: one }: RingMember, { topology: other }: RingMember): boolean {
  const secretOf = (topology: RingMember['topology']): unknown => (topology.kind === 'sentinel' ? topology.access.password : undefined);
  return JSON.stringify(one) === JSON.stringify(other) && secretOf(one) === secretOf(other);
}

function hasNode({ snapshot }: Member, key: string): boolean {
  return snapshot?.shards.some((shard) => nodesOfShard(shard).some((node) => node.key === key)) === true;
}
