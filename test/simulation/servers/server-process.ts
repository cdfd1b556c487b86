import type { Listener, Network, TlsAnswer } from '../network/network.js';
import { Pipe } from '../network/pipe.js';
import type { ServerEnd } from '../network/tcp.js';
import type { Happening } from '../time/timeline.js';
import type { LinkEnd } from './replication/link.js';

export type ProcessState = 'running' | 'stopped' | 'dead';

/** A connection, as a server has it. */
export interface ServerConnection {
  readonly end: ServerEnd;
}

/** An end of a connection that the process itself has opened. */
export interface OwnEnd {
  close(): void;
  /** The host is gone: nobody is told. */
  forget(): void;
}

/**
 * A process that listens on a port: it can be killed, stopped (SIGSTOP) and started anew. What it does is given by who extends it. One thing
 * at a time, as Redis: what arrives waits until what runs is over.
 */
export abstract class ServerProcess<Connection extends ServerConnection = ServerConnection> implements Listener {
  state: ProcessState = 'dead';
  readonly connections = new Map<ServerEnd, Connection>();
  /** Ends of its connections with other servers. */
  readonly links = new Set<OwnEnd>();
  /** Increased with each start. What belongs to an earlier life is dropped. */
  life = 0;
  /** Its answer in a TLS handshake; undefined: it speaks none. */
  tls: TlsAnswer | undefined;
  /** Of a Unix socket on which it listens, too. */
  path: string | null = null;
  /** All that its kernel has taken for it, also what the process has not accepted. */
  readonly #ends = new Set<ServerEnd>();
  #inbox: (() => void)[] = [];
  #busyUntil = 0;
  /** It looks into its inbox later. */
  #isAwake = false;
  #isWorking = false;

  constructor(
    readonly network: Network,
    /** An IP address. */
    readonly host: string,
    readonly port: number,
  ) {}

  get name(): string {
    return `${this.host}:${this.port}`;
  }

  get now(): number {
    return this.network.timeline.now;
  }

  start(): void {
    if (this.state !== 'dead') return;
    this.state = 'running';
    this.life++;
    this.#tell('starts');
    this.network.powerOn(this.host);
    this.network.listeners.set(this.name, this);
    if (this.path !== null) {
      this.network.listeners.set(this.path, this);
      this.network.paths.add(this.path);
    }
    this.started();
  }

  /** SIGKILL: its kernel closes everything. */
  kill(): void {
    if (this.state === 'dead') return;
    this.#tell('is killed');
    this.#die();
    for (const end of this.#ends) {
      // Nobody has accepted it.
      if (this.connections.has(end)) end.close();
      else end.reset();
    }
    this.#forgetAll();
    for (const end of this.links) end.close();
  }

  /** The machine loses its power: nobody is told, and what is sent there is not answered until it is started again. */
  losePower(): void {
    if (this.state === 'dead') return;
    this.#tell('loses its power');
    this.#die();
    this.network.losePower(this.host);
    for (const end of this.#ends) end.forget();
    for (const end of this.links) end.forget();
    this.#forgetAll();
  }

  #forgetAll(): void {
    this.#ends.clear();
    this.connections.clear();
  }

  #die(): void {
    this.state = 'dead';
    this.network.listeners.delete(this.name);
    if (this.path !== null) this.network.listeners.delete(this.path);
    this.#inbox = [];
    this.#busyUntil = 0;
    this.died();
  }

  /** SIGSTOP: connections stay, and are still taken by the kernel. */
  stop(): void {
    if (this.state !== 'running') return;
    this.#tell('is stopped');
    this.state = 'stopped';
  }

  /** SIGCONT. */
  resume(): void {
    if (this.state !== 'stopped') return;
    this.#tell('goes on');
    this.state = 'running';
    this.#wake();
  }

  #tell(what: string): void {
    this.network.trace?.add(this.name, what);
  }

  /** The process computes for this long, in ms. */
  busy(ms: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.now) + ms;
  }

  /** Runs as soon as the process is free, in order. Dropped if it dies before. */
  enqueue(run: () => void): void {
    if (this.state === 'dead') return;
    this.#inbox.push(run);
    this.#wake();
  }

  /** The same for what the timeline brings, when nothing else is under way: it runs now if the process is free. */
  arrives(run: () => void): void {
    if (this.state === 'dead') return;
    this.#inbox.push(run);
    if (!this.#isAwake && !this.#isWorking) this.#work();
  }

  /** A timer of the process. While it is stopped it waits. */
  after(ms: number, run: () => void): Happening {
    const { life } = this;
    return this.network.timeline.after(ms, () => {
      if (life === this.life) this.arrives(run);
    });
  }

  /** Runs again and again, until it dies. */
  every(ms: number, run: () => void): void {
    this.after(ms, () => {
      run();
      this.every(ms, run);
    });
  }

  /** A way to another server, of messages in order. What is sent while either is dead is lost. */
  pipeTo<T>(to: ServerProcess<ServerConnection>, receive: (message: T) => void): Pipe<T> {
    return new Pipe<T>(this.network, this.host, to.host, (message) => to.arrives(() => receive(message)));
  }

  /** Another server has connected. */
  linked(end: LinkEnd): void {
    // Who has nothing to say to other servers does not answer them.
    end.received = () => {};
  }

  accept(end: ServerEnd): void {
    const { life } = this;
    this.#ends.add(end);
    let isSecure = this.tls === undefined;
    end.handlers = {
      data: (bytes, sentAt) =>
        this.arrives(() => {
          end.read(bytes.length);
          const connection = this.connections.get(end);
          if (connection === undefined || life !== this.life) return;
          if (isSecure) this.received(connection, bytes, sentAt);
          else this.drop(end); // no handshake of TLS
        }),
      ended: () => this.arrives(() => this.drop(end)),
      reset: () => this.arrives(() => this.drop(end)),
      hello: () =>
        this.arrives(() => {
          end.hello(this.tls ?? null);
          if (this.tls === undefined) this.drop(end);
          isSecure = true;
        }),
    };
    this.arrives(() => {
      if (!end.isClosed) this.connections.set(end, this.connected(end));
    });
  }

  /** Closes a connection. */
  drop(end: ServerEnd): void {
    const connection = this.connections.get(end);
    this.#ends.delete(end);
    end.close();
    if (connection === undefined) return;
    this.connections.delete(end);
    this.disconnected(connection);
  }

  #wake(): void {
    if (this.#isAwake || this.#isWorking) return;
    this.#isAwake = true;
    this.network.timeline.at(this.#busyUntil, () => {
      this.#isAwake = false;
      this.#work();
    });
  }

  #work(): void {
    this.#isWorking = true;
    while (this.state === 'running' && this.#busyUntil <= this.now) {
      this.worked();
      const next = this.#inbox.shift();
      if (next === undefined) break;
      next();
    }
    this.#isWorking = false;
    if (this.state === 'running' && this.#busyUntil > this.now) this.#wake();
  }

  /** Called after each thing that the process did, when it does not compute any more. */
  protected worked(): void {
    // Who has something to send afterwards overrides it.
  }

  protected abstract connected(end: ServerEnd): Connection;
  protected abstract received(connection: Connection, bytes: Buffer, sentAt: number): void;
  protected abstract disconnected(connection: Connection): void;
  protected abstract started(): void;
  protected abstract died(): void;
}
