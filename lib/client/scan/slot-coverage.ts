import { SLOT_COUNT } from '../../topology/slot-map.js';

/** A primary's own slots, as it says itself at one moment. */
export interface ShardView {
  /** Its node id. */
  readonly id: string;
  owns(slot: number): boolean;
  /** Slots that migrate to another node, with its id. They still belong to this one. */
  readonly migrating: ReadonlyMap<number, string>;
  /** Slots that this node imports. They still belong to another node. */
  readonly importing: ReadonlySet<number>;
}

/** Next part of a scan: the node that serves `slot`, or the node with the id `target`, which takes that slot over. */
export interface ScanPart {
  readonly slot: number;
  readonly target: string | null;
}

/**
 * Coverage of a cluster's slots by a scan. A slot is done when a node was scanned from end to end that had all the slot's keys all the
 * time. A slot that migrates is done when its source was scanned and after that its target: a key that the source did not show had arrived
 * at the target by then.
 */
export class SlotCoverage {
  readonly #done = new Uint8Array(SLOT_COUNT);
  /** Slots whose source was scanned while they migrated, with the target that must be scanned next. */
  readonly #targets = new Map<number, string>();
  /** Slots whose target could not be scanned: another scan of their source is no progress. */
  readonly #stuck = new Set<number>();

  isDone(slot: number): boolean {
    return this.#done[slot] === 1;
  }

  /** The next part to scan; null: all slots are done. */
  next(): ScanPart | null {
    const slot = this.#done.findIndex((done, candidate) => done === 0 && !this.#targets.has(candidate));
    if (slot !== -1) return { slot, target: null };
    for (const [moving, target] of this.#targets) return { slot: moving, target };
    return null;
  }

  /** Whether a scan of this node covers the part. If a target does not, the slot's source must be scanned again. */
  accepts({ slot, target }: ScanPart, view: ShardView): boolean {
    if (target === null) return view.owns(slot);
    if (view.id === target && (view.owns(slot) || view.importing.has(slot))) return true;
    this.giveUp(slot);
    return false;
  }

  /** Gives up the target of a slot, which is gone or does not take the slot over. */
  giveUp(slot: number): void {
    this.#targets.delete(slot);
    this.#stuck.add(slot);
  }

  /**
   * Records that a node was scanned from end to end, and what it said before and after. Returns the slots that are done now, and whether
   * that is progress.
   */
  scanned(before: ShardView, after: ShardView): { readonly done: number[]; readonly gained: boolean } {
    const done: number[] = [];
    let gained = false;
    if (before.id !== after.id) return { done, gained };
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (this.isDone(slot)) continue;
      const target = before.migrating.get(slot);
      const leaves = target !== undefined || after.migrating.has(slot);
      if (!leaves && (keepsKeys(slot, before, after) || (this.#targets.get(slot) === before.id && holdsMovedKeys(slot, before, after)))) {
        this.#done[slot] = 1;
        this.#targets.delete(slot);
        done.push(slot);
        gained = true;
      } else if (target !== undefined && before.owns(slot) && (!after.owns(slot) || after.migrating.get(slot) === target)) {
        gained ||= this.#targets.get(slot) !== target && !this.#stuck.has(slot);
        this.#targets.set(slot, target);
      }
    }
    return { done, gained };
  }
}

function keepsKeys(slot: number, before: ShardView, after: ShardView): boolean {
  return before.owns(slot) && after.owns(slot);
}

function holdsMovedKeys(slot: number, before: ShardView, after: ShardView): boolean {
  return (before.owns(slot) || before.importing.has(slot)) && (after.owns(slot) || after.importing.has(slot));
}

/**
 * Parses what a node says of itself in CLUSTER NODES; null if it says nothing:
 * `id address flags … 0-5460 [93->-target-id] [77-<-source-id]`
 * https://redis.io/docs/latest/commands/cluster-nodes/#special-slot-entries
 */
export function parseShardView(text: string): ShardView | null {
  const words = text
    .split('\n')
    .map((line) => line.trim().split(' '))
    .find(([, , flags]) => flags?.split(',').includes('myself'));
  const id = words?.[0];
  if (words === undefined || id === undefined) return null;
  const owned = new Uint8Array(SLOT_COUNT);
  const migrating = new Map<number, string>();
  const importing = new Set<number>();
  for (const word of words.slice(8)) {
    const moving = /^\[(\d+)-([<>])-(\w+)\]$/.exec(word);
    if (moving === null) {
      const [start, end = start] = word.split('-').map(Number);
      if (start !== undefined && end !== undefined) owned.fill(1, start, end + 1);
    } else if (moving[2] === '>') migrating.set(Number(moving[1]), moving[3] ?? '');
    else importing.add(Number(moving[1]));
  }
  return { id, owns: (slot) => owned[slot] === 1, migrating, importing };
}
