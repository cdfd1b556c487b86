import { type Address, addressKey } from '../../options/address.js';
import { SLOT_COUNT } from '../slot-map.js';
import type { TopologySnapshot } from '../snapshot.js';
import type { Health } from './replies.js';
import type { ClusterView, ViewNode } from './view.js';

/** A node in the merged view. */
export interface MergedNode {
  readonly id: string;
  readonly address: Address | null;
  readonly names: readonly Address[];
  /** Id of the primary that it replicates from; null: it is a primary. */
  readonly primaryId: string | null;
  readonly health: Health;
}

export interface MergedCluster {
  readonly nodes: ReadonlyMap<string, MergedNode>;
  /** Owners of ranges, in order of the slots. */
  readonly ranges: readonly { readonly start: number; readonly end: number; readonly owner: string }[];
}

/**
 * Merges several views into one. Right after a failover or a move most nodes still have the old view, so a majority proves nothing: for
 * each slot the claim with the highest config epoch counts, the very rule by which the nodes themselves settle it.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-slots-configuration-propagation
 *
 * Epochs are equal in two cases. A demoted primary sends its successor's epoch with all its packets; a node that receives one before the
 * successor's believes for up to a second that the old primary owns its slots at that epoch. So the slots of a node count as those of its
 * primary where any view shows it as a replica at that epoch or a later one, and what a node says of itself outweighs the others. The
 * second case: all epochs are 0 where the ACL forbids CLUSTER NODES; there the majority decides.
 */
export function mergeViews(views: readonly ClusterView[], previous: TopologySnapshot | null): MergedCluster {
  const entries = entriesById(views);
  const demotions = demotionsIn(views, entries);
  const ranges = mergeOwners(views, demotions);
  const owners = new Set(ranges.map(({ owner }) => owner));
  const primaryIds = new Map<string, string | null>();
  for (const [id, seen] of entries) primaryIds.set(id, primaryIdOf(seen, demotions.get(id)));
  const previousKeys = new Map<string, string>();
  for (const { id, key } of previous?.nodes.values() ?? []) previousKeys.set(id, key);

  const nodes = new Map<string, MergedNode>();
  for (const [id, seen] of entries) {
    const ownsSlots = owners.has(id);
    const primaryId = ownsSlots ? null : rootPrimaryOf(id, primaryIds, owners);
    const hasNoPrimary = primaryId === null && !ownsSlots;
    const health = mergeHealth(seen, views.length);
    // A dead primary whose slots went elsewhere is gone until it comes back as a replica; a node that no other view knows was removed.
    if (hasNoPrimary && (health === 'failed' || (owners.size > 0 && views.length > 1 && seen.length === 1 && seen[0]?.myself === true)))
      continue;
    const { address, names } = mergeAddress(seen, previousKeys.get(id));
    nodes.set(id, { id, address, names, primaryId, health });
  }
  return { nodes, ranges };
}

/** The entries for each node, one from every view that knows it. */
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

/** A former owner of slots that is a replica by now. */
interface Demotion {
  /** Id of its primary. */
  readonly to: string;
  readonly epoch: number;
  /** The node says so itself. */
  readonly own: boolean;
}

/** The nodes that some view has as an owner of slots and some other view as a replica. */
function demotionsIn(views: readonly ClusterView[], entries: ReadonlyMap<string, readonly ViewNode[]>): ReadonlyMap<string, Demotion> {
  const candidates = new Map<string, Demotion>();
  for (const id of new Set(views.flatMap(({ ranges }) => ranges.map(({ owner }) => owner)))) {
    const demotion = demotionOf(entries.get(id) ?? [], entries);
    if (demotion !== null) candidates.set(id, demotion);
  }
  // Of two that are replicas of each other one has borrowed the other's epoch: the one that says so itself was demoted. The other one need
  // not have slots in any view: a node that was cut off hears first of the demoted primary, and takes its successor for a replica meanwhile.
  const isSure = (id: string, { to, epoch, own }: Demotion): boolean => {
    const back = candidates.get(to) ?? demotionOf(entries.get(to) ?? [], entries);
    return back?.to !== id || epoch > back.epoch || (epoch === back.epoch && own && !back.own);
  };
  return new Map([...candidates].filter(([id, demotion]) => isSure(id, demotion)));
}

/** The demotion with the highest epoch counts, and of equal ones the one that the node reports itself. */
function demotionOf(seen: readonly ViewNode[], entries: ReadonlyMap<string, unknown>): Demotion | null {
  const primaryAt = seen.find(({ myself, primaryId }) => myself && primaryId === null)?.epoch ?? 0;
  const [best = null] = seen
    .flatMap(({ primaryId: to, epoch, myself: own }) => (to !== null && entries.has(to) && epoch > primaryAt ? [{ to, epoch, own }] : []))
    .sort((a, b) => b.epoch - a.epoch || Number(b.own) - Number(a.own));
  return best;
}

/** Id of the node that has the slots that `id` owned at that epoch. */
function currentOwnerOf(id: string, epoch: number, demotions: ReadonlyMap<string, Demotion>): string {
  let owner = id;
  for (let steps = 0; steps <= demotions.size; steps++) {
    const next = demotions.get(owner);
    if (next === undefined || next.epoch < epoch) break;
    owner = next.to;
  }
  return owner;
}

