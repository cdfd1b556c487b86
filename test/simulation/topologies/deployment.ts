import type { EndpointsOptions, Redis, TopologyOptions } from '../../../lib/index.js';
import type { RedisServer } from '../servers/redis/redis-server.js';
import type { ServerProcess } from '../servers/server-process.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';

/** What the members of a ring may be. */
export type MemberKind = 'single' | 'replication' | 'sentinel';
export type DeploymentKind = MemberKind | 'cluster' | 'ring' | 'endpoints';

/** All kinds. */
export const deploymentKinds: readonly DeploymentKind[] = ['single', 'replication', 'sentinel', 'cluster', 'ring', 'endpoints'];

/** The servers of a seed. */
export interface Deployment {
  readonly kind: DeploymentKind;
  /** All data nodes. */
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly ServerProcess[];
  /** What stands between clients and data nodes. */
  readonly proxies?: readonly ServerProcess[];
  /** For `createClient`. */
  readonly topology: TopologyOptions;
  /** Servers up, roles given, first synchronisation done. */
  start(): void;
  /** Servers agree and serve: one primary a shard, replicas linked, no migration under way. */
  isSettled(): boolean;
  /** The node that is the primary for the key by the servers' own rules; null: none at the moment. Of a ring, which is no matter of servers, of any member. */
  primaryOf(key: string): RedisServer | null;
  /** What operators do, by name. Each begins it, and it goes on in virtual time. */
  readonly operations: Readonly<Record<string, (random: Random) => void>>;
  /** Of a ring, the members that its clients were given, in order. */
  readonly memberLists?: readonly MemberList[];
  /** A client was made of it, whose program does what operators of rings want of it. */
  joined?(client: JoinedClient): void;
}

/** Members that a client has from a moment on. */
export interface MemberList {
  /** In ms. */
  readonly at: number;
  /** null: all that have no other yet. */
  readonly client: string | null;
  /** Number of the member that has a key, by the placement alone. */
  placeOf(key: string): number;
}

/** A client of a seed, as far as operators have to do with it. */
export interface JoinedClient {
  readonly plan: { readonly name: string };
  readonly redis: Redis;
  readonly isEnded: boolean;
}

/** What a deployment is made of. Drawn before the seed runs, so that it is data. */
export interface DeploymentPlan {
  readonly kind: DeploymentKind;
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  /** Shards of a cluster; 1 elsewhere. */
  readonly shards: number;
  /** Replicas a shard; of a single server: standbys, to which its name may go. */
  readonly replicas: number;
  readonly sentinels: number;
  /** What a server has after a restart: nothing, or all that it acknowledged. */
  readonly persistence: 'none' | 'all';
  /** How clients are told of them. `socket`: a Unix socket, of a single server. */
  readonly reachedBy: 'address' | 'name' | 'socket';
  /** Data nodes speak TLS. */
  readonly hasTls: boolean;
  /** Number of the member in a ring; undefined: it is none. Its hosts and names are its own. */
  readonly place?: number;
  readonly ring?: RingPlan;
  readonly endpoints?: EndpointsPlan;
}

/** What stands in front of servers, and how clients are told of it. */
export interface EndpointsPlan {
  /** `tcp`: passes bytes on. `twemproxy`: spreads keys over the servers. `plain`: as that, with errors of its own, and keeps connections at what it does not know. */
  readonly proxy: 'tcp' | 'twemproxy' | 'plain';
  /** So many take part from the beginning. */
  readonly proxies: number;
  /** How the client is told: a fixed list, one of names, or a function, by which proxies may come and go. */
  readonly list: 'fixed' | 'names' | 'function';
  /** Servers behind them. With `replicas` there is one group, whose primary the proxies look for. */
  readonly servers: number;
  /** As `endpoints()` takes them. */
  readonly options: EndpointsOptions;
  /** How long servers may take, in ms: to accept with `tcp`, to answer with the others. */
  readonly timeoutMs: number;
  /** Proxies that lead to another server than before end the connections to the former one. */
  readonly endsSessions: boolean;
}

/** A member of a ring. */
export interface MemberPlan {
  readonly name: string;
  /** Share of the keys. */
  readonly weight: number;
  readonly servers: DeploymentPlan & { readonly kind: MemberKind };
}

/** What a ring is made of, and what clients are told of it. */
export interface RingPlan {
  /** The last ones are those that only operators add. */
  readonly members: readonly MemberPlan[];
  /** So many of them take part from the beginning. */
  readonly first: number;
  /** As `ring()` takes it; `tag` is made where it takes a RegExp. */
  readonly placement: Readonly<Record<string, unknown>> & { readonly as?: string };
  readonly onDown: 'wait' | 'eject';
  readonly eject: { readonly after?: number; readonly most?: number; readonly flush?: boolean };
  readonly sameMember: boolean;
  /** Operators give clients other members. */
  readonly changesMembers: boolean;
}

/** Whether clients know of replicas, and may read there. */
export function hasReplicas({ kind, replicas }: DeploymentPlan): boolean {
  return kind !== 'single' && kind !== 'endpoints' && replicas > 0;
}

/** Builds the servers of a plan; nothing runs before `start`. */
export type Deploy = (world: World, plan: DeploymentPlan) => Deployment;
