import type { Raw } from '../protocol/command-spec.js';

/** A map reply, which is a flat array in RESP2 and here also from RESP3. What is no map has no fields. */
export function fieldsOf(raw: Raw | undefined): ReadonlyMap<string, Raw> {
  const fields = new Map<string, Raw>();
  if (Array.isArray(raw)) for (let at = 0; at + 1 < raw.length; at += 2) fields.set(String(raw[at]), raw[at + 1] ?? null);
  return fields;
}

/** One field of it, without an index of all of them. Undefined where it is not there. */
export function fieldOf(raw: Raw | undefined, name: string): Raw | undefined {
  if (Array.isArray(raw)) for (let at = 0; at + 1 < raw.length; at += 2) if (raw[at] === name) return raw[at + 1];
  return undefined;
}

export function listOf(raw: Raw | undefined): readonly Raw[] {
  return Array.isArray(raw) ? raw : [];
}

/** Null for everything that is not a text or a number, error replies included. */
export function textOf(raw: Raw | undefined): string | null {
  if (typeof raw === 'string') return raw;
  if (Buffer.isBuffer(raw)) return raw.toString();
  return typeof raw === 'number' || typeof raw === 'bigint' ? String(raw) : null;
}

/** `fallback` for what is no number. */
export function numberOf(raw: Raw | undefined, fallback: number): number {
  const text = textOf(raw);
  const number = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : fallback;
}

/** The lines `name:value` of an INFO reply. https://redis.io/docs/latest/commands/info/ */
export function infoOf(raw: Raw | undefined): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of (textOf(raw) ?? '').split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return fields;
}

/** Null unless both parts can be what they should be. Host names are folded to lower case, so that one node has one key. */
export function addressOf(host: Raw | undefined, port: Raw | undefined): { host: string; port: number } | null {
  const hostText = textOf(host);
  const portNumber = numberOf(port, 0);
  if (hostText === null || hostText === '' || !Number.isInteger(portNumber) || portNumber < 1 || portNumber > 65_535) return null;
  return { host: hostText.toLowerCase(), port: portNumber };
}

export type ServerMode = 'standalone' | 'sentinel' | 'cluster';

/** What to ask for `modeOf`: servers before 6.0 have no HELLO, and an ACL rule may forbid either. */
export const MODE_COMMANDS: readonly (readonly string[])[] = [['HELLO'], ['INFO', 'server']];

/** Null where the server does not say. Valkey 9 writes `server_mode` where others write `redis_mode`. */
export function modeOf(hello: Raw | undefined, info: Raw | undefined): ServerMode | null {
  const server = infoOf(info);
  const mode = textOf(fieldsOf(hello).get('mode')) ?? server.get('redis_mode') ?? server.get('server_mode');
  return mode === 'standalone' || mode === 'sentinel' || mode === 'cluster' ? mode : null;
}
