export interface FoundServer {
  /** Path of redis-server or valkey-server. */
  readonly server: string;
  /** Path of redis-sentinel; null: `server --sentinel` does the same. */
  readonly sentinel: string | null;
  readonly cli: string | null;
  readonly source: 'REDIS_SERVER' | 'PATH' | '.cache';
}
export interface ServerVersion {
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  readonly major: number;
  readonly minor: number;
}
export class SetupError extends Error {}
export const releases: Readonly<
  Record<string, { readonly suites: readonly string[] | null; readonly target: string | null; readonly packages: readonly string[] }>
>;
export const besideDefault: readonly ['valkey-9', 'redis-8.6'];
export const proxies: readonly ProxyName[];
export type ProxyName = 'nutcracker' | 'haproxy';
export function findProxy(name: ProxyName, env?: NodeJS.ProcessEnv): string | null;
export function versionOf(path: string): ServerVersion | null;
export function unpackedServer(name: string): string | null;
export function findServer(env?: NodeJS.ProcessEnv): FoundServer | null;
export function requireServer(env?: NodeJS.ProcessEnv): FoundServer;
export function ensureServer(log?: (text: string) => void): FoundServer;
export function ensureBesideDefault(log?: (text: string) => void): void;
export function unpack(name: string, log?: (text: string) => void, limitMs?: number): string;
