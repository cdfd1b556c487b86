import { type Address, addressKey } from '../../options/address.js';
import type { NodeRules } from '../node-rules.js';
import { type ShardRange, SLOT_COUNT, SlotMap } from '../slot-map.js';
import { makeTopology, type NodeInfo, type Shard, type TopologySnapshot } from '../snapshot.js';
import type { Health } from './replies.js';
import type { ClusterView, ViewNode } from './view.js';

/** A node as all the views together see it. */
export interface MergedNode {
  readonly id: string;
  readonly address: Address | null;
  readonly names: readonly Address[];
  /** Id of the primary it follows; null: it is one. */
  readonly primaryId: string | null;
  readonly health: Health;
}

export interface MergedCluster {
  readonly nodes: ReadonlyMap<string, MergedNode>;
  /** In order of the slots. */
  readonly ranges: readonly { readonly start: number; readonly end: number; readonly owner: string }[];
}

/**
 * One truth out of several views. Right after a failover or a move most nodes still hold the old view, so a majority proves nothing: for each
 * slot the claim with the highest config epoch counts, the very rule by which the nodes themselves settle it.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-slots-configuration-propagation
 *
 * Epochs are equal in two cases. A primary that gave way sends its successor's epoch with all it sends; who hears it before the successor believes
 * that the old primary owns its slots at that epoch, for up to a second: so what a node owns counts for the one it follows, where any view shows it
 * as a replica at that epoch or a later one, and of itself a node knows best. And they are all 0 where CLUSTER NODES may not be asked: there the
 * majority decides.
 */
export function mergeViews(views: readonly ClusterView[], previous: TopologySnapshot | null): MergedCluster {
  const entries = entriesById(views);
  const gaveWay = demotionsIn(views, entries);
  const ranges = mergeOwners(views, gaveWay);
  const owners = new Set(ranges.map(({ owner }) => owner));
  const leaders = new Map<string, string | null>();
  for (const [id, seen] of entries) leaders.set(id, primaryIdOf(seen, gaveWay.get(id)));
  const previousKeys = new Map<string, string>();
  for (const { id, key } of previous?.nodes.values() ?? []) previousKeys.set(id, key);

  const nodes = new Map<string, MergedNode>();
  for (const [id, seen] of entries) {
    const ownsSlots = owners.has(id);
    const primaryId = ownsSlots ? null : rootPrimaryOf(id, leaders, owners);
    const isHeirless = primaryId === null && !ownsSlots;
    const health = mergeHealth(seen, views.length);
    // A dead primary whose slots went elsewhere is gone until it comes back as a replica; a node that only believes in itself was removed.
    if (isHeirless && (health === 'failed' || (owners.size > 0 && views.length > 1 && seen.length === 1 && seen[0]?.myself === true)))
      continue;
    const { address, names } = mergePlace(seen, previousKeys.get(id));
    nodes.set(id, { id, address, names, primaryId, health });
  }
  return { nodes, ranges };
}

/** What the views say of each node, one entry a view that knows it. */
function entriesById(views: readonly ClusterView[]): Map<string, ViewNode[]> {
  const entries = new Map<string, ViewNode[]>();
  for (const view of views) {
    for (const node of view.nodes.values()) {
      const seen = entries.get(node.id);
      if (seen === undefined) entries.set(node.id, [node]);
      else seen.push(node);
    }
  }
  return entries;
}

/** Whom a node follows, as of which epoch, and whether it says so itself. */
interface Demotion {
  readonly to: string;
  readonly epoch: number;
  readonly own: boolean;
}

/** Of every node that some view has as an owner of slots, and some other view as a replica of a node. */
function demotionsIn(views: readonly ClusterView[], entries: ReadonlyMap<string, readonly ViewNode[]>): ReadonlyMap<string, Demotion> {
  const named = new Map<string, Demotion>();
  for (const id of new Set(views.flatMap(({ ranges }) => ranges.map(({ owner }) => owner)))) {
    const successor = successorOf(entries.get(id) ?? [], entries);
    if (successor !== null) named.set(id, successor);
  }
  // Of two that follow each other one has borrowed the other's epoch: who says of itself that it follows knows.
  const isSure = (id: string, { to, epoch, own }: Demotion): boolean => {
    const back = named.get(to);
    return back?.to !== id || epoch > back.epoch || (epoch === back.epoch && own && !back.own);
  };
  return new Map([...named].filter(([id, successor]) => isSure(id, successor)));
}

/** The newest word counts, and of equally new ones the node's own. */
function successorOf(seen: readonly ViewNode[], entries: ReadonlyMap<string, unknown>): Demotion | null {
  const primaryAt = seen.find(({ myself, primaryId }) => myself && primaryId === null)?.epoch ?? 0;
  const [best = null] = seen
    .flatMap(({ primaryId: to, epoch, myself: own }) => (to !== null && entries.has(to) && epoch > primaryAt ? [{ to, epoch, own }] : []))
    .sort((a, b) => b.epoch - a.epoch || Number(b.own) - Number(a.own));
  return best;
}

