import type { Domain } from '../options/domains.js';
import type { ReadCandidate } from '../options/reads.js';
import type { Node } from '../pool/node.js';
import { keyIndexes } from '../protocol/catalog/keys.js';
import type { Arg, CommandSpec } from '../protocol/command-spec.js';
import type { NodeInfo, TopologySnapshot } from '../topology/snapshot.js';
import { clock } from '../util/clock.js';
import { type KeyPrefix, wordOf } from './keys/key-prefix.js';
import { PowerOfTwoPicker } from './reads/power-of-two.js';
import { askFunction } from './reads/read-function.js';
import type { ReadPolicy } from './reads/read-preference.js';
import { type Candidates, candidatesOf, type NodeState, type Trace, tierOf, zoneOf } from './reads/selection.js';

/** What the router asks of those who hold the nodes. */
export interface RouterView {
  nodeOf(info: NodeInfo): Node;
  stateOf(info: NodeInfo): NodeState;
  /** The candidates of a shard are looked for: commands of this policy read there. */
  used?(shard: number, policy: ReadPolicy): void;
}

/** Through which view a command came. */
interface Caller {
  readonly policy: ReadPolicy | null;
  readonly domain: Domain | null;
  readonly prefix: KeyPrefix | null;
}

/** Who serves what, for one snapshot: what a command asks is found out once and kept until the states of the shard's nodes change. */
export class Router {
  /** Per shard; null where there is none that we know of. */
  readonly #primaries: readonly (Node | null)[];
  /** Per shard: how often the states of its nodes have changed. */
  readonly #versions: Uint32Array;
  readonly #pickers = new WeakMap<ReadPolicy, (PowerOfTwoPicker<Node> | undefined)[]>();
  /** The shards that have slots; all where none has. */
  #serving: readonly number[] | null = null;
  /** Shards where a policy has found nobody. */
  readonly #starving = new Set<number>();
  #turn = 0;

  constructor(
    readonly snapshot: TopologySnapshot,
    private readonly view: RouterView,
  ) {
    this.#primaries = snapshot.shards.map((shard) => (shard.primary === null ? null : view.nodeOf(shard.primary)));
    this.#versions = new Uint32Array(snapshot.shards.length);
  }

  /** Whether keys decide the shard. */
  get sharded(): boolean {
    return this.snapshot.slots !== null;
  }

