import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { infoOf, listOf, textOf } from '../replies.js';
import type { Role } from '../snapshot.js';
import { parseReplication, REPLICATION_COMMANDS, type ReplicationInfo } from './info.js';

/** What one member of a replication group says of itself and its direct replicas. */
export interface Member extends ReplicationInfo {
  readonly role: Role;
  /** Run id: one process has one, whatever name it was reached by. Null where INFO may not be asked. */
  readonly runId: string | null;
}

/** What to ask a member for `parseMember`. */
export const MEMBER_COMMANDS: readonly (readonly string[])[] = [...REPLICATION_COMMANDS, ['INFO', 'server']];

/** Parses what a member says of itself; null where the ACL allows neither ROLE nor INFO. */
export function parseMember([replication, role, server]: readonly (Raw | undefined)[]): Member | null {
  const info = parseReplication([replication, role]);
  // Forks have roles of other names, of which a primary is the nearest.
  const word = infoOf(replication).get('role') ?? textOf(listOf(role)[0]);
  const known = info.role ?? (word === null || word === 'sentinel' ? null : 'primary');
  return known === null ? null : { ...info, role: known, runId: infoOf(server).get('run_id') ?? null };
}

/** The outcome of asking one address. */
export interface MemberReply {
  /** Address to connect to. */
  readonly address: Address;
  /** What the member says of itself; null: it did not answer, or does not say what it is. */
  readonly member: Member | null;
  /** Whether the node could not be reached, as opposed to being slow. */
  readonly failed: boolean;
}

export interface GroupNode {
  readonly address: Address;
  /** Other addresses of the same process, as connected to and as announced. */
  readonly names: readonly Address[];
  readonly replicaOf: string | null;
  readonly usable: boolean;
  readonly depth: number;
  readonly priority: number;
}

export interface Group {
  readonly primary: GroupNode | null;
  /** The primary itself said that it is one; otherwise only its replicas name it. */
  readonly verified: boolean;
  /** Keys of all that call themselves primary. More than one: the group is split. */
  readonly primaries: readonly string[];
  readonly replicas: readonly GroupNode[];
}

/** One server process of the group, under the key that it goes by here. */
export interface GroupProcess {
  readonly key: string;
  readonly address: Address;
  readonly names: readonly Address[];
  readonly member: Member | null;
  readonly failed: boolean;
  /** Entry in the list of its primary; null where no primary lists the process. */
  readonly listed: { readonly by: string; readonly online: boolean } | null;
}

/**
 * Builds one group out of what its members say. A replica of a replica is a replica of the root. Where several call themselves primary, the
 * one that is configured (`seeds`) is chosen if it is the only such one; else none is, and reads go on.
 */
export function buildGroup(replies: readonly MemberReply[], seeds: readonly Address[], map: (announced: Address) => Address): Group {
  const index = new ProcessIndex(replies, map);
  const processes = [...index.processes.values()];
  const primaryKeys = new Map(processes.map((process) => [process.key, index.primaryKeyOf(process)]));

  const primaries = processes.filter(({ member }) => member?.role === 'primary');
  const seedKeys = new Set(seeds.map((seed) => index.keyOf(addressKey(seed))));
  const configured = primaries.filter(({ key }) => seedKeys.has(key));
  const named = new Set(primaryKeys.values());
  // Its replicas name it, and it has not answered itself.
  const unverified = processes.filter(({ key, member }) => member === null && primaryKeys.get(key) === null && named.has(key));
  const isUnverified = new Set(unverified);
  const isSplit = primaries.length > 1 && configured.length !== 1;
  const chosen =
    primaries.length === 1 ? primaries[0] : isSplit ? undefined : (configured[0] ?? (unverified.length === 1 ? unverified[0] : undefined));

  const replicas = processes.flatMap((process): GroupNode[] => {
    if (process === chosen || process.member?.role === 'primary' || isUnverified.has(process)) return [];
    const chain = primaryChain(process.key, primaryKeys);
    const root = chain[chain.length - 1];
    const isOfGroup = chosen === undefined || root === chosen.key;
    // Without a primary every link is down, and what the replicas have is the best there is.
    const mayBeDown = chosen === undefined || chosen.member === null;
    const links = [process, ...chain.slice(0, -1).flatMap((key) => index.processes.get(key) ?? [])];
    const usable = isOfGroup && !process.failed && links.every((link) => isLinkUsable(link, mayBeDown));
    return [nodeOf(process, chain[0] ?? null, usable, Math.max(1, chain.length))];
  });
  return {
    primary: chosen === undefined ? null : nodeOf(chosen, null, true, 0),
    verified: chosen?.member?.role === 'primary',
    primaries: primaries.map(({ key }) => key),
    replicas: replicas.sort((a, b) => (addressKey(a.address) < addressKey(b.address) ? -1 : 1)),
  };
}

