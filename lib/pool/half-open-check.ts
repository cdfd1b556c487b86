import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { log } from '../diagnostics.js';
import { ConnectionLostError } from '../errors.js';
import { type BackoffLimits, backoffMs } from '../util/backoff.js';

/** A connection that stays silent for this long although the server answers others is half-open, or its writes are paused for too long. */
const HALF_OPEN_MS = 3_000;

/**
 * What is found out about a connection that owes replies and says nothing. A fresh connection is tried; its handshake is the question.
 *
 * | the fresh connection | means | what follows |
 * |---|---|---|
 * | answers | the old one is half-open, or the server holds its commands (`CLIENT PAUSE`, as every manual failover does) | after 3 s it is closed |
 * | does not answer in time | the server hangs, or one slow command keeps it busy | `unresponsive`, once |
 *
 * The first byte on the old connection ends it (`end`), whatever was found. When another node has taken the server's place (`replaced`), a server
 * that hangs is given up; one that answers is about to answer on the old connection too, with MOVED or READONLY, which costs nothing.
 */
export class HalfOpenCheck {
  readonly #config: ConnectionConfig;
  readonly #reconnect: BackoffLimits;
  readonly #suspect: Connection;
  readonly #unresponsive: () => void;
  readonly #timer: NodeJS.Timeout;
  #fresh: Connection | null = null;
  #halfOpenTimer: NodeJS.Timeout | undefined;
  #askTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  #hangs = false;
  #replacedBy: ConnectionLostError | null = null;
  #over = false;

  constructor(config: ConnectionConfig, reconnect: BackoffLimits, suspect: Connection, unresponsive: () => void) {
    this.#config = config;
    this.#reconnect = reconnect;
    this.#suspect = suspect;
    this.#unresponsive = unresponsive;
    // Enough for TCP, TLS and HELLO. After a poll phase, in which its answer is read if our own loop was late.
    this.#timer = setTimeout(() => setImmediate(() => this.#conclude()), suspect.liveness.limitMs / 2);
    this.#ask();
  }

  #ask(): void {
    const fresh = new Connection(this.#config, {
      ready: () => {
        clearTimeout(this.#timer);
        this.#hangs = false;
        log.pool('%s answers a fresh connection, the old one is silent', fresh.key);
        this.#halfOpenTimer ??= setTimeout(() => this.#giveUp(), HALF_OPEN_MS);
      },
      closed: (_, error) => {
        if (this.#over || error === null) return;
        this.#conclude();
        this.#askTimer = setTimeout(() => this.#ask(), backoffMs(this.#failures++, this.#reconnect));
      },
    });
    this.#fresh = fresh;
  }

  #conclude(): void {
    clearTimeout(this.#timer);
    if (this.#over || this.#halfOpenTimer !== undefined) return;
    this.#hangs = true;
    this.#unresponsive();
    if (this.#replacedBy !== null) this.#suspect.destroy(this.#replacedBy);
  }

  /** Another node has its place. `error`: what its in-flight calls are told if it hangs. */
  replaced(error: ConnectionLostError): void {
    this.#replacedBy = error;
    if (this.#hangs) this.#suspect.destroy(error);
  }

  #giveUp(): void {
    const { key } = this.#suspect;
    this.#suspect.destroy(new ConnectionLostError(`${key} answers, but not on this connection`, { node: key }));
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#askTimer);
    clearTimeout(this.#halfOpenTimer);
    this.#fresh?.destroy(null);
  }
}
