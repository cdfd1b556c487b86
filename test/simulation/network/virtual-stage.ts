import type { Socket } from 'node:net';
import { ClientProcess } from '../time/client-process.js';
import { Random } from '../time/random.js';
import { Timeline } from '../time/timeline.js';
import { Network } from './network.js';
import { lookupOf } from './real-stage.js';
import { heardText, onreadOf, type PeerStep, record, type Seen, type SocketCase } from './stage.js';
import type { ServerEnd } from './tcp.js';
import { VirtualSocket } from './virtual-socket.js';
import { VirtualTlsSocket } from './virtual-tls-socket.js';

/** What a packet takes within a machine, in ms: it is there before the loop turns. */
const LOOPBACK_MS = 0.001;
/** As long as no case takes, in ms. */
const LONG_MS = 5_000;

/** Runs a case in the simulation. Must be called in an immediate: see `drain` of the process. */
export function runVirtually(one: SocketCase): Seen {
  const { to: place = {}, peer: steps = [] } = one;
  const timeline = new Timeline();
  const nature = { latency: { least: LOOPBACK_MS, most: LOOPBACK_MS }, splitting: 0, kernelBytes: { least: 4_000_000, most: 4_000_000 } };
  const network = new Network(timeline, new Random('socket'), nature);
  const process = new ClientProcess(timeline);
  const peer = new VirtualPeer(timeline, steps, place.tls);
  const path = '/socket';
  if (place.isRefused !== true && place.unix !== 'missing') {
    network.listeners.set('127.0.0.2:6379', peer);
    network.paths.add(path);
    if (place.unix === 'listens') network.listeners.set(path, peer);
  }
  const client: string[] = [];
  const onread = onreadOf(place);
  const step = (): void => {
    if (process.nextAt < timeline.nextAt) process.turn();
    else timeline.step();
  };
  process.timers.setImmediate(() => {
    const lookup = lookupOf(place.addresses, process.timers.setImmediate) as never;
    const at = place.unix === undefined ? { host: place.addresses === undefined ? '127.0.0.2' : 'a.name', port: 6379, lookup } : { path };
    const Kind = place.tls === undefined ? VirtualSocket : VirtualTlsSocket;
    const socket = new Kind(network, process, { ...at, ...onread.options }) as unknown as Socket;
    socket.once(place.tls === undefined ? 'connect' : 'secureConnect', () => peer.begin());
    const waitForPeer = (): void => {
      while (!peer.isDone) timeline.step();
      const until = timeline.now + 1;
      while (timeline.nextAt <= until) timeline.step();
    };
    const say = record(socket, one, client, { setImmediate: process.timers.setImmediate, waitForPeer });
    onread.whenRead((length) => {
      say(`data ${length}`);
      one.reads?.(socket);
    });
  });
  while (timeline.now < LONG_MS && Math.min(process.nextAt, timeline.nextAt) < Number.POSITIVE_INFINITY) step();
  if (process.uncaught.length > 0) throw process.uncaught[0];
  return { client, peer: place.tls === undefined || client.includes('secureConnect') ? peer.report() : [] };
}

const ANSWERS = { ok: 'ok', 'wrong certificate': 'SELF_SIGNED_CERT_IN_CHAIN', 'no TLS': null } as const;

/** The other side: it reads what has come when a step says so. */
class VirtualPeer {
  isDone = false;
  readonly #seen: string[] = [];
  #end: ServerEnd | null = null;
  #hasBegun = false;
  #at = 0;
  #heard = 0;
  #needed = 0;
  #reads = false;
  /** What has come, in order. */
  #came: (number | string)[] = [];

  constructor(
    private readonly timeline: Timeline,
    private readonly steps: readonly PeerStep[],
    private readonly tls: keyof typeof ANSWERS | undefined,
  ) {}

  accept(end: ServerEnd): void {
    this.#end = end;
    const came = (what: number | string): void => {
      this.#came.push(what);
      if (this.#reads) this.#read(end);
    };
    end.handlers = {
      data: ({ length }) => came(length),
      ended: () => came('end'),
      reset: () => came('ECONNRESET'),
      hello: () => end.hello(this.tls === undefined ? null : ANSWERS[this.tls]),
    };
    if (this.#hasBegun) this.#go(end);
  }

  begin(): void {
    this.#hasBegun = true;
    if (this.#end !== null) this.#go(this.#end);
  }

  report(): string[] {
    return this.#end === null ? [] : [...this.#seen, heardText(this.#heard)];
  }

  #go(end: ServerEnd): void {
    for (let step = this.steps[this.#at]; step !== undefined; step = this.steps[this.#at]) {
      this.#at++;
      if (step === 'ends') end.shut();
      else if (step === 'closes') end.close();
      else if (step === 'resets') end.reset();
      else if ('sends' in step) end.write(Buffer.alloc(step.sends), this.timeline.now);
      else if ('waits' in step) {
        this.timeline.after(step.waits, () => this.#go(end));
        return;
      } else {
        this.#needed = step.hears;
        this.#reads = true;
        this.#read(end);
        if (this.#heard < this.#needed) return;
      }
    }
    this.isDone = true;
    this.#needed = 0;
    this.#reads = true;
    this.#read(end);
  }

  #read(end: ServerEnd): void {
    for (let what = this.#came.shift(); what !== undefined && !end.isClosed; what = this.#came.shift()) {
      if (typeof what === 'number') {
        this.#heard += what;
        end.read(what);
        if (this.#needed > 0 && this.#heard >= this.#needed) {
          this.#needed = 0;
          this.#reads = false;
          this.#go(end);
          return;
        }
      } else {
        this.#seen.push(what);
        end.close();
      }
    }
  }
}
