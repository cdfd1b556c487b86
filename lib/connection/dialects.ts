import { performance } from '../runtime/runtime.js';

/**
 * How the server at an address is spoken to. `hello`: by HELLO, and by what a server answers at least with an error. `plain`: by nothing
 * that a proxy closes the connection at. `unknown`: HELLO goes alone, to find out.
 */
export type Dialect = 'hello' | 'plain' | 'unknown';

/** How long an address that closed at HELLO is not sent it again, in ms: another server may stand there by then. */
const PLAIN_MS = 600_000;

/** Memory of the dialects of a client's addresses, for all of its connections: those for commands, for control and for subscriptions. */
export class Dialects {
  /** Until when each address is believed to have its dialect. */
  readonly #known = new Map<string, { readonly dialect: 'hello' | 'plain'; readonly until: number }>();

  /** `speaks`: `plain` without asking, or found out for each address. */
  constructor(private readonly speaks: 'auto' | 'plain' = 'auto') {}

  of(key: string): Dialect {
    if (this.speaks === 'plain') return 'plain';
    const known = this.#known.get(key);
    return known === undefined || known.until < performance.now() ? 'unknown' : known.dialect;
  }

  /** Whether some address is spoken to without HELLO: connections from before may be so when that is to be found out anew. */
  get hasPlain(): boolean {
    return this.speaks === 'plain' || [...this.#known.values()].some(({ dialect }) => dialect === 'plain');
  }

  /** A connection is past its handshake. What is known already keeps its time. */
  learnt(key: string, dialect: 'hello' | 'plain'): void {
    if (this.of(key) === dialect) return;
    this.#known.set(key, { dialect, until: dialect === 'hello' ? Number.POSITIVE_INFINITY : performance.now() + PLAIN_MS });
  }

  /** The address has closed a connection that spoke its dialect: another server may stand there. */
  forget(key: string): void {
    this.#known.delete(key);
  }
}
