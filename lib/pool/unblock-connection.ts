import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { ConnectError, ReplyError, type SlotwiseError } from '../errors.js';
import type { Raw } from '../protocol/command-spec.js';
import { TICK_MS } from '../util/clock.js';

const PING_EVERY_TICKS = 1_000 / TICK_MS;
/** Socket errors that mean silence: nobody answers at that address. All others are an answer of the host or of a router. */
const SILENCE_CODES: ReadonlySet<unknown> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN']);

/**
 * Connection beside blocked ones, for CLIENT UNBLOCK and PING. A blocked connection owes a reply and rightly says nothing, so that only
 * another one can tell whether the server lives (PING, once a second), and can end the wait (CLIENT UNBLOCK). It leads to the same process
 * as they do: when the address may lead elsewhere, the pool opens a new one, and this one stays with the connections it was opened for.
 */
export class UnblockConnection {
  readonly #config: ConnectionConfig;
  readonly #onStalled: () => void;
  #connection: Connection | null = null;
  /** The node was asked something and has not answered. */
  #awaitsAnswer = false;
  #ticks = 0;
  #silentTicks = 0;
  #destroyed = false;

  /** `onStalled`: the node is asked and is silent. */
  constructor(config: ConnectionConfig, onStalled: () => void) {
    this.#config = config;
    this.#onStalled = onStalled;
  }

  /** Time for which the node has owed an answer, in ms of a running event loop of ours. */
  get silentMs(): number {
    return this.#silentTicks * TICK_MS;
  }

  /** The connection, if it is past its handshake. */
  get ready(): Connection | null {
    return this.#connection?.state === 'ready' ? this.#connection : null;
  }

  /** Every tick of the clock while calls need it. */
  tick(): void {
    if (this.#awaitsAnswer) this.#silentTicks++;
    if (this.#ticks++ % PING_EVERY_TICKS !== 0 || this.#destroyed) return;
    if (this.#connection === null) this.#open();
    else if (!this.#awaitsAnswer) this.#ping(this.#connection);
  }

  /**
   * Makes the server answer the connection with this id as if its time were over, or with an error. Rejects where the server could not be
   * asked.
   */
  unblock(id: number, how: 'TIMEOUT' | 'ERROR'): Promise<Raw> {
    return (this.#connection ?? this.#open()).request(['CLIENT', 'UNBLOCK', String(id), how]);
  }

  #open(): Connection {
    this.#awaitsAnswer = true;
    const connection = new Connection(this.#config, {
      ready: () => this.#answered(),
      stalled: () => this.#onStalled(),
      recovered: () => this.#answered(),
      closed: (_, error) => {
        this.#connection = null;
        // After silence the silence goes on: the next PING opens another connection.
        if (error === null || !isSilence(error)) this.#answered();
      },
    });
    this.#connection = connection;
    return connection;
  }

  #ping(connection: Connection): void {
    this.#awaitsAnswer = true;
    connection.request(['PING']).then(
      () => this.#answered(),
      (error: unknown) => {
        if (error instanceof ReplyError) this.#answered();
      },
    );
  }

  #answered(): void {
    this.#awaitsAnswer = false;
    this.#silentTicks = 0;
  }

  destroy(): void {
    this.#destroyed = true;
    this.#connection?.destroy(null);
  }
}

/** Whether nothing refused the connection: there was no answer at all. */
function isSilence(error: SlotwiseError): boolean {
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return SILENCE_CODES.has(cause.code);
  return error instanceof ConnectError && cause === undefined;
}