/** Who has what `id` owned at that epoch. */
function currentOwnerOf(id: string, epoch: number, gaveWay: ReadonlyMap<string, Demotion>): string {
  let heir = id;
  for (let steps = 0; steps <= gaveWay.size; steps++) {
    const next = gaveWay.get(heir);
    if (next === undefined || next.epoch < epoch) break;
    heir = next.to;
  }
  return heir;
}

/** Whom it follows; null: nobody. Of equally new entries, what the node says of itself, else what most say. */
function primaryIdOf(entries: readonly ViewNode[], successor: Demotion | undefined): string | null {
  const [first] = entries;
  if (first === undefined || entries.every(({ primaryId }) => primaryId === first.primaryId)) return first?.primaryId ?? null;
  const epoch = Math.max(...entries.map((entry) => entry.epoch));
  if (successor !== undefined && successor.epoch >= epoch) return successor.to;
  const latest = entries.filter((entry) => entry.epoch === epoch);
  const votes = (entry: ViewNode): number => latest.filter(({ primaryId }) => primaryId === entry.primaryId).length;
  const best = latest.find(({ myself }) => myself) ?? [...latest].sort((a, b) => votes(b) - votes(a))[0];
  return best?.primaryId ?? null;
}

/** Id of the primary that a node follows in the end; null if it is one itself. Views of different age may name a replica as somebody's primary. */
function rootPrimaryOf(id: string, leaders: ReadonlyMap<string, string | null>, owners: ReadonlySet<string>): string | null {
  let leader = leaders.get(id) ?? null;
  if (leader === null || owners.has(leader)) return leader;
  const seen = new Set([id]);
  while (leader !== null && !owners.has(leader)) {
    const next: string | null = leaders.get(leader) ?? null;
    if (next === null || seen.has(next)) break;
    seen.add(leader);
    leader = next;
  }
  return leader === id ? null : leader;
}

function mergeHealth(entries: readonly ViewNode[], views: number): Health {
  const own = entries.find(({ myself }) => myself);
  if (own !== undefined) return own.health;
  const failed = entries.filter(({ health }) => health === 'failed').length;
  if (failed * 2 > Math.min(views, entries.length)) return 'failed';
  return entries.some(({ health }) => health === 'online') ? 'online' : 'loading';
}

/** What the node says of itself, else what most say, else what we use already: an address must not change with the order of the answers. */
function mergePlace(entries: readonly ViewNode[], previousKey: string | undefined): Pick<MergedNode, 'address' | 'names'> {
  const [first] = entries;
  // Nearly always, and it matters: a large cluster has a thousand nodes.
  if (first !== undefined && entries.every((entry) => hasPlaceOf(entry, first))) return first;
  const votes = new Map<string, { address: Address; votes: number }>();
  const names = new Map<string, Address>();
  for (const { address, names: others, myself } of entries) {
    for (const name of others) names.set(addressKey(name), name);
    if (address === null) continue;
    const key = addressKey(address);
    const own = myself && others.some((name) => addressKey(name) === key) ? entries.length : 0;
    const known = key === previousKey ? 0.5 : 0;
    const before = votes.get(key)?.votes ?? known;
    votes.set(key, { address, votes: before + 1 + own });
  }
  const [best] = [...votes.values()].sort((a, b) => b.votes - a.votes);
  return { address: best?.address ?? null, names: [...names.values()] };
}

function hasPlaceOf(entry: ViewNode, other: ViewNode): boolean {
  const { address, names } = other;
  const sameAddress = entry.address === null || address === null ? entry.address === address : isSame(entry.address, address);
  return (
    sameAddress &&
    entry.names.length === names.length &&
    entry.names.every((name, at) => {
      const counterpart = names[at];
      return counterpart !== undefined && isSame(name, counterpart);
    })
  );
}

function isSame(a: Address, b: Address): boolean {
  if ('path' in a || 'path' in b) return 'path' in a && 'path' in b && a.path === b.path;
  return a.host === b.host && a.port === b.port;
}

