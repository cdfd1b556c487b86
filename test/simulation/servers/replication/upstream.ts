import type { RedisServer } from '../redis/redis-server.js';
import { type LinkEnd, openLink } from './link.js';
import { type Address, type DataSet, type FromPrimary, type FromReplica, keyOf } from './messages.js';
import type { Replication } from './replication.js';

/** As ROLE says it. `sync`: the data set is on its way, or is loaded. */
export type UpstreamState = 'connect' | 'connecting' | 'sync' | 'connected';

/** The link of a replica to its primary. */
export class Upstream {
  state: UpstreamState = 'connect';
  /** Since when it is down, in ms. */
  downSince: number;
  #end: LinkEnd<FromPrimary, FromReplica> | null = null;
  #heardAt: number;
  #isOver = false;
  /** Told once what the primary makes of PSYNC FAILOVER. */
  #onFailover: ((isTaken: boolean) => void) | null;

  constructor(
    private readonly server: RedisServer,
    private readonly replication: Replication,
    readonly primary: Address,
    onFailover: ((isTaken: boolean) => void) | null = null,
  ) {
    this.downSince = server.now;
    this.#heardAt = server.now;
    this.#onFailover = onFailover;
  }

  get lastIoMs(): number {
    return this.server.now - this.#heardAt;
  }

  connect(): void {
    if (this.state !== 'connect' || this.#isOver || this.server.isLoading) return;
    this.state = 'connecting';
    this.#heardAt = this.server.now;
    openLink(this.server.network, this.server, keyOf(this.primary), {
      connected: (end) => this.#connected(end as LinkEnd<FromPrimary, FromReplica>),
      refused: () => {
        if (this.state === 'connecting') this.#again();
      },
    });
  }

  #connected(end: LinkEnd<FromPrimary, FromReplica>): void {
    if (this.#isOver || this.state !== 'connecting' || this.#end !== null) {
      end.close();
      return;
    }
    const { server, replication } = this;
    const { history, offset } = replication.lineage;
    this.#end = end;
    this.#heardAt = server.now;
    end.received = (message) => this.#received(message);
    end.closed = () => this.#lost();
    this.slowDown(replication.lagMs);
    const address = { host: server.host, port: server.port };
    end.send({ is: 'psync', id: history.id, offset, address, isFailover: this.#onFailover !== null });
  }

  /** By this, in ms, what the primary sends is later than usual. */
  slowDown(ms: number): void {
    const stream = this.#end?.other?.out;
    if (stream !== undefined) stream.extraMs = ms;
  }

  #received(message: FromPrimary): void {
    this.#heardAt = this.server.now;
    switch (message.is) {
      case 'continue':
        this.replication.continued(message.history);
        this.#up();
        break;
      case 'refused':
        this.#end?.close();
        this.#again();
        this.#tellFailover(false);
        break;
      case 'fullresync':
        this.state = 'sync';
        this.#tellFailover(true);
        break;
      case 'dataset':
        this.#load(message.data);
        break;
      case 'stream':
        this.replication.replay(message.upTo);
        if (message.asksForAck) this.acknowledge();
    }
  }

  #up(): void {
    this.state = 'connected';
    this.#tellFailover(true);
    this.acknowledge();
  }

  /** What the server had is gone; it answers LOADING until it has the other, also if the link ends meanwhile. */
  #load(data: DataSet): void {
    const { replication, server } = this;
    const ms = replication.draw('loading');
    replication.takeData(data);
    server.load(ms);
    server.after(ms, () => {
      if (this.#isOver) return;
      if (this.#end === null) this.connect();
      else {
        this.#end.send({ is: 'loaded' });
        this.#up();
      }
    });
  }

  acknowledge(): void {
    if (this.state === 'connected') this.#end?.send({ is: 'ack', offset: this.replication.offset });
  }

  /** The connection is gone. The next attempt comes at once: https://github.com/redis/redis/blob/7.0/src/replication.c (`replicationHandleMasterDisconnection`) */
  #lost(): void {
    if (this.#isOver) return;
    this.#again();
    this.connect();
  }

  #again(): void {
    if (this.state === 'connected') this.downSince = this.server.now;
    this.#end = null;
    this.state = 'connect';
  }

  #tellFailover(isTaken: boolean): void {
    const tell = this.#onFailover;
    this.#onFailover = null;
    tell?.(isTaken);
  }

  /** Once a second. */
  tick(timeoutMs: number): void {
    if (this.server.isLoading) return;
    if (this.state === 'connect') this.connect();
    else if (this.lastIoMs > timeoutMs) {
      this.#end?.close();
      this.#lost();
    } else this.acknowledge();
  }

  /** It follows no longer. */
  end(): void {
    this.#isOver = true;
    this.#end?.close();
    this.#end = null;
  }
}