/** Id of the primary that a node replicates from; null: none. Of equally new entries the node's own counts, else what most say. */
function primaryIdOf(entries: readonly ViewNode[], demotion: Demotion | undefined): string | null {
  const [first] = entries;
  if (first === undefined || entries.every(({ primaryId }) => primaryId === first.primaryId)) return first?.primaryId ?? null;
  const epoch = Math.max(...entries.map((entry) => entry.epoch));
  if (demotion !== undefined && demotion.epoch >= epoch) return demotion.to;
  const latest = entries.filter((entry) => entry.epoch === epoch);
  const votes = (entry: ViewNode): number => latest.filter(({ primaryId }) => primaryId === entry.primaryId).length;
  const best = latest.find(({ myself }) => myself) ?? [...latest].sort((a, b) => votes(b) - votes(a))[0];
  return best?.primaryId ?? null;
}

/**
 * Id of the primary at the end of the replication chain; null if the node is one itself. Views of different age may name a replica as a
 * primary.
 */
function rootPrimaryOf(id: string, primaryIds: ReadonlyMap<string, string | null>, owners: ReadonlySet<string>): string | null {
  let primary = primaryIds.get(id) ?? null;
  if (primary === null || owners.has(primary)) return primary;
  const seen = new Set([id]);
  while (primary !== null && !owners.has(primary)) {
    const next: string | null = primaryIds.get(primary) ?? null;
    if (next === null || seen.has(next)) break;
    seen.add(primary);
    primary = next;
  }
  return primary === id ? null : primary;
}

function mergeHealth(entries: readonly ViewNode[], views: number): Health {
  const own = entries.find(({ myself }) => myself);
  if (own !== undefined) return own.health;
  const failed = entries.filter(({ health }) => health === 'failed').length;
  if (failed * 2 > Math.min(views, entries.length)) return 'failed';
  return entries.some(({ health }) => health === 'online') ? 'online' : 'loading';
}

/**
 * The node's own address counts, else that of most entries, else the one in use: an address must not change with the order of the answers.
 */
function mergeAddress(entries: readonly ViewNode[], previousKey: string | undefined): Pick<MergedNode, 'address' | 'names'> {
  const [first] = entries;
  // True nearly always, and worth a shortcut: a large cluster has a thousand nodes.
  if (first !== undefined && entries.every((entry) => hasSameAddresses(entry, first))) return first;
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

function hasSameAddresses(entry: ViewNode, other: ViewNode): boolean {
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

function mergeOwners(views: readonly ClusterView[], demotions: ReadonlyMap<string, Demotion>): MergedCluster['ranges'] {
  const ids: string[] = [];
  const indexes = new Map<string, number>();
  const indexOf = (id: string): number => {
    const index = indexes.get(id) ?? ids.push(id) - 1;
    indexes.set(id, index);
    return index;
  };
  // Between two of these slots no view changes the owner.
  const starts = startsOf(views);
  const places = new Map(starts.map((slot, place) => [slot, place]));
  const claims = views.map((view) => {
    /** Index of the claimed owner, by the place in `starts`. */
    const owners = new Int16Array(starts.length).fill(-1);
    const epochs: number[] = [];
    /** Index of the node that has the slots now, by index of the claimed owner. */
    const currentOwners: number[] = [];
    /** Index of the node that was asked. */
    let own = -1;
    for (const { start, end, owner } of view.ranges) {
      const index = indexOf(owner);
      owners.fill(index, places.get(start), places.get(end + 1));
      if (epochs[index] !== undefined) continue;
      const epoch = view.nodes.get(owner)?.epoch ?? -1;
      epochs[index] = epoch;
      currentOwners[index] = indexOf(currentOwnerOf(owner, epoch, demotions));
      if (view.nodes.get(owner)?.myself === true) own = index;
    }
    return { owners, epochs, currentOwners, own };
  });
  const ownerAt = (place: number): number => {
    let best = -1;
    let bestEpoch = -1;
    let tied = false;
    for (const { owners, epochs, currentOwners } of claims) {
      const named = owners[place] ?? -1;
      const epoch = named === -1 ? -1 : (epochs[named] ?? -1);
      const owner = named === -1 ? -1 : (currentOwners[named] ?? -1);
      if (epoch > bestEpoch) {
        best = owner;
        bestEpoch = epoch;
        tied = false;
      } else if (epoch === bestEpoch && owner !== best) tied = true;
    }
    if (!tied) return best;
    const votes = new Map<number, number>();
    for (const { owners, epochs, currentOwners, own } of claims) {
      const named = owners[place] ?? -1;
      const owner = named === -1 || epochs[named] !== bestEpoch ? undefined : currentOwners[named];
      // Where there are epochs, a node's own word outweighs all others.
      const weight = named === own && bestEpoch > 0 ? views.length : 1;
      if (owner !== undefined) votes.set(owner, (votes.get(owner) ?? 0) + weight);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1;
  };

  const ranges: { start: number; end: number; owner: string }[] = [];
  let start = 0;
  let current = -1;
  for (const [place, slot] of starts.entries()) {
    const owner = slot < SLOT_COUNT ? ownerAt(place) : Number.NaN;
    if (owner === current) continue;
    const id = ids[current];
    if (id !== undefined) ranges.push({ start, end: slot - 1, owner: id });
    start = slot;
    current = owner;
  }
  return ranges;
}

/** The slots at which a range of any view begins, or the one before has ended; in order, up to the one behind the last. */
function startsOf(views: readonly ClusterView[]): number[] {
  const starts = new Set([SLOT_COUNT]);
  for (const { ranges } of views) for (const { start, end } of ranges) starts.add(start).add(end + 1);
  return [...starts].sort((a, b) => a - b);
}
