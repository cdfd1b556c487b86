import type { RedisClient } from './client.js';
import type { RedisArgument } from './command-parser.js';
import { keyOfSlot } from './slot-keys.js';

/** Clients of the shards of a cluster, made when they are asked for, each with a connection of its own. */
export class NodeClients {
  readonly #clients = new Map<string, { readonly client: RedisClient; readonly opened: Promise<unknown> }>();
  readonly #make: (slotKey: RedisArgument) => RedisClient;

  /** `make`: a client whose commands go to the shard of the key. */
  constructor(make: (slotKey: RedisArgument) => RedisClient) {
    this.#make = make;
  }

  /** Client of the shard that has this slot now, open or opening. */
  of(slot: number): RedisClient {
    return this.#entry(keyOfSlot(slot)).client;
  }

  /** Client of the shard that has this key now, open. */
  async ofKey(key: RedisArgument): Promise<RedisClient> {
    const { client, opened } = this.#entry(key);
    await opened;
    return client;
  }

  async close(): Promise<void> {
    const clients = this.#taken();
    await Promise.all(clients.map((client) => (client.isOpen ? client.close() : undefined)));
  }

  destroy(): void {
    for (const client of this.#taken()) client.destroy();
  }

  #taken(): readonly RedisClient[] {
    const clients = [...this.#clients.values()].map(({ client }) => client);
    this.#clients.clear();
    return clients;
  }

  #entry(key: RedisArgument) {
    const name = String(key);
    const known = this.#clients.get(name);
    if (known?.client.isOpen) return known;
    const client = this.#make(key);
    client.on('error', () => undefined); // the cluster's own listeners hear of it
    const made = { client, opened: client.connect() };
    made.opened.catch(() => undefined); // whoever waits for it hears of it
    this.#clients.set(name, made);
    return made;
  }
}
