import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimPort, releasePort } from './ports.js';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A slow line: bytes queue up for its bandwidth and arrive in slices. Its latency is `delayMs`. */
export interface Line {
  /** In each direction, over all connections together. */
  readonly bytesPerSecond: number;
  /** Longest piece, in bytes: connections take turns at each. */
  readonly slice: number;
}

/** A TCP relay on 127.0.0.1 that can fail as networks do: the way to a server breaks, swallows packets, or leads to another server. */
export class Relay {
  readonly host = '127.0.0.1';
  /** Added on the way to the target and on the way back, in ms. */
  delayMs = 0;
  /** What targets send is dropped: a reply that is late for as long as a test needs, on connections that it cuts then. */
  isMute = false;
  /** Null: as fast as the machine. Replicas that follow their primary through the relay are not slowed down: they have lines of their own. */
  line: Line | null = null;
  /** The two directions of the line. */
  readonly up = new Lane();
  readonly down = new Lane();
  #target: Target;
  #paused = false;
  #server: NetServer | null = null;
  readonly #pairs = new Set<Pair>();

  private constructor(
    target: Target,
    readonly port: number,
  ) {
    this.#target = target;
  }

  static async start(target: Target): Promise<Relay> {
    const relay = new Relay(target, await claimPort());
    await relay.accept();
    return relay;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get target(): Target {
    return this.#target;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** New connections go to another server. Existing ones stay where they are, unless `cut` is called. */
  repoint(target: Target): void {
    this.#target = target;
  }

  /** A black hole: connections open and stay open, and no byte gets through in either direction, until `resume`. */
  pause(): void {
    this.#paused = true;
    for (const pair of this.#pairs) pair.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const pair of this.#pairs) pair.resume();
  }

  /** Breaks all connections; new ones are accepted. */
  cut(): void {
    for (const pair of this.#pairs) pair.destroy();
  }

  /** New connections are refused, until `accept`. Existing ones stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = null;
  }

  async accept(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
      const pair = new Pair(client, this.#target, this);
      this.#pairs.add(pair);
      client.once('close', () => this.#pairs.delete(pair));
      if (!this.#paused) pair.resume();
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, resolve);
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server === null ? null : new Promise((resolve) => server.close(resolve));
    this.line = null;
    this.cut();
    await closed;
    releasePort(this.port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Timers are late by up to so much on a quiet machine; the line makes up for it. */
const OVERSLEPT_MS = 5;

/** One direction of a line. */
class Lane {
  /** When what is on its way has passed, by the clock of the process in ms. */
  #freeAt = 0;

  /** Time until as many bytes more have passed, in ms. */
  take(bytes: number, bytesPerSecond: number): number {
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now - OVERSLEPT_MS) + (bytes / bytesPerSecond) * 1_000;
    return this.#freeAt - now;
  }
}

/** A client's connection and ours to the target. */
class Pair {
  #upstream: Socket | null = null;
  #paused = true;
  #isReplica = false;
  readonly #held: (() => void)[] = [];

  constructor(
    readonly client: Socket,
    readonly target: Target,
    readonly relay: Relay,
  ) {
    client.setNoDelay(true);
    client.on('error', () => this.destroy());
    client.on('close', () => this.#upstream?.destroy());
  }

  pause(): void {
    this.#paused = true;
    this.client.pause();
    this.#upstream?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#upstream === null) this.#connect();
    for (const deliver of this.#held.splice(0)) deliver();
    this.client.resume();
    this.#upstream?.resume();
  }

  destroy(): void {
    this.client.destroy();
    this.#upstream?.destroy();
  }

  #connect(): void {
    const upstream = connect(this.target.port, this.target.host);
    this.#upstream = upstream;
    upstream.setNoDelay(true);
    upstream.on('error', () => this.#deliver(() => this.destroy()));
    upstream.on('close', () => this.#deliver(() => this.client.destroy()));
    this.#carry(this.client, upstream, this.relay.up);
    this.#carry(upstream, this.client, this.relay.down);
  }

  #carry(from: Socket, to: Socket, lane: Lane): void {
    let read = Promise.resolve();
    let turn = Promise.resolve();
    const later = (deliver: () => void): void => {
      const { delayMs } = this.relay;
      const due = delayMs === 0 ? null : sleep(delayMs);
      turn = turn.then(async () => {
        await due;
        this.#deliver(deliver);
      });
    };
    let passing = 0;
    from.on('data', (chunk: Buffer) => {
      if (from !== this.client && this.relay.isMute) return;
      // https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#how-redis-replication-works
      if (from === this.client && chunk.includes('REPLCONF')) this.#isReplica = true;
      if (passing === 0 && (this.relay.line === null || this.#isReplica)) {
        later(() => void to.write(chunk));
        return;
      }
      // What has not passed yet stays with the sender.
      passing++;
      from.pause();
      read = read.then(async () => {
        await this.#pass(chunk, lane, to, later);
        if (--passing === 0 && !this.#paused) from.resume();
      });
    });
    from.on('end', () => later(() => void to.end()));
  }

  async #pass(chunk: Buffer, lane: Lane, to: Socket, later: (deliver: () => void) => void): Promise<void> {
    for (let at = 0; at < chunk.length && !to.destroyed; ) {
      const line = this.#isReplica ? null : this.relay.line;
      const piece = chunk.subarray(at, line === null ? undefined : at + line.slice);
      at += piece.length;
      const waitMs = line === null ? 0 : lane.take(piece.length, line.bytesPerSecond);
      // Timers are no finer.
      if (waitMs > 1) await sleep(waitMs);
      later(() => void to.write(piece));
    }
  }

  /** Nothing passes a black hole, the end of a connection included. */
  #deliver(deliver: () => void): void {
    if (this.#paused) this.#held.push(deliver);
    else deliver();
  }
}
