import type { ClusterCore } from './core.js';
import type { KnownNode } from './known-node.js';
import type { Header } from './messages.js';
import { differingSlots, hasSameSlots, type SlotSet } from './slots.js';

/**
 * Who serves which slots: of two that claim a slot, the one with the higher config epoch.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-slots-configuration-propagation
 */
export class SlotClaims {
  constructor(private readonly core: ClusterCore) {}

  /** What a ping or pong says of slots. */
  heard(sender: KnownNode, header: Header): void {
    const { table } = this.core;
    const owner = sender.owner;
    const before = table.slotsOf(owner);
    if (before !== header.slots) {
      if (hasSameSlots(before, header.slots)) {
        // The same content: by identity from now on.
        owner.slots = header.slots;
      } else {
        if (sender.isPrimary) this.claim(sender, header.configEpoch, header.slots);
        this.#correct(sender, header);
      }
    }
    if (sender.isPrimary && table.myself.isPrimary && header.configEpoch === table.myself.configEpoch) this.#collided(sender);
  }

  /** https://github.com/redis/redis/blob/7.2/src/cluster.c (`clusterUpdateSlotsConfigWith`) */
  claim(sender: KnownNode, epoch: number, slots: SlotSet): void {
    const { table, host } = this.core;
    const { myself } = table;
    if (sender === myself) return;
    const ours = myself.owner;
    const lostHere = new Set<number>();
    const lost = new Set<number>();
    for (const slot of table.unclaimed) if (slots[slot] === 1 && table.ownerOf(slot) === sender) table.unclaimed.delete(slot);
    for (const slot of differingSlots(table.slotsOf(sender), slots)) {
      if (slots[slot] === 0) continue;
      const owner = table.ownerOf(slot);
      // One who imports the slot decides by SETSLOT NODE.
      if (owner === sender || table.importing.has(slot)) continue;
      if (owner !== undefined && owner.configEpoch >= epoch && !table.unclaimed.has(slot)) continue;
      if (owner === ours) lost.add(slot);
      if (owner === myself) {
        lostHere.add(slot);
        table.migrating.delete(slot);
      }
      table.setOwner(slot, sender);
    }
    for (const slot of differingSlots(table.slotsOf(sender), slots)) if (slots[slot] === 0) table.unclaimed.add(slot);
    if (lost.size === 0) return;
    if (ours.slotCount === 0) this.core.follow(sender);
    else if (lostHere.size > 0) host.deleteKeys(lostHere);
    host.slotsLeft(lost);
    this.core.updateState();
  }

  /** A sender that claims what another one has by a higher epoch is told so. */
  #correct(sender: KnownNode, header: Header): void {
    const { core } = this;
    const { table } = core;
    for (const slot of differingSlots(table.slotsOf(sender), header.slots)) {
      if (header.slots[slot] === 0) continue;
      const owner = table.ownerOf(slot);
      if (owner === undefined || owner === sender || table.unclaimed.has(slot) || owner.configEpoch <= header.configEpoch) continue;
      const slots = table.slotsOf(owner);
      core.send(sender, { kind: 'update', header: core.header(), about: owner.ordinal, configEpoch: owner.configEpoch, slots });
      return;
    }
  }

  /** The news that `#correct` sends. */
  updated(node: KnownNode, epoch: number, slots: SlotSet): void {
    if (node.configEpoch >= epoch) return;
    if (!node.isPrimary) this.core.table.makePrimary(node);
    node.configEpoch = epoch;
    this.claim(node, epoch, slots);
  }

  /** Of two primaries with one epoch, the one with the lesser id takes a new one. (`clusterHandleConfigEpochCollision`) */
  #collided(other: KnownNode): void {
    const { table } = this.core;
    const { myself } = table;
    if (other.id <= myself.id) return;
    table.currentEpoch++;
    myself.configEpoch = table.currentEpoch;
  }

  /** A new epoch without asking anybody: for a slot that was moved here. (`clusterBumpConfigEpochWithoutConsensus`) */
  bumpEpoch(): boolean {
    const { table } = this.core;
    const { myself } = table;
    const greatest = table.greatestEpoch;
    if (myself.configEpoch !== 0 && myself.configEpoch === greatest) return false;
    table.currentEpoch = Math.max(table.currentEpoch, greatest) + 1;
    myself.configEpoch = table.currentEpoch;
    return true;
  }
}
