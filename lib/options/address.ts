import { isIPv4, isIPv6, SocketAddress } from '../runtime/sockets.js';

/** The address that a server listens on: a TCP host and port, or a Unix socket file. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** The key of an address: `host:port` (IPv6 in brackets), or the socket file's path. Errors, maps and pools name nodes by it. */
export function addressKey(address: Address): string {
  if ('path' in address) return address.path;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

// Underscores are no part of DNS host names, but container runtimes use them.
const HOST_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u;

export function isPort(port: unknown): port is number {
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** Whether the text is IPv4, IPv6 (without brackets) or a host name. Text of only digits and dots must be an IPv4 address. */
export function isHost(host: string): boolean {
  if (/^[\d.]*$/.test(host)) return isIPv4(host);
  return isIPv6(host) || HOST_NAME.test(host);
}

/**
 * The one spelling of a host: host names in lower case, IPv6 as servers print it (`fd00::1` for `FD00:0:0::1`). One with a zone, `fe80::1%eth0`,
 * is only folded.
 */
export function canonicalHost(host: string): string {
  return isIPv6(host) && !host.includes('%') ? new SocketAddress({ address: host, family: 'ipv6' }).address : host.toLowerCase();
}

/**
 * Reads `host:port`, `host`, `[ipv6]:port`, `[ipv6]` or `/path/of/socket`; null where the text is none of them. An IPv6 address has
 * brackets, because `::1:6379` would be one as a whole. The host is canonical, so that one node has one key. With a `defaultPort` of null the port must be there.
 */
export function parseAddress(text: string, defaultPort: number | null): Address | null {
  if (text.startsWith('/')) return text.length > 1 ? { path: text } : null;
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  if (bracketed !== null) {
    const [, host = '', port] = bracketed;
    return isIPv6(host) ? withPort(host, port, defaultPort) : null;
  }
  const colon = text.lastIndexOf(':');
  const host = colon === -1 ? text : text.slice(0, colon);
  return isHost(host) && !host.includes(':') ? withPort(host, colon === -1 ? undefined : text.slice(colon + 1), defaultPort) : null;
}

function withPort(host: string, portText: string | undefined, defaultPort: number | null): Address | null {
  const port = portText === undefined ? defaultPort : /^\d{1,5}$/.test(portText) ? Number(portText) : null;
  return isPort(port) ? { host: canonicalHost(host), port } : null;
}
