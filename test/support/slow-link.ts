import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimPort, releasePort } from './ports.js';
import type { Target } from './relay.js';

export interface SlowLinkOptions {
  /** In each direction, over all connections together. */
  readonly bytesPerSecond: number;
  /** Added in each direction, in ms. */
  readonly latencyMs: number;
  /** Longest piece, in bytes: what is longer arrives in several. */
  readonly slice: number;
}

/** A way to a server that is slow: bytes queue up for its bandwidth, arrive late, and in slices. */
export class SlowLink {
  readonly host = '127.0.0.1';
  readonly #sockets = new Set<Socket>();
  /** When each direction is free again, by the clock of the process in ms. */
  readonly #free = { up: 0, down: 0 };

  private constructor(
    readonly target: Target,
    readonly port: number,
    private readonly options: SlowLinkOptions,
    private readonly server: NetServer,
  ) {
    server.on('connection', (client) => this.#accept(client));
  }

  static async start(target: Target, options: SlowLinkOptions): Promise<SlowLink> {
    const port = await claimPort();
    const link = new SlowLink(target, port, options, createServer({ allowHalfOpen: true }));
    await new Promise<void>((resolve) => link.server.listen(port, link.host, resolve));
    return link;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  #accept(client: Socket): void {
    const upstream = connect({ ...this.target, allowHalfOpen: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.once('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    void this.#carry(client, upstream, 'up');
    void this.#carry(upstream, client, 'down');
  }

  async #carry(from: Socket, to: Socket, direction: 'up' | 'down'): Promise<void> {
    const { bytesPerSecond, latencyMs, slice } = this.options;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length; at += slice) {
          const piece = chunk.subarray(at, at + slice);
          const now = performance.now();
          this.#free[direction] = Math.max(this.#free[direction], now) + (piece.length / bytesPerSecond) * 1_000;
          const waitMs = this.#free[direction] - now;
          if (waitMs > 1) await sleep(waitMs);
          setTimeout(() => to.destroyed || to.write(piece), latencyMs);
        }
      }
      setTimeout(() => to.end(), latencyMs);
    } catch {
      to.destroy();
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    releasePort(this.port);
  }
}
