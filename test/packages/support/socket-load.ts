import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { Messages, Pulse } from './ledger.js';

const PAUSE_MS = 4;
/** Time between two questions for the sockets of all servers, and how long the adapter waits for the answers of the others. */
const QUESTION_PAUSE_MS = 100;
const PATIENCE_MS = 2_000;
const SOCKETS = 2;
const ROOM = 'room';
/** What was emitted that long before the end of a connection was noticed may have been on its way. */
const ON_ITS_WAY_MS = 1_000;

/** An object of ioredis, ours or theirs, as far as the adapter and this load need one. */
export interface PubSubObject {
  readonly status: string;
  publish(channel: string, message: Buffer): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  quit(): Promise<unknown>;
}

/** What a load did, by what the sockets got. */
export interface SocketReport {
  /** Messages that a server emitted, once for each socket of the other. */
  readonly sent: number;
  readonly arrived: number;
  /** Longest time in which no socket got a message from the other server, in ms. */
  readonly pauseMs: number;
  readonly lost: number;
  /** Lost, and emitted while the object that subscribes said that it was connected. */
  readonly untold: number;
  /** Messages that a socket got more than once. */
  readonly twice: number;
  /** Messages that came after a later one. */
  readonly late: number;
  /** Rejections that nobody handles, because the adapter waits for no reply: they end a process. */
  readonly unhandled: Readonly<Record<string, number>>;
  /** Errors of `fetchSockets()`, and how often it missed sockets of the other server. */
  readonly refused: Readonly<Record<string, number>>;
  readonly incomplete: number;
  readonly questions: number;
  /** Events `error` of the objects. */
  readonly errors: Readonly<Record<string, number>>;
}

/** A server with its sockets: what it emitted and when, and which messages of the other its sockets got. */
class Node {
  readonly emittedAt: number[] = [];
  /** How often each message of the other server came, for each socket. */
  readonly got: readonly Map<number, number>[] = Array.from({ length: SOCKETS }, () => new Map());
  readonly server: Server;
  readonly sockets: Socket[] = [];
  /** When the object that subscribes had no connection. */
  readonly gaps: { readonly from: number; until: number }[] = [];
  late = 0;
  arrived = 0;
  readonly #http = createServer();

  constructor(
    readonly name: string,
    key: string,
    readonly pub: PubSubObject,
    readonly sub: PubSubObject,
    private readonly onArrival: () => void,
  ) {
    sub.on('close', () => this.gaps.push({ from: performance.now(), until: Number.POSITIVE_INFINITY }));
    sub.on('ready', () => {
      const gap = this.gaps.at(-1);
      if (gap !== undefined) gap.until = Math.min(gap.until, performance.now());
    });
    this.server = new Server(this.#http, { adapter: createAdapter(pub, sub, { key, requestsTimeout: PATIENCE_MS }) });
    this.server.on('connection', (socket) => void socket.join(ROOM));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    const { port } = this.#http.address() as AddressInfo;
    for (const got of this.got) {
      const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
      let last = -1;
      socket.on('message', (from: string, n: number) => {
        if (from === this.name) return;
        got.set(n, (got.get(n) ?? 0) + 1);
        if (n < last) this.late++;
        last = Math.max(last, n);
        this.arrived++;
        this.onArrival();
      });
      this.sockets.push(socket);
      await new Promise<void>((resolve) => socket.once('connect', resolve));
    }
  }

  /** Every other message goes to a room, which has a channel of its own. */
  emit(): void {
    const n = this.emittedAt.push(performance.now()) - 1;
    (n % 2 === 0 ? this.server : this.server.to(ROOM)).emit('message', this.name, n);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.close();
    await this.server.close();
    await Promise.all([this.pub.quit(), this.sub.quit()]);
  }
}

/** Two servers of socket.io that emit to each other's sockets, over objects that `open` makes, until `stop`. */
export class SocketLoad {
  readonly #nodes: readonly [Node, Node];
  readonly #pulse = new Pulse();
  readonly #unhandled = new Messages();
  readonly #refused = new Messages();
  readonly #errors = new Messages();
  readonly #published = new WeakSet<object>();
  #questions = 0;
  #incomplete = 0;
  #runsOn = true;
  #work: Promise<unknown> = Promise.resolve();

