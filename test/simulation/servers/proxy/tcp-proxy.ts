import type { Network } from '../../network/network.js';
import type { ServerEnd } from '../../network/tcp.js';
import { ServerProcess } from '../server-process.js';
import { Upstream } from './upstream.js';

/** A connection of a client, with the one to a server that belongs to it. */
interface Passage {
  readonly end: ServerEnd;
  readonly upstream: Upstream;
}

export interface TcpProxyOptions {
  /** The server to which new connections go, as `host:port`. */
  readonly target: () => string;
  /** How long a server may take to accept, in ms (`timeout connect`). */
  readonly connectMs: number;
}

/** Passes bytes on, and knows nothing of commands: HAProxy in tcp mode. https://docs.haproxy.org/2.6/configuration.html#mode */
export class TcpProxy extends ServerProcess<Passage> {
  constructor(
    network: Network,
    { host, port }: { readonly host: string; readonly port: number },
    private readonly options: TcpProxyOptions,
  ) {
    super(network, host, port);
  }

  /** Ends the connections to servers other than this one (`on-marked-down shutdown-sessions`). */
  keepOnly(target: string): void {
    for (const { end, upstream } of [...this.connections.values()]) if (upstream.key !== target) this.drop(end);
  }

  protected connected(end: ServerEnd): Passage {
    const { target, connectMs } = this.options;
    const upstream = new Upstream(this, target(), {
      connected: () => undefined,
      data: (bytes, sentAt, whenRead) => end.write(bytes, sentAt, whenRead),
      over: () => this.drop(end),
    });
    this.after(connectMs, () => {
      if (!upstream.isConnected) this.drop(end);
    });
    return { end, upstream };
  }

  protected received({ upstream }: Passage, bytes: Buffer, sentAt: number): void {
    upstream.write(bytes, sentAt);
  }

  protected disconnected({ upstream }: Passage): void {
    upstream.close();
  }

  protected started(): void {
    // It remembers nothing.
  }

  protected died(): void {
    // Its connections are closed by who ends it.
  }
}
