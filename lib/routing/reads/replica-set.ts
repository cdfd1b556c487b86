import type { Address } from '../../options/address.js';
import { parseAddress } from '../../options/address.js';
import { type AddressMatcher, compileAddressPattern } from '../../options/address-pattern.js';
import type { ReplicaSet } from '../../options/replica-sets.js';
import type { NodeInfo } from '../../topology/snapshot.js';

// Replica sets are frozen and live as long as the client's options.
const compiled = new WeakMap<ReplicaSet, (node: NodeInfo) => boolean>();

/** Tells whether a node belongs to a replica set. */
export function memberTestOf(set: ReplicaSet): (node: NodeInfo) => boolean {
  let isMember = compiled.get(set);
  if (isMember === undefined) {
    const tags = Object.entries(set.tags ?? {});
    const addresses = set.addresses?.map(compileAddressPattern).filter((matches): matches is AddressMatcher => matches !== null);
    isMember = (node) =>
      tags.every(([tag, value]) => node.tags[tag] === value) &&
      (addresses === undefined || nodeAddresses(node).some((address) => addresses.some((matches) => matches(address))));
    compiled.set(set, isMember);
  }
  return isMember;
}

/** The set as `explain` shows it. */
export function describeSet({ tags, addresses }: ReplicaSet): string {
  const parts = [...Object.entries(tags ?? {}).map(([tag, value]) => `${tag}=${value}`), ...(addresses ?? [])];
  return parts.length === 0 ? 'every replica' : parts.join(' ');
}

/** The address that we connect to, and those that the node announces: options may name any of them. */
function nodeAddresses(node: NodeInfo): readonly Address[] {
  const aliases = (node.aliases ?? []).map((alias) => parseAddress(alias, null));
  return [node.address, ...aliases.filter((alias): alias is Address => alias !== null)];
}
