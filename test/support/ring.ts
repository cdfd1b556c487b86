import { ring } from '../../lib/options/ring.js';
import type { TopologyOptions } from '../../lib/options/topology.js';
import { type Server, type ServerOptions, startAll, stopAll } from './server.js';

/** Names of the members, in order. */
export const MEMBERS = ['a', 'b', 'c'] as const;

/** Three independent servers as the members `a`, `b` and `c` of a ring. */
export class RingOfServers {
  private constructor(readonly servers: readonly Server[]) {}

  static async start(options: ServerOptions = {}): Promise<RingOfServers> {
    return new RingOfServers(await startAll(MEMBERS.map(() => options)));
  }

  /** Members by name, as `ring()` takes them. */
  get members(): Record<string, string> {
    return Object.fromEntries(MEMBERS.map((name, at) => [name, this.server(at).address]));
  }

  get topology(): TopologyOptions {
    return ring(this.members);
  }

  server(at: number): Server {
    const server = this.servers[at];
    if (server === undefined) throw new Error(`a ring of ${this.servers.length} servers has no server ${at}`);
    return server;
  }

  stop(): Promise<void> {
    return stopAll(this.servers);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
