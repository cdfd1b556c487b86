import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { addressOf, infoOf, listOf, modeOf, numberOf, type ServerMode, textOf } from '../replies.js';
import type { Role } from '../snapshot.js';

/** What one member of a replication group says of itself and its direct replicas. */
export interface Member {
  /** One process has one, whatever name it was reached by. Null where INFO may not be asked. */
  readonly runId: string | null;
  readonly mode: ServerMode | null;
  readonly role: Role;
  /** As announced. */
  readonly primary: Address | null;
  readonly linkUp: boolean;
  readonly syncing: boolean;
  readonly priority: number;
  readonly replicas: readonly { readonly announced: Address; readonly online: boolean }[];
}

export const MEMBER_COMMANDS: readonly (readonly string[])[] = [['ROLE'], ['INFO', 'replication'], ['INFO', 'server']];

/**
 * Null where the ACL allows neither ROLE nor INFO. https://redis.io/docs/latest/commands/role/ , https://redis.io/docs/latest/commands/info/
 * A primary lists its replicas by the addresses they announce.
 */
export function parseMember([role, replication, server]: readonly (Raw | undefined)[]): Member | null {
  const info = infoOf(replication);
  const [roleWord, second, third, state] = listOf(role);
  const word = textOf(roleWord) ?? info.get('role') ?? null;
  if (word === null) return null;
  const isReplica = word === 'slave';
  const common = {
    runId: infoOf(server).get('run_id') ?? null,
    mode: modeOf(null, server),
    priority: numberOf(info.get('slave_priority'), 100),
  };
  const replicas = info.size > 0 ? replicasOfInfo(info) : isReplica ? [] : replicasOfRole(third);
  if (!isReplica) return { ...common, role: 'primary', primary: null, linkUp: true, syncing: false, replicas };
  return {
    ...common,
    role: 'replica',
    primary: addressOf(info.get('master_host') ?? second, info.get('master_port') ?? third),
    linkUp: (info.get('master_link_status') ?? (textOf(state) === 'connected' ? 'up' : 'down')) === 'up',
    syncing: (info.get('master_sync_in_progress') ?? (textOf(state) === 'sync' ? '1' : '0')) === '1',
    replicas,
  };
}

