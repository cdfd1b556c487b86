import type { Address } from '../../options/address.js';
import { parseAddress } from '../../options/address.js';
import { type AddressMatcher, compileAddressPattern } from '../../options/address-pattern.js';
import type { ReplicaSet } from '../../options/replica-sets.js';
import type { NodeInfo } from '../../topology/snapshot.js';

// Replica sets are frozen and live as long as the client's options.
const compiled = new WeakMap<ReplicaSet, (node: NodeInfo) => boolean>();

export function memberOf(set: ReplicaSet): (node: NodeInfo) => boolean {
  let member = compiled.get(set);
  if (member === undefined) {
    const tags = Object.entries(set.tags ?? {});
    const addresses = set.addresses?.map(compileAddressPattern).filter((matches): matches is AddressMatcher => matches !== null);
    member = (node) =>
      tags.every(([tag, value]) => node.tags[tag] === value) &&
      (addresses === undefined || namesOf(node).some((name) => addresses.some((matches) => matches(name))));
    compiled.set(set, member);
  }
  return member;
}

/** For people. */
export function nameOfSet({ tags, addresses }: ReplicaSet): string {
  const parts = [...Object.entries(tags ?? {}).map(([tag, value]) => `${tag}=${value}`), ...(addresses ?? [])];
  return parts.length === 0 ? 'every replica' : parts.join(' ');
}

/** People may know a node by the address it announces as well as by the one we connect to. */
function namesOf(node: NodeInfo): readonly Address[] {
  const aliases = (node.aliases ?? []).map((alias) => parseAddress(alias, null));
  return [node.address, ...aliases.filter((alias): alias is Address => alias !== null)];
}
