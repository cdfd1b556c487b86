import type { Server } from '../test/support/server.js';

const CHUNK = 500;

/** The values of counters, asked directly; 0 where there is none. */
export async function readCounters(server: Server, keys: readonly string[]): Promise<number[]> {
  using connection = await server.connect({ timeoutMs: 20_000 });
  const values: number[] = [];
  for (let at = 0; at < keys.length; at += CHUNK) {
    const chunk = await Promise.all(keys.slice(at, at + CHUNK).map((key) => connection.ask('GET', key)));
    for (const value of chunk) values.push(Number(value ?? 0));
  }
  return values;
}
