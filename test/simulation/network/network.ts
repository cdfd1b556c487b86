import type { Random } from '../time/random.js';
import type { Timeline } from '../time/timeline.js';
import type { Trace } from '../trace.js';
import { Host, type Latency, Link } from './link.js';
import type { ServerEnd } from './tcp.js';

/** Name of the host on which the client runs. */
export const CLIENT = 'client';

/** What listens on a port, as the kernel of its host sees it. */
export interface Listener {
  /** A new connection is there. Called also while the process is stopped: the kernel takes connections for it. */
  accept(end: ServerEnd): void;
}

/** What a server says in a TLS handshake: `ok`, or the code by which Node refuses its certificate. */
export type TlsAnswer = 'ok' | 'CERT_HAS_EXPIRED' | 'SELF_SIGNED_CERT_IN_CHAIN' | 'ERR_TLS_CERT_ALTNAME_INVALID';

/** What a resolver answers. */
export type NameAnswer = readonly string[] | { readonly code: 'ENOTFOUND' | 'EAI_AGAIN' } | 'silence';

/**
 * What becomes of new connections, besides what the process does: `refuse`, as a full or a firewalled host; `drop`, their packets get lost;
 * `mute`, they are taken, by something that neither reads nor answers.
 */
export type Door = 'refuse' | 'drop' | 'mute';

/** What the network is like in a seed. */
export interface NetworkNature {
  readonly latency: Latency;
  /** Share of the links on which packets arrive in parts, now and then. */
  readonly splitting: number;
  /** What the kernels of both sides hold of one direction of a connection, in bytes. */
  readonly kernelBytes: Latency;
}

const USUAL: NetworkNature = {
  latency: { least: 0.05, most: 0.5 },
  splitting: 0.3,
  kernelBytes: { least: 16 * 1024, most: 4 * 1024 * 1024 },
};

/** Hosts, the links between them, what listens there, and names. */
export class Network {
  readonly names = new Map<string, NameAnswer>();
  /** By `host:port`, or the path of a Unix socket. */
  readonly listeners = new Map<string, Listener>();
  /** Paths at which there is a socket, whether something listens or not. */
  readonly paths = new Set<string>();
  /** By the key of a listener. */
  readonly doors = new Map<string, Door>();
  /** Ends of servers whose connections go on. */
  readonly ends = new Set<ServerEnd>();
  /** Connections that were opened, or tried, by the client. */
  connects = 0;
  trace: Trace | null = null;
  readonly nature: NetworkNature;
  readonly #hosts = new Map<string, Host>();
  readonly #links = new Map<Host, Map<string, Link>>();

  constructor(
    readonly timeline: Timeline,
    readonly random: Random,
    nature: Partial<NetworkNature> = {},
  ) {
    this.nature = { ...USUAL, ...nature };
  }

  host(name: string): Host {
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = new Host(name);
      this.#hosts.set(name, host);
      this.#links.set(host, new Map());
    }
    return host;
  }

  /** One direction. */
  link(from: string, to: string): Link {
    const source = this.host(from);
    const links = this.#links.get(source) as Map<string, Link>; // each host has one
    let link = links.get(to);
    if (link === undefined) {
      const random = this.random.fork(`${from}>${to}`);
      const splits = random.chance(this.nature.splitting) ? random.next() / 2 : 0;
      link = new Link(source, this.host(to), this.timeline, random, { latency: this.nature.latency, splits });
      links.set(to, link);
    }
    return link;
  }

  get links(): Link[] {
    return [...this.#links.values()].flatMap((links) => [...links.values()]);
  }

  /** How long a small packet takes, in ms. */
  latency(from: string, to: string): number {
    return this.link(from, to).delay(0);
  }

  isCut(from: string, to: string): boolean {
    return this.link(from, to).isCut;
  }

  /** Packets from here to there get lost, one way only, until there was a `heal` for each `cut`. */
  cut(from: string, to: string): void {
    this.trace?.add('network', 'cut', `${from} → ${to}`);
    this.link(from, to).cut();
  }

  heal(from: string, to: string): void {
    this.trace?.add('network', 'healed', `${from} → ${to}`);
    this.link(from, to).heal();
  }

  /** No fault of the network goes on. */
  healAll(): void {
    this.doors.clear();
    for (const link of this.links) {
      link.clear();
      for (const pipe of link.pipes) pipe.clear();
    }
  }

  /** The machine is off: packets to and from it get lost. */
  losePower(host: string): void {
    this.host(host).isDown = true;
  }

  powerOn(host: string): void {
    const machine = this.host(host);
    if (!machine.isDown) return;
    machine.isDown = false;
    for (const link of this.links) if (link.from === machine || link.to === machine) link.opened();
  }

  /** Calls once the first packet of a connection gets through, which is sent again until then. */
  whenOpen(from: string, to: string, run: () => void): void {
    this.link(from, to).whenOpen(run);
  }
}

/** The host of what listens there: of a Unix socket, the client's own. */
export function hostOf(key: string): string {
  return key.startsWith('/') ? CLIENT : key.slice(0, key.lastIndexOf(':'));
}
