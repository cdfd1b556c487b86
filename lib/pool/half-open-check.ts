import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { connectionLostError } from '../connection/connection-error.js';
import { Reconnector } from '../connection/reconnector.js';
import { log } from '../diagnostics.js';
import type { ConnectionLostError } from '../errors.js';
import type { BackoffLimits } from '../util/backoff.js';
import { type Transitions, transition } from '../util/state-machine.js';
import { clearTimeout, setImmediate, setTimeout } from '../util/timers.js';

/**
 * A connection that stays silent for this long, in ms, although the server answers others, is half-open, or its writes are paused for too
 * long.
 */
const HALF_OPEN_MS = 3_000;

type CheckState = 'connecting' | 'answered' | 'unresponsive' | 'ended';

const TRANSITIONS: Transitions<CheckState> = {
  connecting: ['answered', 'unresponsive', 'ended'],
  unresponsive: ['unresponsive', 'answered', 'ended'],
  answered: ['ended'],
  ended: [],
};

/**
 * Check of a stalled connection: is it half-open, or does the server hang? A second connection is opened to find out; its
 * handshake is the question.
 *
 * | state | means | what follows |
 * |---|---|---|
 * | connecting | the second connection is on its way | |
 * | answered | the first one is half-open, or the server holds its commands (`CLIENT PAUSE`, as every manual failover does) | after 3 s it is closed |
 * | unresponsive | the server hangs, or one slow command keeps it busy | `unresponsive` is called, once more after every failed attempt |
 * | ended | the first connection had a byte, or closed | |
 *
 * When another node has taken the server's place (`replaced`), the connection to a server that hangs is closed. A server that answers is
 * about to answer on the first connection too, with MOVED or READONLY, which costs nothing.
 */
export class HalfOpenCheck {
  state: CheckState = 'connecting';
  readonly #config: ConnectionConfig;
  readonly #stalled: Connection;
  readonly #unresponsive: () => void;
  readonly #reconnector: Reconnector;
  readonly #connectTimer: NodeJS.Timeout;
  #halfOpenTimer: NodeJS.Timeout | undefined;
  #second: Connection | null = null;
  #replacedBy: ConnectionLostError | null = null;

  constructor(config: ConnectionConfig, reconnect: BackoffLimits, stalled: Connection, unresponsive: () => void) {
    this.#config = config;
    this.#stalled = stalled;
    this.#unresponsive = unresponsive;
    this.#reconnector = new Reconnector(reconnect, () => this.#open());
    // Enough for TCP, TLS and HELLO. After a poll phase, in which the answer is read if our own loop was late.
    this.#connectTimer = setTimeout(() => setImmediate(() => this.#failed()), stalled.liveness.limitMs / 2);
    this.#open();
  }

  #change(next: CheckState): void {
    this.state = transition(TRANSITIONS, this.state, next);
    clearTimeout(this.#connectTimer);
  }

  #open(): void {
    const second = new Connection(this.#config, {
      ready: () => {
        this.#reconnector.ready();
        if (this.state === 'answered') return;
        this.#change('answered');
        log.pool('%s answers on a second connection, the first one is stalled', second.key);
        this.#halfOpenTimer = setTimeout(() => this.#close(), HALF_OPEN_MS);
      },
      closed: (_, error) => {
        if (this.state === 'ended' || error === null) return;
        // First, because whatever follows may end this check.
        this.#reconnector.failed();
        this.#failed();
      },
    });
    this.#second = second;
    this.#reconnector.opened();
  }

  /** The second connection was refused, or takes too long. */
  #failed(): void {
    if (this.state === 'ended' || this.state === 'answered') return;
    this.#change('unresponsive');
    this.#unresponsive();
    if (this.#replacedBy !== null) this.#stalled.destroy(this.#replacedBy);
  }

  /** Another node has the server's place. `error`: what calls in flight are told if the server hangs. */
  replaced(error: ConnectionLostError): void {
    this.#replacedBy = error;
    if (this.state === 'unresponsive') this.#stalled.destroy(error);
  }

  #close(): void {
    this.#stalled.destroy(connectionLostError(this.#stalled.key, 'answers, but not on this connection'));
  }

  end(): void {
    this.#change('ended');
    clearTimeout(this.#halfOpenTimer);
    this.#reconnector.stop();
    this.#second?.destroy(null);
  }
}
