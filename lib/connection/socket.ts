import { TlsError } from '../errors.js';
import { type Address, addressKey } from '../options/address.js';
import { connect, connectTls, lookup } from '../runtime/runtime.js';
import { failedSocket, isIP, type LookupFunction, type Socket, type TlsConnectionOptions } from '../runtime/sockets.js';
import { asError } from '../util/user-function.js';
import { HostAddress } from './host-addresses.js';
import { withGuardedFunctions } from './tls-functions.js';
import { keepSessions, sessionOf } from './tls-sessions.js';

/** Sizes of the read buffer, in bytes. The buffer is reused and grows by doubling: most connections never fill the first one. */
const FIRST_READ_BYTES = 16 * 1024;
const MOST_READ_BYTES = 256 * 1024;

interface SocketTarget {
  readonly address: Address;
  readonly tls: TlsConnectionOptions | null;
  /** 0: off. */
  readonly keepAliveMs: number;
}

export interface SocketHandlers {
  connected(): void;
  /** The memory behind `bytes` is reused as soon as this returns. */
  data(bytes: Buffer, length: number): void;
  drained(): void;
  /** The socket is closed; called exactly once, after an error or an orderly end. */
  closed(error: Error | null): void;
}

/** Which of the addresses of a host name an attempt comes to; null: there are no others. */
export function hostAddressOf(address: Address): HostAddress | null {
  return 'path' in address || isIP(address.host) !== 0 ? null : new HostAddress(address.port);
}

/** Opens a TCP, TLS or Unix socket. Host names are resolved anew each time, by Node. `host`: that of the address. */
export function openSocket(target: SocketTarget, handlers: SocketHandlers, host = hostAddressOf(target.address)): Socket {
  const { address, tls } = target;
  const endpoint = 'path' in address ? { path: address.path } : { host: address.host, port: address.port };
  const socket = tls === null ? openPlain(endpoint, host, handlers) : openTls(endpoint, host, { tls, node: addressKey(address) }, handlers);
  if (host !== null) socket.once('connect', () => host.connected(socket.remoteAddress));
  socket.setNoDelay(true);
  if (target.keepAliveMs > 0) socket.setKeepAlive(true, target.keepAliveMs);
  let failure: Error | null = null;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('drain', () => guarded(socket, () => handlers.drained()));
  let isClosed = false;
  const closed = (): void => {
    if (isClosed) return;
    isClosed = true;
    handlers.closed(failure);
  };
  // `end` comes before Node refuses a write: what was not written by then is known to have stayed here.
  socket.once('end', () => {
    closed();
    socket.destroy();
  });
  socket.once('close', closed);
  return socket;
}

/** Runs what an event of the socket leads to. What it throws, a defect, costs this connection: nobody else would catch it. */
function guarded(socket: Socket, run: () => void): void {
  try {
    run();
  } catch (error) {
    socket.destroy(asError(error));
  }
}

type Endpoint = { path: string } | { host: string; port: number };

function openPlain(endpoint: Endpoint, host: HostAddress | null, handlers: SocketHandlers): Socket {
  let buffer = Buffer.allocUnsafeSlow(FIRST_READ_BYTES);
  // `onread` spares an allocation a read.
  const onread = {
    buffer: () => buffer,
    callback: (length: number, bytes: Uint8Array): boolean => {
      // A read that fills the buffer is followed by another at once, up to 32 times, before libuv turns to timers and other sockets: with a
      // server that answers all the while the loop stood still for tens of ms. https://github.com/libuv/libuv/blob/v1.x/src/unix/stream.c
      if (length === buffer.length && length < MOST_READ_BYTES) buffer = Buffer.allocUnsafeSlow(length * 2);
      try {
        handlers.data(bytes as Buffer, length); // one of ours
      } catch (error) {
        socket.destroy(asError(error));
      }
      return true;
    },
  };
  const socket = connect({ ...endpoint, ...lookupOf(host), onread } as Parameters<typeof connect>[0]);
  socket.once('connect', () => guarded(socket, () => handlers.connected()));
  return socket;
}

/** Lookup of an attempt: by the given function, or as Node does. */
function lookupOf(host: HostAddress | null, given?: LookupFunction): { readonly lookup?: LookupFunction } {
  return host === null ? {} : { lookup: host.lookupBy(given ?? lookup) };
}

interface TlsTarget {
  readonly tls: TlsConnectionOptions;
  readonly node: string;
}

function openTls(endpoint: Endpoint, host: HostAddress | null, { tls, node }: TlsTarget, handlers: SocketHandlers): Socket {
  // A host name is also what the certificate is checked against and what SNI tells the server; an IP address must not be sent as SNI.
  const servername = 'host' in endpoint && isIP(endpoint.host) === 0 ? { servername: endpoint.host } : {};
  let socket: Socket;
  try {
    const own = withGuardedFunctions(tls, (error) => socket.destroy(error));
    const session = tls.session ?? sessionOf(tls, node);
    const options = {
      ...servername,
      ...own,
      ...(session === undefined ? {} : { session }),
      ...endpoint,
      ...lookupOf(host, own.lookup),
    };
    const connecting = connectTls(options);
    keepSessions(connecting, tls, node);
    socket = connecting;
  } catch (error) {
    // Node reads TLS options here, and throws. The network has no part in it: no retry mends them.
    const cause = asError(error);
    return failedSocket(new TlsError(`cannot connect to ${node}: the TLS options cannot be used: ${cause.message}`, { node, cause }));
  }
  socket.once('secureConnect', () => guarded(socket, () => handlers.connected()));
  // TLS decrypts into buffers of its own, so `onread` has nothing to save here.
  socket.on('data', (bytes: Buffer) => guarded(socket, () => handlers.data(bytes, bytes.length)));
  return socket;
}
