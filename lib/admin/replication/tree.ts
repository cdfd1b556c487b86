import { type Address, addressKey } from '../../options/address.js';
import { type MemberReply, ProcessIndex } from '../../topology/replication/group.js';
import { replicationIn } from '../../topology/replication/info.js';
import type { NodeFacts } from '../health/node-facts.js';
import { type ListedReplica, lagBytes, type ReplicationFacts, replicationOf } from '../health/replication-facts.js';

/** What came of asking one address. */
export interface ServerAnswer {
  /** The address that we connect to. */
  readonly address: Address;
  readonly facts: NodeFacts | null;
  /** Why it did not answer; null: it did. */
  readonly problem: string | null;
}

/** A server of a replication tree. */
export interface TreeServer {
  /** Run id: a process has one, whatever address it is reached by; else its name. */
  readonly id: string;
  /** `host:port`, as plans and errors show it. */
  readonly name: string;
  readonly address: Address;
  /** Its other addresses: as its primary lists it, as its replicas name it, as it was given. */
  readonly names: readonly string[];
  readonly role: 'primary' | 'replica';
  /** Name of the server that it follows; null: it follows none. */
  readonly primary: string | null;
  /** How many servers it has above it. */
  readonly depth: number;
  readonly reachable: boolean;
  readonly problem: string | null;
  readonly facts: NodeFacts | null;
  /** Null: it could not be asked. */
  readonly replication: ReplicationFacts | null;
  /** Entry in the list of its primary; null: it is not on it. */
  readonly listed: ListedReplica | null;
  /** How far it is behind its primary; null: it follows none, or that cannot be told. */
  readonly lagBytes: number | null;
}

/** Servers that replicate from each other, as one look found them. */
export interface ReplicationTree {
  /** Replicas under the server that they follow. */
  readonly servers: readonly TreeServer[];
}

/** Builds the tree out of what its servers say. `map`: the address that we connect to for an announced one. */
export function buildTree(answers: readonly ServerAnswer[], map: (announced: Address) => Address): ReplicationTree {
  const index = new ProcessIndex(answers.map(memberOf), map);
  const byName = new Map(answers.map((answer) => [addressKey(answer.address), answer]));
  const primaries = new Map([...index.processes.values()].map((process) => [process.key, index.primaryKeyOf(process)]));
  const below = new Map<string | null, string[]>();
  for (const [key, primary] of primaries) {
    // What names a server that is not among those found stands alone.
    const above = primary !== null && primary !== key && index.processes.has(primary) ? primary : null;
    below.set(above, [...(below.get(above) ?? []), key].sort());
  }
  const servers: TreeServer[] = [];
  const seen = new Set<string>();
  const facts = (key: string): ReplicationFacts | null => {
    const answer = byName.get(key);
    return answer?.facts == null ? null : replicationOf(answer.facts);
  };
  const visit = (key: string, depth: number): void => {
    const process = index.processes.get(key);
    if (process === undefined || seen.has(key)) return;
    seen.add(key);
    const primary = primaries.get(key) ?? null;
    const answer = byName.get(key);
    const own = facts(key);
    const above = primary === null ? null : facts(primary);
    const names = [...new Set([...process.names.map(addressKey), ...answers.flatMap(({ address }) => sameProcess(index, address, key))])];
    const listed = above === null ? null : listedUnder(above, [key, ...names], map);
    servers.push({
      id: answer?.facts?.info.get('run_id') ?? key,
      name: key,
      address: process.address,
      names: names.filter((name) => name !== key),
      role: own?.role === 'replica' || (own === null && primary !== null) ? 'replica' : 'primary',
      primary,
      depth,
      reachable: answer?.facts != null,
      problem: answer?.facts != null ? null : (answer?.problem ?? 'it was not asked'),
      facts: answer?.facts ?? null,
      replication: own,
      listed,
      lagBytes: above === null || own === null ? null : lagBytes(above, own, listed),
    });
    for (const replica of below.get(key) ?? []) visit(replica, depth + 1);
  };
  for (const root of below.get(null) ?? []) visit(root, 0);
  // What is left follows itself in a circle.
  for (const key of [...index.processes.keys()].sort()) visit(key, 0);
  return { servers };
}

function memberOf({ address, facts, problem }: ServerAnswer): MemberReply {
  if (facts === null) return { address, member: null, failed: problem !== null };
  const own = replicationIn(facts.info);
  return { address, member: { ...own, role: own.role ?? 'primary', runId: facts.info.get('run_id') ?? null }, failed: false };
}

function sameProcess(index: ProcessIndex, address: Address, key: string): string[] {
  const own = addressKey(address);
  return index.keyOf(own) === key ? [own] : [];
}

function listedUnder(primary: ReplicationFacts, names: readonly string[], map: (announced: Address) => Address): ListedReplica | null {
  const listed = primary.replicas.find(({ address }) => names.includes(addressKey(address)) || names.includes(addressKey(map(address))));
  return listed ?? null;
}

export function rootsOf({ servers }: ReplicationTree): TreeServer[] {
  return servers.filter(({ depth }) => depth === 0);
}

/** Servers that answered and follow none. */
export function primariesIn({ servers }: ReplicationTree): TreeServer[] {
  return servers.filter(({ role, reachable }) => role === 'primary' && reachable);
}

export function directReplicas({ servers }: ReplicationTree, name: string): TreeServer[] {
  return servers.filter(({ primary }) => primary === name);
}

export function serverAt({ servers }: ReplicationTree, name: string | null): TreeServer | null {
  return name === null ? null : (servers.find((server) => server.name === name || server.names.includes(name)) ?? null);
}
