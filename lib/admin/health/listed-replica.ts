import { type Address, addressKey } from '../../options/address.js';
import { numberAt } from './info-fields.js';
import type { NodeFacts } from './node-facts.js';
import { isFollowing, type ListedReplica, type ReplicationFacts, replicationOf } from './replication-facts.js';

/** A replica and the addresses by which it is known. */
export interface KnownReplica {
  readonly addresses: readonly Address[];
  /** Null: it could not be asked. */
  readonly facts: NodeFacts | null;
}

/**
 * The entry of a replica in the list of its primary; null: none is it. The list has the addresses that replicas have, or announce, on the
 * network between the two, which may be others than those by which we know them: then its port counts, as far as the entry is not that of
 * one of the other replicas.
 */
export function listedOf({ replicas }: ReplicationFacts, own: KnownReplica, others: readonly KnownReplica[]): ListedReplica | null {
  const exact = entryOf(replicas, own);
  if (exact !== null) return exact;
  const strangers = others.filter((other) => entryOf(replicas, other) === null);
  const taken = new Set(others.map((other) => entryOf(replicas, other)));
  const left = replicas.filter((listed) => !taken.has(listed) && hasPort(listed.address, own));
  // Of those that follow the primary each has an entry, and what cannot be asked may have one.
  const claims = strangers.filter((other) => left.some(({ address }) => hasPort(address, other)) && mayFollow(other));
  if (left.length <= claims.length) return null;
  if (left.length === 1) return left[0] ?? null;
  // One of several is it: which one does not matter before it has a link.
  return mayFollow(own) ? null : (left.find(({ state }) => state !== 'online') ?? left[0] ?? null);
}

function entryOf(replicas: readonly ListedReplica[], known: KnownReplica): ListedReplica | null {
  const names = new Set(addressesOf(known).map(addressKey));
  return replicas.find(({ address }) => names.has(addressKey(address))) ?? null;
}

/** Also what it announces to its primary. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#configuring-replication-in-docker-and-nat */
function addressesOf({ addresses, facts }: KnownReplica): Address[] {
  const [host, ports] = [facts?.config.get('replica-announce-ip') ?? '', portsOf(facts)];
  const hosts = [...addresses.flatMap((address) => ('host' in address ? [address.host] : [])), ...(host === '' ? [] : [host])];
  return [...addresses, ...hosts.flatMap((each) => ports.map((port) => ({ host: each, port })))];
}

function portsOf(facts: NodeFacts | null): number[] {
  const ports = facts === null ? [] : [numberAt(facts.info, 'tcp_port'), numberAt(facts.config, 'replica-announce-port')];
  return ports.filter((port): port is number => port !== null && port !== 0);
}

function hasPort(address: Address, { addresses, facts }: KnownReplica): boolean {
  const ports = [...portsOf(facts), ...addresses.flatMap((each) => ('port' in each ? [each.port] : []))];
  return 'port' in address && ports.includes(address.port);
}

function mayFollow({ facts }: KnownReplica): boolean {
  return facts === null || isFollowing(replicationOf(facts));
}
