import type { Raw } from '../protocol/command-spec.js';
import { fieldsOf } from '../protocol/resp/map-reply.js';

/** One field of a map reply (a flat array), without an index of all of them. Undefined where it is missing. */
export function fieldOf(raw: Raw | undefined, name: string): Raw | undefined {
  if (Array.isArray(raw)) for (let at = 0; at + 1 < raw.length; at += 2) if (raw[at] === name) return raw[at + 1];
  return undefined;
}

export function listOf(raw: Raw | undefined): readonly Raw[] {
  return Array.isArray(raw) ? raw : [];
}

/** The text of a reply; null for everything that is not a text or a number, error replies included. */
export function textOf(raw: Raw | undefined): string | null {
  if (typeof raw === 'string') return raw;
  if (Buffer.isBuffer(raw)) return raw.toString();
  return typeof raw === 'number' || typeof raw === 'bigint' ? String(raw) : null;
}

/** The number in a reply; `fallback` for what is no number. */
export function numberOf(raw: Raw | undefined, fallback: number): number {
  const text = textOf(raw);
  const number = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : fallback;
}

/** Characters of INFO that are read: with a thousand replicas it has a tenth of that. */
const MAX_INFO = 1_048_576;

/** The fields of the lines `name:value` of an INFO reply. https://redis.io/docs/latest/commands/info/ */
export function infoOf(raw: Raw | undefined): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of (textOf(raw) ?? '').slice(0, MAX_INFO).split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return fields;
}

/** The address of a host and a port; null unless both are valid. Host names are folded to lower case, so that one node has one key. */
export function addressOf(host: Raw | undefined, port: Raw | undefined): { host: string; port: number } | null {
  const hostText = textOf(host);
  const portNumber = numberOf(port, 0);
  if (hostText === null || hostText === '' || !Number.isInteger(portNumber) || portNumber < 1 || portNumber > 65_535) return null;
  return { host: hostText.toLowerCase(), port: portNumber };
}

export type ServerMode = 'standalone' | 'sentinel' | 'cluster';

/** Commands whose replies `modeOf` reads: servers before 6.0 have no HELLO, and an ACL rule may forbid either. */
export const MODE_COMMANDS: readonly (readonly string[])[] = [['HELLO'], ['INFO', 'server']];

/** The mode that a server runs in; null where it does not say. Valkey 9 writes `server_mode` where others write `redis_mode`. */
export function modeOf(hello: Raw | undefined, info: Raw | undefined): ServerMode | null {
  const server = infoOf(info);
  const mode = textOf(fieldsOf(hello).get('mode')) ?? server.get('redis_mode') ?? server.get('server_mode');
  return mode === 'standalone' || mode === 'sentinel' || mode === 'cluster' ? mode : null;
}
