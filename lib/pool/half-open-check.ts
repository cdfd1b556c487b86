import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { connectionLostError } from '../connection/connection-error.js';
import { areOfDifferentServers } from '../connection/handshake.js';
import { Reconnector } from '../connection/reconnector.js';
import { log } from '../diagnostics.js';
import { type ConnectionLostError, type SlotwiseError, TimeoutError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { clearTimeout, performance, setImmediate, setTimeout } from '../runtime/runtime.js';
import type { BackoffLimits } from '../util/backoff.js';
import { clock } from '../util/clock.js';
import { type Transitions, transition } from '../util/state-machine.js';
import { type Said, saidOf } from './client-list.js';

/**
 * A connection that stays silent for this long, in ms, although the server answers others, is half-open, or its writes are paused for too
 * long. Unless the server says that it has heard of it or works for it.
 */
const HALF_OPEN_MS = 3_000;
/** Period of the questions about the first connection, in ms, and the least time for an answer. */
const ASK_EVERY_MS = 1_000;

interface HalfOpenEvents {
  /** The server hangs. Told once more after every attempt to reach it that failed. */
  unresponsive(): void;
  /** What was not written had better go another way. Told again while that holds. */
  replaceable(): void;
}

/** What is found of the first connection; `elsewhere`: its server hung, and another one answers at the address. */
type Found = Said | 'elsewhere';

type CheckState = 'connecting' | 'answered' | 'unresponsive' | 'ended';

const TRANSITIONS: Transitions<CheckState> = {
  connecting: ['answered', 'unresponsive', 'ended'],
  unresponsive: ['unresponsive', 'answered', 'ended'],
  answered: ['unresponsive', 'ended'],
  ended: [],
};

/**
 * What follows from what the server says of the first connection: at once, and after 3 s of silence. `replace`: others get another
 * connection, and those who wait for a reply wait for it until their deadlines.
 */
const CONSEQUENCES: Readonly<Record<Found, readonly [atOnce: 'close' | 'wait' | 'replace', afterSilence: 'close' | 'wait' | 'replace']>> = {
  gone: ['close', 'close'],
  busy: ['wait', 'wait'],
  working: ['wait', 'wait'],
  heard: ['wait', 'wait'],
  unheard: ['wait', 'replace'],
  unknown: ['wait', 'replace'],
  elsewhere: ['replace', 'replace'],
};

/**
 * Check of a stalled connection: is it half-open, or does the server hang? A second connection is opened to find out; its
 * handshake is the question.
 *
 * | state | means | what follows |
 * |---|---|---|
 * | connecting | the second connection is on its way | |
 * | answered | the first one is half-open, or the server works for it, or holds its commands (`CLIENT PAUSE`, as every manual failover does) | the server is asked about the first one, once a second: see `CONSEQUENCES` |
 * | unresponsive | the server hangs, or one slow command keeps it busy | `unresponsive` is called, once more after every failed attempt |
 * | ended | the first connection had a byte, or closed | |
 *
 * When another node has taken the server's place (`replaced`), the connection to a server that hangs is closed. A server that answers is
 * about to answer on the first connection too, with MOVED or READONLY, which costs nothing; but not one that is busy.
 */
export class HalfOpenCheck {
  state: CheckState = 'connecting';
  readonly #config: ConnectionConfig;
  readonly #stalled: Connection;
  readonly #events: HalfOpenEvents;
  readonly #reconnector: Reconnector;
  readonly #connectTimer: NodeJS.Timeout;
  #askTimer: NodeJS.Timeout | undefined;
  #answeredAt = 0;
  #said: Found = 'unknown';
  /** It was found to hang before. */
  #hung = false;
  #second: Connection;
  #replacedBy: ConnectionLostError | null = null;

  constructor(config: ConnectionConfig, reconnect: BackoffLimits, stalled: Connection, events: HalfOpenEvents) {
    this.#config = config;
    this.#stalled = stalled;
    this.#events = events;
    this.#reconnector = new Reconnector(reconnect, () => {
      this.#second = this.#open();
    });
    // Enough for TCP, TLS and HELLO. After a poll phase, in which the answer is read if our own loop was late.
    this.#connectTimer = setTimeout(() => setImmediate(() => this.#failed()), stalled.liveness.limitMs / 2);
    this.#second = this.#open();
  }

  #change(next: CheckState): void {
    this.state = transition(TRANSITIONS, this.state, next);
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#askTimer);
    this.#said = 'unknown';
  }

  #open(): Connection {
    const second = new Connection(this.#config, {
      ready: () => {
        this.#reconnector.ready();
        if (this.state === 'answered') return;
        this.#change('answered');
        log.pool('%s answers on a second connection, the first one is stalled', second.key);
        this.#answeredAt = performance.now();
        void this.#ask(second);
      },
      closed: (_, error) => {
        if (this.state === 'ended' || error === null) return;
        // First, because whatever follows may end this check.
        this.#reconnector.failed();
        this.#failed();
      },
    });
    this.#reconnector.opened();
    return second;
  }

  /** The second connection was refused, or takes too long. */
  #failed(): void {
    if (this.state === 'connecting' || this.state === 'unresponsive') this.#hangs();
  }

  #hangs(): void {
    this.#change('unresponsive');
    this.#hung = true;
    this.#events.unresponsive();
    if (this.#replacedBy !== null) this.#stalled.destroy(this.#replacedBy);
  }

  /** Another node has the server's place. `error`: what calls in flight are told if the server hangs. */
  replaced(error: ConnectionLostError): void {
    this.#replacedBy = error;
    if (this.state === 'unresponsive' || this.#said === 'busy') this.#stalled.destroy(error);
  }

  /** A server was reached at the address by other means, perhaps not the one that hangs: it is asked anew. */
  askNow(): void {
    if (this.state !== 'unresponsive') return;
    this.#second.destroy(connectionLostError(this.#stalled.key, 'does not answer'));
    this.#reconnector.reopenNow();
  }

  /** Has the second connection log in again. If the server refuses it, another takes its place. */
  reauthenticate(credentials: Credentials): void {
    const second = this.#second;
    if (second.state !== 'ready') return;
    second.reauthenticate(credentials).catch((error: unknown) => second.destroy(error as SlotwiseError)); // what it rejects with
  }

  // --- what the server says of the first connection

  async #ask(second: Connection): Promise<void> {
    const { id } = this.#stalled.server;
    // Another server knows nothing of the first connection.
    const isElsewhere = areOfDifferentServers(this.#stalled.server, second.server);
    const isAskable = id !== null && !isElsewhere;
    const timeoutMs = Math.max(ASK_EVERY_MS, this.#stalled.liveness.limitMs);
    const question = isAskable ? second.request(['CLIENT', 'LIST', 'ID', String(id)], clock.deadlineIn(timeoutMs)) : null;
    const answer = await question?.catch((error: unknown) => error as Error); // all that it rejects with
    if (this.state !== 'answered') return;
    if (answer instanceof TimeoutError) {
      // Another one finds out whether the server answers again.
      second.destroy(answer);
      if (this.state === 'answered') this.#hangs();
      return;
    }
    if (isElsewhere && this.#hung) this.#conclude('elsewhere');
    else this.#conclude(answer === undefined ? 'unknown' : saidOf(answer));
  }

  #conclude(said: Found): void {
    this.#said = said;
    const leftMs = HALF_OPEN_MS - (performance.now() - this.#answeredAt);
    const [atOnce, afterSilence] = CONSEQUENCES[said];
    const consequence = leftMs > 0 ? atOnce : afterSilence;
    if (said === 'busy' && this.#replacedBy !== null) {
      this.#stalled.destroy(this.#replacedBy);
      return;
    }
    // Those calls have ended at their deadlines: a connection whose replies do not come is of no use to others.
    if (consequence === 'close' || (leftMs <= 0 && said !== 'busy' && !this.#stalled.isAwaited)) {
      this.#stalled.destroy(connectionLostError(this.#stalled.key, 'answers, but not on this connection'));
      return;
    }
    if (consequence === 'replace') this.#events.replaceable();
    if (this.state !== 'answered') return;
    // An answer that says nothing today says nothing in a second, and servers keep a log of what they refuse.
    const next = said === 'unknown' || said === 'elsewhere' ? (): void => this.#conclude(said) : (): void => void this.#ask(this.#second);
    this.#askTimer = setTimeout(next, leftMs > 0 ? Math.min(ASK_EVERY_MS, leftMs) : ASK_EVERY_MS);
  }

  end(): void {
    this.#change('ended');
    this.#reconnector.stop();
    this.#second.destroy(null);
  }
}