  constructor(key: string, open: () => PubSubObject) {
    const node = (name: string): Node => new Node(name, key, this.#watched(open()), this.#watched(open()), () => this.#pulse.beat());
    this.#nodes = [node('a'), node('b')];
    process.on('unhandledRejection', this.#onUnhandled);
  }

  /** Has what is published told apart from what else nobody handles, without handling it. */
  #watched(object: PubSubObject): PubSubObject {
    const publish = object.publish.bind(object);
    object.publish = (...args) => {
      const published = publish(...args);
      this.#published.add(published);
      return published;
    };
    object.on('error', (error: unknown) => this.#errors.add(error));
    return object;
  }

  readonly #onUnhandled = (reason: unknown, promise: Promise<unknown>): void => {
    if (this.#published.has(promise)) this.#unhandled.add(reason);
  };

  async start(): Promise<void> {
    const [first, second] = this.#nodes;
    await Promise.all([first.start(), second.start()]);
    // Both have subscribed when each hears the other.
    const deadline = performance.now() + 10_000;
    while ((await first.server.fetchSockets()).length < 2 * SOCKETS || (await second.server.fetchSockets()).length < 2 * SOCKETS) {
      if (performance.now() > deadline) throw new Error('the servers do not hear each other');
      await sleep(20);
    }
    this.#work = Promise.all([...this.#nodes.map((node) => this.#emit(node)), this.#ask(first)]);
  }

  async #emit(node: Node): Promise<void> {
    while (this.#runsOn) {
      node.emit();
      await sleep(PAUSE_MS);
    }
  }

  async #ask({ server }: Node): Promise<void> {
    while (this.#runsOn) {
      this.#questions++;
      try {
        if ((await server.fetchSockets()).length < 2 * SOCKETS) this.#incomplete++;
      } catch (error) {
        this.#refused.add(error);
      }
      await sleep(QUESTION_PAUSE_MS);
    }
  }

  /** Messages that sockets got from the other server, on the way that fewer came. */
  get arrived(): number {
    return Math.min(...this.#nodes.map(({ arrived }) => arrived));
  }

  async stop(): Promise<SocketReport> {
    this.#runsOn = false;
    this.#pulse.stop();
    await this.#work;
    // What is under way arrives.
    await sleep(500);
    const report = this.#report();
    await Promise.all(this.#nodes.map((node) => node.stop()));
    process.off('unhandledRejection', this.#onUnhandled);
    return report;
  }

  #report(): SocketReport {
    const [first, second] = this.#nodes;
    const ways = [
      { from: first, to: second },
      { from: second, to: first },
    ];
    const missing = ways.flatMap(({ from, to }) =>
      to.got.flatMap((got) => [...from.emittedAt.entries()].filter(([n]) => !got.has(n)).map(([, at]) => ({ at, gaps: to.gaps }))),
    );
    const told = missing.filter(({ at, gaps }) => gaps.some(({ from, until }) => at >= from - ON_ITS_WAY_MS && at <= until));
    return {
      sent: SOCKETS * (first.emittedAt.length + second.emittedAt.length),
      arrived: this.#pulse.count,
      pauseMs: Math.round(this.#pulse.longestMs),
      lost: missing.length,
      untold: missing.length - told.length,
      twice: ways.flatMap(({ to }) => to.got.flatMap((got) => [...got.values()].filter((times) => times > 1))).length,
      late: first.late + second.late,
      unhandled: this.#unhandled.counts,
      refused: this.#refused.counts,
      incomplete: this.#incomplete,
      questions: this.#questions,
      errors: this.#errors.counts,
    };
  }
}
