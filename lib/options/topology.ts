import { OptionsError } from '../errors.js';
import type { PlacementOptions } from '../placement/placement.js';
import { type AccessOptions, accessOfUrl, checkAccess, checkUrlAccess, type UrlAccess } from './access.js';
import type { Address } from './address.js';
import { refuseSurplus } from './call-form.js';
import { type EndpointSource, type EndpointsOptions, type EndpointsTopology, endpointsGiven } from './endpoints.js';
import { hideSecrets, refuseSecret } from './secrets.js';
import { firstOf, readSeeds, type Seed } from './seeds.js';
import { type ConnectionUrl, DEFAULT_PORT, DEFAULT_SENTINEL_PORT } from './url.js';
import { type Check, deepFreeze, nonEmptyString, shape } from './validate.js';

export interface SingleTopology {
  readonly kind: 'single';
  readonly address: Address;
}
export interface ReplicationTopology {
  readonly kind: 'replication';
  readonly seeds: readonly Address[];
}
export interface SentinelTopology {
  readonly kind: 'sentinel';
  readonly seeds: readonly Address[];
  /** The group's name in the sentinels' configuration (`sentinel monitor <name> …`). */
  readonly name: string;
  /** How to reach the sentinels themselves; the data nodes' credentials are never sent to them. */
  readonly access: AccessOptions;
}
export interface ClusterTopology {
  readonly kind: 'cluster';
  readonly seeds: readonly Address[];
}

/** The topology that a member of a ring has inside. */
export type MemberTopology = SingleTopology | ReplicationTopology | SentinelTopology;
/** Member of a ring: servers that have their share of the keys, and know nothing of the others. */
export interface RingMember {
  readonly name: string;
  /** Share of keys, a whole number of at least 1. */
  readonly weight: number;
  readonly topology: MemberTopology;
}
export interface RingTopology {
  readonly kind: 'ring';
  readonly members: readonly RingMember[];
  readonly placement: PlacementOptions;
  /** What becomes of the keys of a member that is down. */
  readonly onDown: 'wait' | 'eject';
  readonly eject: EjectOptions;
  /** Several keys of one command are allowed where they happen to share a member. */
  readonly sameMember: boolean;
}
/** When a member that is down is left out, and how many may be. */
export interface EjectOptions {
  /** Failed looks and lost connections in a row, with nothing answered between. */
  readonly after: number;
  /** Share of the weight that may be out. */
  readonly most: number;
  /** The databases of a member are emptied before it serves again. */
  readonly flush: boolean;
  /** Ejection with a modula placement, by which most keys move. */
  readonly evenModula: boolean;
}

type AnyTopology = SingleTopology | ReplicationTopology | SentinelTopology | ClusterTopology | RingTopology | EndpointsTopology;

/** The topology of the servers, made by `single()`, `replication()`, `sentinel()`, `cluster()`, `ring()` or `endpoints()`. */
export type TopologyOptions = AnyTopology & {
  /** User, password, TLS and database of the data nodes, where URLs were given. */
  readonly url?: UrlAccess;
};

/** The servers that a topology names, sentinels for a group of theirs. */
export function seedsOf(topology: TopologyOptions): readonly Address[] {
  switch (topology.kind) {
    case 'single':
      return [topology.address];
    case 'ring':
      return topology.members.flatMap((member) => seedsOf(member.topology));
    case 'endpoints':
      return topology.addresses;
    default:
      return topology.seeds;
  }
}

/** One server, or a virtual IP that moves between servers. */
export function single(address: Seed): TopologyOptions;
export function single(address: Seed, ...surplus: readonly unknown[]): TopologyOptions {
  refuseSurplus('single', 1, "single('host:port') or single({ host, port })", [address, ...surplus]);
  const { addresses, url } = readSeeds([address], () => 'single(address)', DEFAULT_PORT, true);
  return topologyWith({ kind: 'single', address: firstOf(addresses) }, url);
}

/** A primary with its replicas, found from any of its members. */
export function replication(seeds: Seed | readonly Seed[]): TopologyOptions;
export function replication(seeds: Seed | readonly Seed[], ...surplus: readonly unknown[]): TopologyOptions {
  refuseSurplus('replication', 1, "replication(['host:port', 'host:port'])", [seeds, ...surplus]);
  const { addresses, url } = readSeeds(seeds, (i) => `replication(seeds)${i}`, DEFAULT_PORT, true);
  return topologyWith({ kind: 'replication', seeds: addresses }, url);
}

/** A cluster of hash slots, found from any of its nodes. */
export function cluster(seeds: Seed | readonly Seed[]): TopologyOptions;
export function cluster(seeds: Seed | readonly Seed[], ...surplus: readonly unknown[]): TopologyOptions {
  refuseSurplus('cluster', 1, "cluster(['host:port', 'host:port'])", [seeds, ...surplus]);
  const { addresses, url } = readSeeds(seeds, (i) => `cluster(seeds)${i}`, DEFAULT_PORT, false);
  return topologyWith({ kind: 'cluster', seeds: addresses }, url);
}

/**
 * A primary with its replicas, watched by Sentinels. `seeds` are sentinels (default port 26379), `name` is the group's, `access` says how
 * to reach the sentinels. A `rediss://` seed means TLS to the sentinels and to the data nodes.
 */
