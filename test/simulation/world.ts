import { restartProcessState } from '../support/process-state.js';
import { Books } from './books.js';
import type { Latency } from './network/link.js';
import { type NameAnswer, Network } from './network/network.js';
import { systemError } from './network/system-error.js';
import { type ConnectOptions, openSockets, VirtualSocket } from './network/virtual-socket.js';
import { VirtualTlsSocket } from './network/virtual-tls-socket.js';
import { ClientProcess } from './time/client-process.js';
import { Random } from './time/random.js';
import { Timeline } from './time/timeline.js';
import type { Deployment } from './topologies/deployment.js';
import { Trace } from './trace.js';

/** After this many turns of the loop a seed is given up: it would not end. */
const MOST_TURNS = 2_000_000;

/** What a seed runs in: time, chance, the network, the process of the client. */
export class World {
  readonly random: Random;
  readonly timeline = new Timeline();
  readonly network: Network;
  readonly client: ClientProcess;
  readonly trace: Trace;
  readonly books = new Books(this.timeline);
  #deployment: Deployment | null = null;

  /** Attempts of the client to open a connection. */
  readonly connects: { readonly at: number; readonly to: string }[] = [];
  #uncaught: ((error: unknown) => void) | null = null;

  constructor(seed: number, { isTraced = false, latency }: { readonly isTraced?: boolean; readonly latency?: Latency } = {}) {
    this.random = new Random(String(seed));
    this.trace = new Trace(this.timeline, isTraced);
    this.network = new Network(this.timeline, this.random.fork('network'), latency === undefined ? {} : { latency });
    this.network.trace = this.trace;
    this.client = new ClientProcess(this.timeline);
    openSockets.clear();
  }

  /** The servers of the seed. */
  get deployment(): Deployment {
    if (this.#deployment === null) throw new Error('no servers yet');
    return this.#deployment;
  }

  /** Puts the servers into the world, and starts them. */
  deploy(deployment: Deployment): void {
    this.#deployment = deployment;
    deployment.start();
  }

  /** The engine lives in this world from now on. */
  enter(): void {
    const connect = (options: ConnectOptions, Socket: typeof VirtualSocket): VirtualSocket => {
      this.connects.push({ at: this.timeline.now, to: options.path ?? `${options.host}:${options.port}` });
      return new Socket(this.network, this.client, options);
    };
    this.#uncaught = (error) => void this.client.uncaught.push(error);
    process.on('unhandledRejection', this.#uncaught);
    restartProcessState({
      ...this.client.timers,
      random: this.random.fork('client').next,
      connect: ((options: ConnectOptions) => connect(options, VirtualSocket)) as never,
      connectTls: ((options: ConnectOptions) => connect(options, VirtualTlsSocket)) as never,
      lookup: ((name: string, _options: unknown, callback: (error: Error | null, found?: unknown) => void) =>
        this.lookup(name, callback)) as never,
    });
  }

  leave(): void {
    if (this.#uncaught !== null) process.off('unhandledRejection', this.#uncaught);
    restartProcessState();
  }

  /** Goes on until this is so, or for this long. Returns whether it is so. Must run in an immediate: see `drain`. */
  run(isDone: () => boolean, ms: number): boolean {
    const { timeline, client } = this;
    const endAt = timeline.now + ms;
    const lastTurn = client.turns + MOST_TURNS;
    client.run(() => {});
    while (!isDone()) {
      const outside = timeline.nextAt;
      const inside = client.nextAt;
      if (Math.min(outside, inside) > endAt) {
        timeline.now = endAt;
        return false;
      }
      if (client.turns > lastTurn) throw new Error(`the loop of the client does not come to rest, at ${timeline.now} ms`);
      if (inside < outside) client.turn();
      else timeline.step();
    }
    return true;
  }

  /** Asks the resolver of the client's machine. */
  lookup(name: string, callback: (error: Error | null, found?: unknown) => void): void {
    const answer: NameAnswer = this.network.names.get(name) ?? { code: 'ENOTFOUND' };
    if (answer === 'silence') return;
    this.timeline.after(this.random.skewed(0.1, 5), () => {
      this.client.arrive(() => {
        if ('code' in answer) callback(systemError('getaddrinfo', answer.code, { address: name }));
        else
          callback(
            null,
            answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
          );
      });
    });
  }
}
