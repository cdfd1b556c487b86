import type { Address } from '../options/address.js';
import type { Socket } from '../runtime/sockets.js';
import { ConnectAttempt, type ConnectConfig, type ConnectHandlers } from './connect-attempt.js';
import type { HostAddress } from './host-addresses.js';
import { hostAddressOf, openSocket, type SocketHandlers } from './socket.js';

export interface TransportHandlers extends ConnectHandlers, Omit<SocketHandlers, 'connected'> {
  /** Another socket has taken the place of one that the server closed during the handshake. */
  reopened(): void;
}

/** Transport of a connection: its socket, and the attempt that makes it ready, which may need more than one. */
export class Transport {
  readonly attempt: ConnectAttempt;
  socket: Socket;
  readonly #host: HostAddress | null;

  constructor(
    private readonly config: ConnectConfig & { readonly address: Address; readonly keepAliveMs: number },
    key: string,
    private readonly handlers: TransportHandlers,
  ) {
    this.#host = hostAddressOf(config.address);
    this.attempt = new ConnectAttempt(config, key, handlers, this.#host);
    this.socket = this.attempt.begin(() => this.#open());
  }

  #open(): Socket {
    const { data, drained } = this.handlers;
    const connected = (): void => void this.attempt.handshake();
    const closed = (error: Error | null): void => this.#closed(error);
    return openSocket(this.config, { connected, data, drained, closed }, this.#host);
  }

  #closed(error: Error | null): void {
    if (!this.attempt.goesOn()) {
      this.handlers.closed(error);
      return;
    }
    this.socket = this.#open();
    this.handlers.reopened();
  }
}