export function sentinel(seeds: Seed | readonly Seed[], name: string, access?: AccessOptions): TopologyOptions;
export function sentinel(
  seeds: Seed | readonly Seed[],
  name: string,
  access: AccessOptions = {},
  ...surplus: readonly unknown[]
): TopologyOptions {
  refuseSurplus('sentinel', 3, "sentinel(['host:port', 'host:port'], name, { username, password, tls })", [
    seeds,
    name,
    access,
    ...surplus,
  ]);
  const { addresses, url } = readSeeds(seeds, (i) => `sentinel(seeds)${i}`, DEFAULT_SENTINEL_PORT, false);
  if (url.username !== undefined || url.password !== undefined || url.database !== undefined) {
    const where = "sentinels' user and password go into sentinel(seeds, name, access), the data nodes' and the database into createClient";
    throw new OptionsError('sentinel(seeds)', `expected URLs without user, password and database: the ${where}`);
  }
  const own = checkAccess(access, 'sentinel(access)');
  return topologyWith(
    {
      kind: 'sentinel',
      seeds: addresses,
      name: nonEmptyString(name, 'sentinel(name)'),
      access: { ...(url.tls === undefined ? {} : { tls: true }), ...own },
    },
    url,
  );
}

/**
 * Equal addresses, each of which serves all keys: proxies, such as twemproxy, predixy, codis-proxy or Envoy. The client uses one of them, or
 * all in turn, and goes on with another where one fails. `list`: the addresses, or a function that gives those of now. See
 * docs/behind-a-proxy.md.
 *
 * @example
 * endpoints(['10.0.0.1:22121', '10.0.0.2:22121'], { speaks: 'plain', refuses: 'twemproxy' });
 * endpoints(() => proxiesFromZookeeper(), { speaks: 'plain', refuses: 'codis', refreshMs: 5_000 });
 */
export function endpoints(list: Seed | readonly Seed[] | EndpointSource, options?: EndpointsOptions): TopologyOptions;
export function endpoints(list: unknown, options?: unknown, ...surplus: readonly unknown[]): TopologyOptions {
  const { topology, url } = endpointsGiven(list, options, surplus);
  return topologyWith(topology, url);
}

/** The topology that a URL's scheme names. `access`: how to reach the sentinels. */
export function topologyOfUrl(url: ConnectionUrl, access: AccessOptions): TopologyOptions {
  const dataAccess = accessOfUrl(url);
  switch (url.kind) {
    case 'single':
      return topologyWith({ kind: 'single', address: firstOf(url.addresses) }, dataAccess);
    case 'sentinel':
      return topologyWith(
        { kind: 'sentinel', seeds: url.addresses, name: url.name ?? '', access: { ...(url.tls ? { tls: true } : {}), ...access } },
        dataAccess,
      );
    default:
      return topologyWith({ kind: url.kind, seeds: url.addresses }, dataAccess);
  }
}

/** The kind that something has which may be a topology. */
export function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
}

/** Checks a topology of the functions above that may come from a configuration file: its parts are read as they read theirs. */
export function checkServers(value: unknown, path: string, expected: string): TopologyOptions {
  const kind = kindOf(value);
  switch (kind) {
    case 'single': {
      const given = checkSingle(value, path);
      const { addresses, url } = readSeeds([given.address], () => `${path}.address`, DEFAULT_PORT, true);
      return topologyWith({ kind, address: firstOf(addresses) }, { ...url, ...given.url });
    }
    case 'replication':
    case 'cluster': {
      const given = checkSeeded(value, path);
      const { addresses, url } = readSeeds(given.seeds, (i) => `${path}.seeds${i}`, DEFAULT_PORT, kind === 'replication');
      return topologyWith({ kind, seeds: addresses }, { ...url, ...given.url });
    }
    case 'sentinel': {
      const given = checkSentinel(value, path);
      const { addresses, url } = readSeeds(given.seeds, (i) => `${path}.seeds${i}`, DEFAULT_SENTINEL_PORT, false);
      if (Object.keys(url).length > 0)
        throw new OptionsError(`${path}.seeds`, 'expected host:port or { host, port }; a URL is for sentinel(…)');
      return topologyWith(
        { kind, seeds: addresses, name: nonEmptyString(given.name, `${path}.name`), access: given.access ?? {} },
        { ...given.url },
      );
    }
    default:
      return refuseSecret(path, expected, value);
  }
}

// Seeds are checked by readSeeds, which knows the topology's default port.
const unchecked: Check<unknown> = (value) => value;
const checkSingle = shape({ kind: unchecked, address: unchecked, url: checkUrlAccess });
const checkSeeded = shape({ kind: unchecked, seeds: unchecked, url: checkUrlAccess });
const checkSentinel = shape({ kind: unchecked, seeds: unchecked, name: unchecked, access: checkAccess, url: checkUrlAccess });

/** The topology with what URLs say of the data nodes, frozen. */
export function topologyWith(topology: TopologyOptions, url: UrlAccess): TopologyOptions {
  const login = Object.keys(url).length === 0 ? {} : { url: hideSecrets(url, ['password']) };
  const own = topology.kind === 'sentinel' ? { ...topology, access: hideSecrets(topology.access, ['password', 'tls']) } : topology;
  return deepFreeze({ ...own, ...login }, ['tls']);
}