  /** Index of the shard that has the slot; for -1 any shard, in turn. -1: nobody owns it. */
  shardFor(slot: number): number {
    const { slots, shards } = this.snapshot;
    if (slots === null) return shards.length === 0 ? -1 : 0;
    if (slot >= 0) return slots.shardOf(slot);
    // Commands without keys are spread over the primaries that can be reached. Those without slots may lack functions, too.
    this.#serving ??= servingOf(this.snapshot);
    const serving = this.#serving;
    for (let tries = 0; tries < serving.length; tries++) {
      this.#turn = (this.#turn + 1) % serving.length;
      const primary = shards[serving[this.#turn] ?? -1]?.primary;
      if (primary && this.view.stateOf(primary).unreachableReason === null) break;
    }
    return serving[this.#turn] ?? -1;
  }

  stateOf(info: NodeInfo): NodeState {
    return this.view.stateOf(info);
  }

  primaryOf(shard: number): Node | null {
    return this.#primaries[shard] ?? null;
  }

  /** A node for a command that only reads. */
  readerOf(shard: number, policy: ReadPolicy): Node | null {
    return this.pickerOf(shard, policy).pick();
  }

  /** Who may serve such a command, and whether only by a fallback. */
  pickerOf(shard: number, policy: ReadPolicy): PowerOfTwoPicker<Node> {
    let byShard = this.#pickers.get(policy);
    if (byShard === undefined) {
      byShard = [];
      this.#pickers.set(policy, byShard);
    }
    const known = byShard[shard];
    if (known !== undefined && known.version === this.#versions[shard] && isValid(known)) return known;
    const picker = this.#choose(shard, policy);
    byShard[shard] = picker;
    return picker;
  }

  /** As `readerOf`, for a policy with a function. Throws a `ReadFunctionError`. */
  askFunction(shard: number, spec: CommandSpec, args: readonly Arg[], caller: Caller): Node | null {
    const { policy, domain, prefix } = caller;
    if (policy === null || policy.choose === null) return null;
    const { nodes } = this.pickerOf(shard, policy);
    if (nodes.length === 0) return null;
    const keys = keyIndexes(spec, args).map((index) => args[index] ?? '');
    const candidates = nodes.map((node) => this.#describe(node));
    const named = prefix === null ? keys : keys.map((key) => prefix.strip(wordOf(key)) ?? key);
    return nodes[askFunction(policy.choose, { command: spec.name, keys: named, domain: domain?.name ?? null, candidates })] ?? null;
  }

  #describe({ key, load }: Node): ReadCandidate {
    const info = this.snapshot.nodes.get(key) as NodeInfo; // it is a candidate of this snapshot
    const state = this.view.stateOf(info);
    const isPrimary = info.role === 'primary';
    return Object.freeze({
      key,
      address: info.address,
      role: info.role,
      tags: info.tags,
      zone: zoneOf(info, state),
      priority: tierOf(info),
      weight: info.weight ?? 1,
      rttMs: state.rttMs,
      lagMs: isPrimary ? 0 : state.freshAt === null ? null : Math.max(0, performance.now() - state.freshAt),
      lagBytes: isPrimary ? 0 : state.lagBytes,
      inFlight: load,
    });
  }

  /** The states of the shard's nodes have changed. True: some policy had found nobody there, and may now. */
  invalidate(shard: number): boolean {
    const version = this.#versions[shard];
    if (version !== undefined) this.#versions[shard] = version + 1;
    return this.#starving.delete(shard);
  }

  /** A node can be reached again, or no more, or is avoided for a while: whose shard that is does not matter, it is rare. */
  invalidateAll(): void {
    for (const [shard, version] of this.#versions.entries()) this.#versions[shard] = version + 1;
  }

  #choose(shard: number, policy: ReadPolicy): PowerOfTwoPicker<Node> {
    this.view.used?.(shard, policy);
    const found = this.candidatesOf(shard, policy);
    if (found.nodes.length === 0) this.#starving.add(shard);
    return this.#choiceAmong(found, this.#versions[shard] ?? 0);
  }

  candidatesOf(shard: number, policy: ReadPolicy, trace?: Trace): Candidates {
    const description = this.snapshot.shards[shard] ?? { primary: null, replicas: [] };
    return candidatesOf(description, { policy, stateOf: this.view.stateOf, now: performance.now() }, trace);
  }

  /** As a command would choose among them now. */
  chosenOf(found: Candidates): Node | null {
    return this.#choiceAmong(found, 0).pick();
  }

  #choiceAmong(found: Candidates, version: number): PowerOfTwoPicker<Node> {
    return new PowerOfTwoPicker(found.nodes.map(this.view.nodeOf), found, version);
  }

  /** Keys of those that can be reached. */
  primariesWithoutSlots(): string[] {
    const { slots, shards } = this.snapshot;
    if (slots === null) return [];
    return shards.flatMap(({ primary }, shard) =>
      primary === null || slots.owns(shard) || this.view.stateOf(primary).unreachableReason !== null ? [] : primary.key,
    );
  }

  /** One slot of every shard that has any, to address the shard itself, whoever its primary is by then. */
  slotOfEachShard(): number[] {
    const { slots } = this.snapshot;
    if (slots === null) return [-1];
    const first = new Map<number, number>();
    for (const { start, shard } of slots.ranges()) if (!first.has(shard)) first.set(shard, start);
    return [...first.values()];
  }
}

/** The clock is read only where time matters. */
function isValid({ validUntil }: PowerOfTwoPicker<Node>): boolean {
  return validUntil === Number.POSITIVE_INFINITY || clock.now() < validUntil;
}

function servingOf({ shards, slots }: TopologySnapshot): readonly number[] {
  const serving = shards.flatMap((_, shard) => (slots === null || slots.owns(shard) ? shard : []));
  return serving.length > 0 ? serving : [...shards.keys()];
}
