import type { Redis as Client } from '../../../index.js';
import { keysByShard } from '../../shared/shard-keys.js';
import type { NodeRole } from '../options/cluster-options.js';

/** What is needed of an object for a shard. */
interface Ended {
  disconnect(): void;
}

/** Objects for the primaries of a client, each with a connection of its own to its shard, which follows a failover. Made when they are asked for. */
export class ShardObjects<Made extends Ended> {
  readonly #made = new Map<string, Made>();

  /** `make`: an object whose commands go where the key is. */
  constructor(
    private readonly client: Client,
    private readonly make: (key: string) => Made,
  ) {}

  /** Of replicas there are none: they are read by the option `scaleReads`. */
  get(role: NodeRole): Made[] {
    if (role === 'slave') return [];
    if (role !== 'all' && role !== 'master') throw new Error(`Invalid role "${String(role)}". Expected "all", "master" or "slave"`);
    return [...keysByShard(this.client).values()].map((key) => this.#of(key));
  }

  /** All end. */
  clear(): void {
    for (const one of this.#made.values()) one.disconnect();
    this.#made.clear();
  }

  #of(key: string): Made {
    const one = this.#made.get(key) ?? this.make(key);
    this.#made.set(key, one);
    return one;
  }
}