/** `slave0:ip=10.0.0.2,port=6379,state=online,offset=827,lag=0` */
function replicasOfInfo(info: ReadonlyMap<string, string>): Member['replicas'] {
  return [...info].flatMap(([name, value]) => {
    if (!/^slave\d+$/.test(name)) return [];
    const fields = new Map(
      value.split(',').map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const announced = addressOf(fields.get('ip'), fields.get('port'));
    return announced === null ? [] : [{ announced, online: fields.get('state') === 'online' }];
  });
}

function replicasOfRole(list: Raw | undefined): Member['replicas'] {
  return listOf(list).flatMap((entry) => {
    const [host, port] = listOf(entry);
    const announced = addressOf(host, port);
    return announced === null ? [] : [{ announced, online: true }];
  });
}

/** One address that was asked. */
export interface MemberReply {
  /** Where we connect to. */
  readonly address: Address;
  /** Null: it did not answer, or not what it is. */
  readonly member: Member | null;
  /** It could not be reached, as opposed to being slow. */
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
  /** The primary was seen as one, not only heard of. */
  readonly verified: boolean;
  /** More than one: the group is split. */
  readonly primaries: readonly string[];
  readonly replicas: readonly GroupNode[];
}

interface Vertex {
  readonly key: string;
  readonly address: Address;
  readonly names: readonly Address[];
  readonly member: Member | null;
  readonly failed: boolean;
  /** As its primary says; null where nobody listed it. */
  readonly listed: { readonly by: string; readonly online: boolean } | null;
}

/**
 * One group out of what its members say. A replica of a replica is a replica of the root. Where several call themselves primary, the one that is
 * configured (`seeds`) is it if it is the only such one; else nobody is, and reads go on.
 */
export function buildGroup(sightings: readonly MemberReply[], seeds: readonly Address[], map: (announced: Address) => Address): Group {
  const graph = new Graph(sightings, map);
  const vertices = [...graph.vertices.values()];
  const parents = new Map(vertices.map((vertex) => [vertex.key, graph.parentOf(vertex)]));

  const primaries = vertices.filter(({ member }) => member?.role === 'primary');
  const seedKeys = new Set(seeds.map((seed) => graph.canonical(addressKey(seed))));
  const configured = primaries.filter(({ key }) => seedKeys.has(key));
  const heardOf = vertices.filter(({ key, member }) => member === null && parents.get(key) === null && [...parents.values()].includes(key));
  const isSplit = primaries.length > 1 && configured.length !== 1;
  const chosen =
    primaries.length === 1 ? primaries[0] : isSplit ? undefined : (configured[0] ?? (heardOf.length === 1 ? heardOf[0] : undefined));

  const replicas = vertices.flatMap((vertex): GroupNode[] => {
    if (vertex === chosen || vertex.member?.role === 'primary' || heardOf.includes(vertex)) return [];
    const line = lineage(vertex.key, parents);
    const root = line[line.length - 1];
    const ownRoot = chosen === undefined || root === chosen.key;
    // Without a primary every link is down, and what the replicas have is the best there is.
    const excused = chosen === undefined || chosen.member === null;
    const links = [vertex, ...line.slice(0, -1).flatMap((key) => graph.vertices.get(key) ?? [])];
    const usable = ownRoot && !vertex.failed && links.every((link) => isLinkUp(link, excused));
    return [nodeOf(vertex, line[0] ?? null, usable, Math.max(1, line.length))];
  });
  return {
    primary: chosen === undefined ? null : nodeOf(chosen, null, true, 0),
    verified: chosen?.member?.role === 'primary',
    primaries: primaries.map(({ key }) => key),
    replicas: replicas.sort((a, b) => (addressKey(a.address) < addressKey(b.address) ? -1 : 1)),
  };
}

/** From the direct primary to the root. */
function lineage(key: string, parents: ReadonlyMap<string, string | null>): string[] {
  const line: string[] = [];
  for (let at = parents.get(key) ?? null; at !== null && at !== key && !line.includes(at); at = parents.get(at) ?? null) line.push(at);
  return line;
}

function isLinkUp({ member, listed }: Vertex, excused: boolean): boolean {
  if (member === null) return listed?.online ?? false;
  return !member.syncing && (member.linkUp || excused);
}

function nodeOf({ address, names, member }: Vertex, replicaOf: string | null, usable: boolean, depth: number): GroupNode {
  return { address, names, replicaOf, usable, depth, priority: member?.priority ?? 100 };
}

/** The processes behind the addresses: one that was reached by two names, or is announced under another one, is one vertex. */
class Graph {
  readonly vertices = new Map<string, Vertex>();
  readonly #canonical = new Map<string, string>();
  readonly #map: (announced: Address) => Address;

  constructor(sightings: readonly MemberReply[], map: (announced: Address) => Address) {
    this.#map = map;
    const announced = new Map<string, Address>();
    const listed = new Map<string, { by: string; online: boolean }>();
    for (const { address, member } of sightings) {
      if (member === null) continue;
      for (const name of [...member.replicas.map((replica) => replica.announced), ...(member.primary === null ? [] : [member.primary])]) {
        announced.set(addressKey(map(name)), name);
      }
      for (const replica of member.replicas)
        listed.set(addressKey(map(replica.announced)), { by: addressKey(address), online: replica.online });
    }
    this.#nameByProcess(sightings, announced);

    const seen = new Map(sightings.map((sighting) => [addressKey(sighting.address), sighting]));
    const keys = new Set([...seen.keys(), ...announced.keys()]);
    for (const key of keys) {
      if (this.canonical(key) !== key) continue;
      const sighting = seen.get(key);
      const name = announced.get(key);
      const address = sighting?.address ?? (name === undefined ? undefined : map(name));
      // A seed that neither answers nor is known to anybody is no member.
      if (address === undefined || (sighting?.member == null && name === undefined)) continue;
      const others = [...seen.values()].filter((other) => other !== sighting && this.canonical(addressKey(other.address)) === key);
      this.vertices.set(key, {
        key,
        address,
        names: [...(name === undefined ? [] : [name]), ...others.map((other) => other.address)],
        member: sighting?.member ?? null,
        failed: sighting?.failed ?? false,
        listed: listed.get(key) ?? null,
      });
    }
  }

  canonical(key: string): string {
    return this.#canonical.get(key) ?? key;
  }

  parentOf({ member, listed }: Vertex): string | null {
    if (member === null) return listed === null ? null : this.canonical(listed.by);
    if (member.primary === null) return null;
    return this.canonical(addressKey(this.#map(member.primary)));
  }

  /** The address a process announces is its name, if it answers there; else the first one it answered at. */
  #nameByProcess(sightings: readonly MemberReply[], announced: ReadonlyMap<string, Address>): void {
    const byRun = new Map<string, string[]>();
    for (const { address, member } of sightings) {
      if (member?.runId == null) continue;
      byRun.set(member.runId, [...(byRun.get(member.runId) ?? []), addressKey(address)]);
    }
    for (const keys of byRun.values()) {
      const name = keys.find((key) => announced.has(key)) ?? keys[0];
      if (name !== undefined) for (const key of keys) this.#canonical.set(key, name);
    }
  }
}
