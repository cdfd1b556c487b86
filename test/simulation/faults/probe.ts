import type { Socket } from 'node:net';
import { type ConnectOptions, VirtualSocket } from '../network/virtual-socket.js';
import type { World } from '../world.js';

/** Of a connection that is asked again and again. */
const PING_MS = 10;
/** Of new connections. */
const CONNECT_MS = 25;
const SET = Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n');

type Found = Parameters<NonNullable<ConnectOptions['lookup']>>[2];

/** What a client sees of a server in a span of time. */
export class Sight {
  replies = 0;
  /** The longest time from a command to its reply, in ms. */
  slowestMs = 0;
  /** First words of error replies. */
  readonly refusals = new Set<string>();
  /** How the connection ended. */
  readonly ends: string[] = [];
  /** By how much the wall clock went otherwise than the other one, in ms. */
  jumpMs = 0;
  connects = 0;
  /** Codes of attempts to connect that failed. */
  readonly failures = new Set<string>();
}

/** A client that writes on one connection, which it opens again when it ends, and tries others. It knows nothing of Redis. */
export class Probe {
  sight = new Sight();
  #socket: Socket | null = null;
  readonly #sentAt: number[] = [];
  #wall: number;

  constructor(
    private readonly world: World,
    private readonly at: { readonly host: string; readonly port: number },
  ) {
    this.#wall = this.#clocks();
    this.#every(PING_MS, () => {
      const wall = this.#clocks();
      this.sight.jumpMs = Math.max(this.sight.jumpMs, Math.abs(wall - this.#wall));
      this.#wall = wall;
      this.#ping();
    });
    this.#every(CONNECT_MS, () => this.#try());
  }

  /** Begins a new span of time, and returns what was seen in the last one. */
  look(): Sight {
    const seen = this.sight;
    this.sight = new Sight();
    return seen;
  }

  #clocks(): number {
    const { client, timeline } = this.world;
    return client.timers.wallClock.now() - timeline.now;
  }

  #every(ms: number, run: () => void): void {
    this.world.client.timers.setInterval(run, ms);
  }

  #open(): Socket {
    const { network, client } = this.world;
    const lookup = (name: string, _options: object, callback: Found): void => this.world.lookup(name, callback as never);
    return new VirtualSocket(network, client, { ...this.at, lookup }) as unknown as Socket;
  }

  #ping(): void {
    const { world } = this;
    if (this.#socket !== null) {
      if (this.#socket.connecting) return;
      this.#sentAt.push(world.timeline.now);
      this.#socket.write(SET);
      return;
    }
    const socket = this.#open();
    this.#socket = socket;
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const lines = text.split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#replied(line);
    });
    let end = 'end';
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      end = String(code);
    });
    socket.on('close', () => {
      this.sight.ends.push(end);
      this.#sentAt.length = 0;
      this.#socket = null;
    });
  }

  #replied(line: string): void {
    const ms = this.world.timeline.now - (this.#sentAt.shift() ?? 0);
    this.sight.replies++;
    this.sight.slowestMs = Math.max(this.sight.slowestMs, ms);
    if (line.startsWith('-')) this.sight.refusals.add(line.split(' ')[0] ?? '');
  }

  #try(): void {
    const socket = this.#open();
    socket.on('connect', () => {
      this.sight.connects++;
      socket.destroy();
    });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.sight.failures.add(String(code));
    });
  }
}
