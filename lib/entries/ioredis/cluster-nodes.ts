import type { TopologySnapshot } from '../../index.js';
import { random } from '../../runtime/runtime.js';
import type { ChooseNode } from './options/cluster-engine-options.js';
import type { NodeRole, ScaleReadsFunction } from './options/cluster-options.js';
import type { RedisOptions } from './options/redis-options.js';
import { Redis } from './redis.js';

/** Deadline of the commands of one node. */
const LONGEST_MS = 5_000;

interface Known {
  readonly redis: Redis;
  role: 'master' | 'slave';
}

/** Objects for the single nodes of a cluster. Each connects when it is first used. */
export class ClusterNodes {
  readonly #known = new Map<string, Known>();

  /** `changed`: a node came or left. */
  constructor(
    private readonly options: () => RedisOptions,
    private readonly changed: (event: '+node' | '-node', redis: Redis, key: string) => void,
  ) {}

  get(role: NodeRole): Redis[] {
    if (role !== 'all' && role !== 'master' && role !== 'slave') {
      throw new Error(`Invalid role "${String(role)}". Expected "all", "master" or "slave"`);
    }
    return [...this.#known.values()].flatMap((known) => (role === 'all' || known.role === role ? [known.redis] : []));
  }

  /** Follows what the engine knows of the cluster. */
  follow(topology: TopologySnapshot | null): void {
    const now = new Map<string, Known['role']>();
    for (const { primary, replicas } of topology?.shards ?? []) {
      for (const { key } of replicas) now.set(key, 'slave');
      if (primary !== null) now.set(primary.key, 'master');
    }
    for (const key of [...this.#known.keys()]) if (!now.has(key)) this.#remove(key);
    for (const [key, role] of now) this.#add(key, role);
  }

  /** All leave. */
  clear(): void {
    for (const key of [...this.#known.keys()]) this.#remove(key);
  }

  /** The function of `scaleReads`, which gets the objects of the nodes, and returns one, or some. */
  chooser(choose: ScaleReadsFunction): ChooseNode {
    return (keys, command) => {
      const nodes = keys.flatMap((key) => this.#known.get(key)?.redis ?? []);
      const chosen = choose(nodes as never, command as never); // whatever types the program gave it
      const one: unknown = Array.isArray(chosen) ? chosen[Math.floor(random() * chosen.length)] : chosen;
      return keys.find((key) => this.#known.get(key)?.redis === one) ?? null;
    };
  }

  #add(key: string, role: Known['role']): void {
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.role = role;
      known.redis.options.readOnly = role === 'slave';
      return;
    }
    const at = key.lastIndexOf(':');
    const address = { host: key.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(key.slice(at + 1)) };
    const own = this.options();
    // A replica refuses writes; they would wait for it to be a primary until their deadline.
    const bounded = { ...own, commandTimeout: own.commandTimeout ?? LONGEST_MS };
    const redis = Redis.ofNode({ ...bounded, ...address, readOnly: role === 'slave', lazyConnect: true });
    this.#known.set(key, { redis, role });
    this.changed('+node', redis, key);
  }

  #remove(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#known.delete(key);
    known.redis.disconnect();
    this.changed('-node', known.redis, key);
  }
}
