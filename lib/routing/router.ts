import type { SlotwiseError } from '../errors.js';
import type { Domain } from '../options/domains.js';
import type { ReadCandidate } from '../options/reads.js';
import type { Node } from '../pool/node.js';
import { keyIndexes } from '../protocol/catalog/keys.js';
import type { Arg, CommandSpec } from '../protocol/command-spec.js';
import { argText } from '../protocol/resp/text.js';
import { performance } from '../runtime/runtime.js';
import type { NodeInfo, TopologySnapshot } from '../topology/snapshot.js';
import { clock } from '../util/clock.js';
import type { KeyPrefix } from './keys/key-prefix.js';
import { PowerOfTwoPicker } from './reads/power-of-two.js';
import { askFunction } from './reads/read-function.js';
import type { ReadPolicy } from './reads/read-preference.js';
import { type Candidates, type NodeState, selectCandidates, type Trace, tierOf, zoneOf } from './reads/selection.js';

/** The nodes of a topology with their states, as the router needs them. */
export interface NodeSource {
  nodeOf(info: NodeInfo): Node;
  stateOf(info: NodeInfo): NodeState;
  /** Notes that commands of this policy read from this shard; called when candidates are selected. */
  used?(shard: number, policy: ReadPolicy): void;
}

/** The facts of a command's view that a read function needs. */
interface ReadContext {
  readonly policy: ReadPolicy | null;
  readonly domain: Domain | null;
  readonly prefix: KeyPrefix | null;
}

/**
 * The router of one snapshot: finds the shard of a slot, its primary, and a node for reads. The candidates of a policy are selected once a
 * shard and kept until the states of the shard's nodes change.
 */
export class Router {
  /** The primary of each shard; null where none is known. */
  readonly #primaries: readonly (Node | null)[];
  /** Number of changes of the states of nodes, by shard. */
  readonly #versions: Uint32Array;
  /** Pickers by policy, then by shard. */
  readonly #pickers = new WeakMap<ReadPolicy, (PowerOfTwoPicker<Node> | undefined)[]>();
  /** The shards that have slots; all where none has. */
  #serving: readonly number[] | null = null;
  /** Shards where a policy has found no candidate. */
  readonly #withoutCandidates = new Set<number>();
  /** Index in `#serving` of the shard that had the last command without keys. */
  #turn = 0;

  constructor(
    readonly snapshot: TopologySnapshot,
    private readonly nodes: NodeSource,
  ) {
    this.#primaries = snapshot.shards.map((shard) => (shard.primary === null ? null : nodes.nodeOf(shard.primary)));
    this.#versions = new Uint32Array(snapshot.shards.length);
  }

  /** Whether keys decide the shard. */
  get sharded(): boolean {
    return this.snapshot.slots !== null;
  }

