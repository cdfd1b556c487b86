import type { History } from './history.js';
import type { Address } from './messages.js';

/** The time in which one server was the primary of a group, by the rules of the servers. */
export interface Reign<Server> {
  readonly server: Server;
  readonly history: History;
  /** In ms. */
  readonly since: number;
  /** In ms; Infinity: it goes on. Until the next one begins there may be none. */
  until: number;
}

/** Log of who was the primary of a group, and so of what the group has: the truth that acknowledged writes are held against. */
export class PrimaryLog<Server = unknown> {
  readonly reigns: Reign<Server>[] = [];

  /** `primaryAt`: the server at an address, with its history, if it calls itself a primary. */
  constructor(
    private readonly primaryAt: (address: Address) => { readonly server: Server; readonly history: History } | null = () => null,
  ) {}

  /** A server was told to be the primary, or, being it, has begun another history. */
  began(server: Server, history: History, at: number): void {
    this.ended(at);
    this.reigns.push({ server, history, since: at, until: Number.POSITIVE_INFINITY });
  }

  /** The primary has gone, or was told to follow another. */
  ended(at: number): void {
    const { last } = this;
    if (last !== null && last.until > at) last.until = at;
  }

  /** The primary was told to follow another: which may be one that it had taken over from, after a failover that did not come to its end. */
  demoted(server: Server, to: Address, at: number): void {
    if (this.last?.server !== server) return;
    const next = this.primaryAt(to);
    if (next === null) this.ended(at);
    else this.began(next.server, next.history, at);
  }

  get last(): Reign<Server> | null {
    return this.reigns.at(-1) ?? null;
  }

  /** The one at that moment; null: there was none. */
  at(ms: number): Reign<Server> | null {
    for (let index = this.reigns.length - 1; index >= 0; index--) {
      const reign = this.reigns[index] as Reign<Server>; // index < length
      if (reign.since <= ms) return ms < reign.until ? reign : null;
    }
    return null;
  }
}
