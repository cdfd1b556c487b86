import { Socket } from 'node:net';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { lookup } from './runtime.js';

export type { LookupAddress } from 'node:dns';
export type { LookupFunction, Socket } from 'node:net';
// Functions of an address alone, which ask nobody, and types.
export { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from 'node:net';
export type { ConnectionOptions as TlsConnectionOptions, PeerCertificate, PSKCallbackNegotation, TLSSocket } from 'node:tls';

/** Socket that never opens and closes with this error. */
export function failedSocket(error: Error): Socket {
  return new Socket().destroy(error);
}

/** All addresses of a host name; rejects where it has none. */
export function lookupAll(host: string): Promise<readonly { readonly address: string; readonly family: number }[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found, family = 0) => {
      if (error !== null) reject(error);
      else resolve(typeof found === 'string' ? [{ address: found, family }] : found);
    });
  });
}

/** Reads keys and certificates; throws where they cannot be used. */
export function createSecureContext(options: SecureContextOptions): SecureContext {
  return process.getBuiltinModule('node:tls').createSecureContext(options);
}