  /** Index of the shard that owns the slot, -1 if none does; for the slot -1 the shards in turn. */
  shardFor(slot: number): number {
    const { slots, shards } = this.snapshot;
    if (slots === null && shards.length <= 1) return shards.length - 1;
    if (slots !== null && slot >= 0) return slots.shardOf(slot);
    // Commands without keys are spread over the reachable primaries that have slots: one without slots may lack functions.
    this.#serving ??= servingOf(this.snapshot);
    const serving = this.#serving;
    for (let tries = 0; tries < serving.length; tries++) {
      this.#turn = (this.#turn + 1) % serving.length;
      const primary = shards[serving[this.#turn] ?? -1]?.primary;
      if (primary && this.nodes.stateOf(primary).unreachableReason === null) break;
    }
    return serving[this.#turn] ?? -1;
  }

  /** Index of the shard that owns the slot; -1: none does, or none is named, of several. */
  shardOfSlot(slot: number): number {
    const { slots } = this.snapshot;
    return slots === null ? 0 : slot >= 0 ? slots.shardOf(slot) : -1;
  }

  /** Whether commands reach the primary of the slot, or none has tried. */
  canReach(slot: number): boolean {
    const primary = this.primaryOf(this.shardOfSlot(slot));
    return primary !== null && primary.unreachableReason === null;
  }

  /** Why this shard of a ring cannot be served; null: nothing speaks against it. */
  problemOf(shard: number): SlotwiseError | null {
    return this.snapshot.shards[shard]?.member?.problem ?? null;
  }

  stateOf(info: NodeInfo): NodeState {
    return this.nodes.stateOf(info);
  }

  primaryOf(shard: number): Node | null {
    return this.#primaries[shard] ?? null;
  }

  /** The candidates for a command that only reads, ready to pick from. */
  pickerOf(shard: number, policy: ReadPolicy): PowerOfTwoPicker<Node> {
    let byShard = this.#pickers.get(policy);
    if (byShard === undefined) {
      byShard = [];
      this.#pickers.set(policy, byShard);
    }
    const known = byShard[shard];
    if (known !== undefined && known.version === this.#versions[shard] && isValid(known)) return known;
    const picker = this.#newPicker(shard, policy);
    byShard[shard] = picker;
    return picker;
  }

  /** A node for a command that only reads, by a policy with a function. Throws a `ReadFunctionError`. */
  askFunction(shard: number, spec: CommandSpec, args: readonly Arg[], context: ReadContext): Node | null {
    const { policy, domain, prefix } = context;
    if (policy === null || policy.choose === null) return null;
    const { nodes } = this.pickerOf(shard, policy);
    if (nodes.length === 0) return null;
    const keys = keyIndexes(spec, args).map((index) => args[index] ?? '');
    const candidates = nodes.map((node) => this.#describe(node));
    const named = prefix === null ? keys : keys.map((key) => prefix.strip(argText(key)) ?? key);
    return nodes[askFunction(policy.choose, { command: spec.name, keys: named, domain: domain?.name ?? null, candidates })] ?? null;
  }

  #describe({ key, load }: Node): ReadCandidate {
    const info = this.snapshot.nodes.get(key) as NodeInfo; // it is a candidate of this snapshot
    const state = this.nodes.stateOf(info);
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

  /**
   * Selects the shard's candidates anew, because the states of its nodes have changed. True: some policy had found none there, and may now.
   */
  invalidate(shard: number): boolean {
    const version = this.#versions[shard];
    if (version !== undefined) this.#versions[shard] = version + 1;
    return this.#withoutCandidates.delete(shard);
  }

  /**
   * Selects all candidates anew, because a node of some shard can be reached again, or no more, or is avoided for a while: that is rare.
   */
  invalidateAll(): void {
    for (const [shard, version] of this.#versions.entries()) this.#versions[shard] = version + 1;
  }

  #newPicker(shard: number, policy: ReadPolicy): PowerOfTwoPicker<Node> {
    // Of a slot that nobody owns there is nothing to sample.
    if (shard >= 0) this.nodes.used?.(shard, policy);
    const candidates = this.select(shard, policy);
    if (candidates.nodes.length === 0) this.#withoutCandidates.add(shard);
    return this.#pickerAmong(candidates, this.#versions[shard] ?? 0);
  }

  /** The candidates of a policy on a shard now. */
  select(shard: number, policy: ReadPolicy, trace?: Trace): Candidates {
    const nodes = this.snapshot.shards[shard] ?? { primary: null, replicas: [] };
    return selectCandidates(nodes, { policy, stateOf: this.nodes.stateOf, now: performance.now() }, trace);
  }

  /** Picks one of the candidates, as a command would now. */
  pickAmong(candidates: Candidates): Node | null {
    return this.#pickerAmong(candidates, 0).pick();
  }

  #pickerAmong(candidates: Candidates, version: number): PowerOfTwoPicker<Node> {
    return new PowerOfTwoPicker(candidates.nodes.map(this.nodes.nodeOf), candidates, version);
  }

  /** Keys of the reachable primaries without slots. */
  primariesWithoutSlots(): string[] {
    const { slots, shards } = this.snapshot;
    if (slots === null) return [];
    return shards.flatMap(({ primary }, shard) =>
      primary === null || slots.owns(shard) || this.nodes.stateOf(primary).unreachableReason !== null ? [] : primary.key,
    );
  }

  /** One slot of every shard that has any, to address the shard, whichever node its primary is by then. */
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

/** What is said of a slot that no shard has. */
export function noOwner(slot: number): string {
  return `no node has slot ${slot}, as far as the cluster says (CLUSTERDOWN)`;
}
