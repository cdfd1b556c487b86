import assert from 'node:assert/strict';
import { RingAdmin, type RingAdminOptions, type RingMoveOptions, type RingMoveOutcome } from '../../../lib/admin/index.js';
import { createClient, type Redis, ring, single, type TopologyOptions } from '../../../lib/index.js';
import type { Server } from '../../support/server.js';

/** Places keys as a modula would, by the sum of their bytes and the number of members. */
export function byModulo(key: Uint8Array, members: readonly string[]): number {
  let hash = 7;
  for (const byte of key) hash = (hash * 31 + byte) >>> 0;
  return hash % members.length;
}

/** The servers as a ring, by that placement. */
export function ringOf(servers: readonly Server[], place: typeof byModulo = byModulo): TopologyOptions {
  return ring(
    servers.map(({ address }) => address),
    { place },
  );
}

export const keysNamed = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}:${index}`);

/** Writes keys where the ring of these servers has them; every second one with a time to live. */
export async function fillRing(servers: readonly Server[], keys: readonly string[], password?: string): Promise<void> {
  const clients = servers.map(({ address }) =>
    createClient({ topology: single(address), ...(password === undefined ? {} : { password }) }),
  );
  const names = servers.map(({ address }) => address);
  await Promise.all(
    keys.map((key, index) => {
      const client = clients[byModulo(Buffer.from(key), names)] ?? assert.fail();
      return client.set(key, `value of ${key}`, index % 2 === 0 ? {} : { PX: 600_000 + index });
    }),
  );
  await Promise.all(clients.map((client) => client.close()));
}

/** Every key is at the client's servers, with its value, and with its time to live within a second. */
export async function assertArrived(redis: Redis, keys: readonly string[], sinceMs: number): Promise<void> {
  const found = await Promise.all(keys.map((key) => Promise.all([redis.get(key), redis.pttl(key)])));
  const passed = performance.now() - sinceMs;
  for (const [index, [value, ttl]] of found.entries()) {
    const key = keys[index] ?? assert.fail();
    assert.equal(value, `value of ${key}`);
    if (index % 2 === 0) assert.equal(ttl, -1, key);
    // What has passed since the keys were written, and no more than a second beside it.
    else assert.ok(ttl <= 600_000 + index + 1_000 && ttl >= 600_000 + index - passed - 1_000, `${key}: ${ttl}`);
  }
}

export async function keysAt(servers: readonly Server[]): Promise<number> {
  const sizes = await Promise.all(servers.map((server) => server.ask('DBSIZE')));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
}

/** Moves the keys by a plan of now. */
export async function moveKeys(options: RingAdminOptions, run: RingMoveOptions = {}): Promise<RingMoveOutcome> {
  await using admin = new RingAdmin(options);
  return await admin.run(await admin.planMove({ strays: run.strays ?? false }), run);
}