function mergeOwners(views: readonly ClusterView[], gaveWay: ReadonlyMap<string, Demotion>): MergedCluster['ranges'] {
  const ids: string[] = [];
  const indexes = new Map<string, number>();
  const indexOf = (id: string): number => {
    const index = indexes.get(id) ?? ids.push(id) - 1;
    indexes.set(id, index);
    return index;
  };
  const claims = views.map((view) => {
    const owners = new Int16Array(SLOT_COUNT).fill(-1);
    const epochs: number[] = [];
    const heirs: number[] = [];
    /** The one that was asked. */
    let own = -1;
    for (const { start, end, owner } of view.ranges) {
      const index = indexOf(owner);
      owners.fill(index, start, end + 1);
      if (epochs[index] !== undefined) continue;
      const epoch = view.nodes.get(owner)?.epoch ?? -1;
      epochs[index] = epoch;
      heirs[index] = indexOf(currentOwnerOf(owner, epoch, gaveWay));
      if (view.nodes.get(owner)?.myself === true) own = index;
    }
    return { owners, epochs, heirs, own };
  });
  const ownerOf = (slot: number): number => {
    let best = -1;
    let bestEpoch = -1;
    let pinned = false;
    for (const { owners, epochs, heirs } of claims) {
      const named = owners[slot] ?? -1;
      const epoch = named === -1 ? -1 : (epochs[named] ?? -1);
      const owner = named === -1 ? -1 : (heirs[named] ?? -1);
      if (epoch > bestEpoch) {
        best = owner;
        bestEpoch = epoch;
        pinned = false;
      } else if (epoch === bestEpoch && owner !== best) pinned = true;
    }
    if (!pinned) return best;
    const votes = new Map<number, number>();
    for (const { owners, epochs, heirs, own } of claims) {
      const named = owners[slot] ?? -1;
      const owner = named === -1 || epochs[named] !== bestEpoch ? undefined : heirs[named];
      // Where there are epochs, a node's own word outweighs all others.
      const weight = named === own && bestEpoch > 0 ? views.length : 1;
      if (owner !== undefined) votes.set(owner, (votes.get(owner) ?? 0) + weight);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1;
  };

  // Ranges are long: nearly every slot is claimed by those who claim the one before it.
  const sameClaims = (slot: number): boolean => {
    for (const { owners } of claims) if (owners[slot] !== owners[slot - 1]) return false;
    return true;
  };
  const ranges: { start: number; end: number; owner: string }[] = [];
  let start = 0;
  let current = ownerOf(0);
  for (let slot = 1; slot <= SLOT_COUNT; slot++) {
    if (slot < SLOT_COUNT && sameClaims(slot)) continue;
    const owner = slot < SLOT_COUNT ? ownerOf(slot) : Number.NaN;
    if (owner === current) continue;
    const id = ids[current];
    if (id !== undefined) ranges.push({ start, end: slot - 1, owner: id });
    start = slot;
    current = owner;
  }
  return ranges;
}

/** Shards in order of their lowest slot, those without slots after them by node id; replicas by key. */
export function clusterTopology(merged: MergedCluster, rules: NodeRules): TopologySnapshot {
  const withSlots = new Set(merged.ranges.map(({ owner }) => owner));
  const followers = new Map<string, MergedNode[]>();
  for (const node of merged.nodes.values()) {
    const id = node.primaryId ?? node.id;
    const list = followers.get(id);
    if (list === undefined) followers.set(id, node.primaryId === null ? [] : [node]);
    else if (node.primaryId !== null) list.push(node);
  }
  const order = [...withSlots, ...[...followers.keys()].filter((id) => !withSlots.has(id)).sort()];
  const places = placesOf(merged, rules);

  const shards = order.map((id): Shard => {
    const leader = merged.nodes.get(id);
    const primary = leader === undefined || leader.primaryId !== null ? null : infoOf(leader, null, rules, places);
    const replicas = (followers.get(id) ?? [])
      .flatMap((node) => infoOf(node, primary?.key ?? null, rules, places) ?? [])
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    return Object.freeze({ primary, replicas: Object.freeze(replicas) });
  });
  const indexes = new Map(order.map((id, index) => [id, index]));
  const ranges = merged.ranges.map(({ start, end, owner }): ShardRange => ({ start, end, shard: indexes.get(owner) ?? 0 }));
  return makeTopology('cluster', shards, SlotMap.fromRanges(ranges));
}

/**
 * Where to connect to, by node id. A node may have come back under its old address with a new id: the address belongs to who is alive there, and
 * the other one has none.
 */
function placesOf(merged: MergedCluster, rules: NodeRules): ReadonlyMap<string, Address> {
  const places = new Map<string, Address>();
  const taken = new Set<string>();
  const failed: MergedNode[] = [];
  const place = ({ id, address: announced }: MergedNode): void => {
    if (announced === null) return;
    const address = rules.address(announced);
    const key = addressKey(address);
    if (taken.has(key)) return;
    taken.add(key);
    places.set(id, address);
  };
  for (const node of merged.nodes.values()) {
    if (node.health === 'failed') failed.push(node);
    else place(node);
  }
  failed.forEach(place);
  return places;
}

function infoOf(node: MergedNode, replicaOf: string | null, rules: NodeRules, places: ReadonlyMap<string, Address>): NodeInfo | null {
  const address = places.get(node.id);
  if (address === undefined || node.address === null) return null;
  const isPrimary = node.primaryId === null;
  return rules.node({
    id: node.id,
    address,
    names: node.names.includes(node.address) ? node.names : [node.address, ...node.names],
    role: isPrimary ? 'primary' : 'replica',
    usable: isPrimary ? node.health !== 'failed' : node.health === 'online',
    replicaOf,
    depth: isPrimary ? 0 : 1,
    priority: 100,
  });
}
