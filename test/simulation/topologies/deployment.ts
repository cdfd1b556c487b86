import type { TopologyOptions } from '../../../lib/index.js';
import type { RedisServer } from '../servers/redis/redis-server.js';
import type { ServerProcess } from '../servers/server-process.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';

export type DeploymentKind = 'single' | 'replication' | 'sentinel' | 'cluster';

/** The servers of a seed. */
export interface Deployment {
  readonly kind: DeploymentKind;
  /** All data nodes. */
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly ServerProcess[];
  /** For `createClient`. */
  readonly topology: TopologyOptions;
  /** Servers up, roles given, first synchronisation done. */
  start(): void;
  /** Servers agree and serve: one primary a shard, replicas linked, no migration under way. */
  isSettled(): boolean;
  /** The node that is the primary for the key by the servers' own rules; null: none at the moment. */
  primaryOf(key: string): RedisServer | null;
  /** What operators do, by name. Each begins it, and it goes on in virtual time. */
  readonly operations: Readonly<Record<string, (random: Random) => void>>;
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
}

/** Whether clients know of replicas, and may read there. */
export function hasReplicas({ kind, replicas }: DeploymentPlan): boolean {
  return kind !== 'single' && replicas > 0;
}

/** Builds the servers of a plan; nothing runs before `start`. */
export type Deploy = (world: World, plan: DeploymentPlan) => Deployment;
