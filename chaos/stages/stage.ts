import type { Relay } from '../../test/support/relay.js';
import type { Server } from '../../test/support/server.js';
import type { Target } from '../driver.js';

/** All keys of the load share this slot, so that one shard has the whole load. */
export const TAG = 'chaos';

/** Stage of a fault: servers that are harmed and made whole again. */
export interface Stage {
  /** Addresses that a client is told. */
  readonly target: Target;
  /** Ways to the data servers, where clients are told these; else none. */
  readonly relays: readonly Relay[];
  /** The server that has the load now. */
  primary(): Promise<Server>;
  /** The values of counters, from the server that has them now, past any client. */
  counts(keys: readonly string[]): Promise<number[]>;
  /** Resolves when all servers run again, follow whom they should, and are empty. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Resumes the servers that were paused and restarts those that were ended. */
export async function reviveAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      if (server.state === 'paused') server.resume();
      if (server.state === 'ended') await server.restart();
    }),
  );
}

export function placeOf({ host, port }: Server): { readonly host: string; readonly port: number } {
  return { host, port };
}
