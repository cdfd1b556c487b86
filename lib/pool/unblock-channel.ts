import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { ConnectError, ReplyError, type SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import type { Raw } from '../protocol/command-spec.js';
import { TICK_MS } from '../util/clock.js';

const PING_EVERY_TICKS = 1_000 / TICK_MS;
/** Errors of a socket that mean: nobody answers there. All others were told by somebody. */
const SILENT: ReadonlySet<unknown> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN']);

/**
 * A connection beside those that are blocked. A blocked connection owes a reply and rightly says nothing, so that only another one can tell
 * whether the server lives (PING, once a second), and can make it let go (CLIENT UNBLOCK). It leads to the same process as they do: when the
 * address may lead elsewhere, the lane takes a new one and this one stays with the connections it was opened for.
 */
export class UnblockConnection {
  /** Calls that may need it. */
  users = 0;
  readonly #config: ConnectionConfig;
  readonly #suspect: () => void;
  #connection: Connection | null = null;
  /** The node has been asked something, and has not answered. */
  #owes = false;
  #ticks = 0;
  #silentTicks = 0;
  #ended = false;

  constructor(config: ConnectionConfig, suspect: () => void) {
    this.#config = config;
    this.#suspect = suspect;
  }

  /** For how long the node has owed an answer, in ms of a running event loop of ours. */
  get silentMs(): number {
    return this.#silentTicks * TICK_MS;
  }

  /** Every tick of the clock while somebody uses it. */
  tick(): void {
    if (this.#owes) this.#silentTicks++;
    if (this.#ticks++ % PING_EVERY_TICKS !== 0 || this.#ended) return;
    if (this.#connection === null) this.#open();
    else if (!this.#owes) this.#ping(this.#connection);
  }

  /** Makes the server answer the connection with this id as if its time were over, or with an error. Rejects where that could not be asked. */
  unblock(id: number, how: 'TIMEOUT' | 'ERROR'): Promise<Raw> {
    return (this.#connection ?? this.#open()).request(['CLIENT', 'UNBLOCK', String(id), how]);
  }

  async reauthenticate(credentials: Credentials): Promise<void> {
    const connection = this.#connection;
    if (connection?.state !== 'ready') return;
    try {
      await connection.reauthenticate(credentials);
    } catch (error) {
      void connection.close();
      throw error;
    }
  }

  #open(): Connection {
    this.#owes = true;
    const connection = new Connection(this.#config, {
      ready: () => this.#answered(),
      stalled: () => this.#suspect(),
      recovered: () => this.#answered(),
      closed: (_, error) => {
        this.#connection = null;
        // After silence the silence goes on: the next PING opens another.
        if (error === null || !isSilence(error)) this.#answered();
      },
    });
    this.#connection = connection;
    return connection;
  }

  #ping(connection: Connection): void {
    this.#owes = true;
    connection.request(['PING']).then(
      () => this.#answered(),
      (error: unknown) => {
        if (error instanceof ReplyError) this.#answered();
      },
    );
  }

  #answered(): void {
    this.#owes = false;
    this.#silentTicks = 0;
  }

  destroy(): void {
    this.#ended = true;
    this.#connection?.destroy(null);
  }
}

/** Nobody said no: there was nobody. */
function isSilence(error: SlotwiseError): boolean {
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return SILENT.has(cause.code);
  return error instanceof ConnectError && cause === undefined;
}
