import type { RedisClient } from './client.js';
import type { RedisArgument } from './command-parser.js';
import { keyOfSlot } from './slot-keys.js';

/** Clients of the shards of a cluster, made when they are asked for, each with a connection of its own. */
export class NodeClients {
  readonly #clients = new Map<string, Promise<RedisClient>>();
  readonly #make: (slotKey: RedisArgument) => RedisClient;

  /** `make`: a client whose commands go to the shard of the key. */
  constructor(make: (slotKey: RedisArgument) => RedisClient) {
    this.#make = make;
  }

  /** Client of the shard that has this slot now. */
  of(slot: number): Promise<RedisClient> {
    return this.ofKey(keyOfSlot(slot));
  }

  ofKey(key: RedisArgument): Promise<RedisClient> {
    const name = String(key);
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const made = this.#connect(key);
    this.#clients.set(name, made);
    made.catch(() => this.#clients.delete(name));
    return made;
  }

  async close(): Promise<void> {
    await Promise.all(this.#taken().map(async (client) => (await client).close()));
  }

  destroy(): void {
    for (const client of this.#taken()) void client.then((it) => it.destroy()).catch(() => undefined);
  }

  #taken(): readonly Promise<RedisClient>[] {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    return clients;
  }

  async #connect(key: RedisArgument): Promise<RedisClient> {
    const client = this.#make(key);
    client.on('error', () => undefined); // the cluster's own listeners hear of it
    await client.connect();
    return client;
  }
}