/** Keys from the direct primary to the root. */
function primaryChain(key: string, primaryKeys: ReadonlyMap<string, string | null>): string[] {
  const chain = new Set<string>();
  for (let at = primaryKeys.get(key) ?? null; at !== null && at !== key && !chain.has(at); at = primaryKeys.get(at) ?? null) chain.add(at);
  return [...chain];
}

function isLinkUsable({ member, listed }: GroupProcess, mayBeDown: boolean): boolean {
  if (member === null) return listed?.online ?? false;
  return !member.syncing && (member.linkUp === true || mayBeDown);
}

function nodeOf({ address, names, member }: GroupProcess, replicaOf: string | null, usable: boolean, depth: number): GroupNode {
  return { address, names, replicaOf, usable, depth, priority: member?.priority ?? 100 };
}

/** Index of the processes behind the addresses: one that was reached by two names, or is announced under another one, has one entry. */
export class ProcessIndex {
  readonly processes = new Map<string, GroupProcess>();
  /** Key that a process goes by, under each of its address keys. */
  readonly #keys = new Map<string, string>();
  readonly #map: (announced: Address) => Address;

  constructor(replies: readonly MemberReply[], map: (announced: Address) => Address) {
    this.#map = map;
    const announced = new Map<string, Address>();
    const listed = new Map<string, { by: string; online: boolean }>();
    for (const { address, member } of replies) {
      if (member === null) continue;
      for (const name of [...member.replicas.map((replica) => replica.announced), ...(member.primary === null ? [] : [member.primary])]) {
        announced.set(addressKey(map(name)), name);
      }
      for (const replica of member.replicas)
        listed.set(addressKey(map(replica.announced)), { by: addressKey(address), online: replica.online });
    }
    this.#keyByProcess(replies, announced);

    const byProcess = new Map<string, MemberReply[]>();
    for (const reply of replies) {
      const key = this.keyOf(addressKey(reply.address));
      byProcess.set(key, [...(byProcess.get(key) ?? []), reply]);
    }
    const byKey = new Map(replies.map((reply) => [addressKey(reply.address), reply]));
    for (const key of new Set([...byKey.keys(), ...announced.keys()])) {
      if (this.keyOf(key) !== key) continue;
      const reply = byKey.get(key);
      const name = announced.get(key);
      const address = reply?.address ?? (name === undefined ? undefined : map(name));
      // A seed that neither answers nor is named by a member is no member.
      if (address === undefined || (reply?.member == null && name === undefined)) continue;
      const others = (byProcess.get(key) ?? []).filter((other) => other !== reply);
      this.processes.set(key, {
        key,
        address,
        names: [...(name === undefined ? [] : [name]), ...others.map((other) => other.address)],
        member: reply?.member ?? null,
        failed: reply?.failed ?? false,
        listed: listed.get(key) ?? null,
      });
    }
  }

  /** The key of the process at this address. */
  keyOf(key: string): string {
    return this.#keys.get(key) ?? key;
  }

  primaryKeyOf({ member, listed }: GroupProcess): string | null {
    if (member === null) return listed === null ? null : this.keyOf(listed.by);
    if (member.primary === null) return null;
    return this.keyOf(addressKey(this.#map(member.primary)));
  }

  /** A process goes by the address it announces, if it answers there; else by the first one it answered at. */
  #keyByProcess(replies: readonly MemberReply[], announced: ReadonlyMap<string, Address>): void {
    const byRun = new Map<string, string[]>();
    for (const { address, member } of replies) {
      if (member?.runId == null) continue;
      byRun.set(member.runId, [...(byRun.get(member.runId) ?? []), addressKey(address)]);
    }
    for (const keys of byRun.values()) {
      const name = keys.find((key) => announced.has(key)) ?? keys[0];
      if (name !== undefined) for (const key of keys) this.#keys.set(key, name);
    }
  }
}
