import type { TLSSocket, TlsConnectionOptions } from '../runtime/sockets.js';

/** Number of nodes whose sessions are kept, a few KiB each. */
const MAX_NODES = 1_000;

/**
 * TLS sessions, the latest of each node, for shorter handshakes: a resumed one spares both sides the certificates. They belong to the options
 * with which they were made, so that what was verified by one client's authorities is not trusted by another's.
 * https://nodejs.org/api/tls.html#session-resumption
 */
let sessions = new WeakMap<TlsConnectionOptions, Map<string, Buffer>>();

/** For the tests of this library. */
export function forgetSessions(): void {
  sessions = new WeakMap();
}

/** The session to resume with that node; undefined: none is known. */
export function sessionOf(tls: TlsConnectionOptions, node: string): Buffer | undefined {
  return sessions.get(tls)?.get(node);
}

/** Keeps the sessions of a socket from when its handshake is over, which is when the server is known to be the right one. */
export function keepSessions(socket: TLSSocket, tls: TlsConnectionOptions, node: string): void {
  let isVerified = false;
  let early: Buffer | null = null;
  socket.on('session', (session: Buffer) => {
    if (isVerified) keep(tls, node, session);
    else early = session;
  });
  socket.once('secureConnect', () => {
    isVerified = true;
    if (early !== null) keep(tls, node, early);
  });
  socket.once('close', () => {
    // Whatever was wrong, the next attempt begins without it.
    if (!isVerified) sessions.get(tls)?.delete(node);
  });
}

function keep(tls: TlsConnectionOptions, node: string, session: Buffer): void {
  let byNode = sessions.get(tls);
  if (byNode === undefined) {
    byNode = new Map();
    sessions.set(tls, byNode);
  }
  byNode.delete(node);
  byNode.set(node, session);
  const [oldest] = byNode.keys();
  if (byNode.size > MAX_NODES && oldest !== undefined) byNode.delete(oldest);
}
