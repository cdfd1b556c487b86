import { askForCredentials } from '../../connection/credentials.js';
import { type Reauthenticating, reauthenticateAll } from '../../connection/reauthenticate-all.js';
import { AuthError, ClosedError, type SlotwiseError } from '../../errors.js';
import type { CredentialSource, Credentials } from '../../options/access.js';
import { clearTimeout, performance, setTimeout } from '../../runtime/runtime.js';
import { backoffMs } from '../../util/backoff.js';

/** Credentials are refreshed after this part of their life; the rest is for attempts that fail. */
const PART_OF_LIFE = 0.8;
/** Limits of the delay after a failed refresh, in ms. */
const RETRY = { minMs: 500, maxMs: 30_000 };
/** A timer of Node cannot hold more than this, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Credential source of connections, which also has the live ones log in again: before credentials with `expiresInMs` expire, with what the
 * option's function gives then. One timer, for the credentials that expire first; a failed refresh is repeated with backoff.
 */
export class CredentialRefresher {
  readonly #given: CredentialSource | null;
  readonly #failed: (error: SlotwiseError) => void;
  readonly #timeoutMs: number;
  readonly #connections: (() => readonly Reauthenticating[])[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #failures = 0;
  /** Number of renewals. */
  #generation = 0;
  #stopped = false;

  /**
   * `failed`: gets every refusal of a server, and the error when credentials that are due cannot be had. `timeoutMs`: how long the function
   * may take; that of a connection is bounded by the connection's own time.
   */
  constructor(given: CredentialSource | null, failed: (error: SlotwiseError) => void, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#given = given;
    this.#failed = failed;
  }

  /** The source that connections use in place of the given one. */
  get source(): CredentialSource | null {
    if (typeof this.#given !== 'function') return this.#given;
    const source = (): Promise<Credentials> => this.#fetch();
    return Object.defineProperty(source, 'generation', { get: () => this.#generation });
  }

  /** Adds connections that have to log in again; `list` is called at each refresh. */
  add(list: () => readonly Reauthenticating[]): void {
    this.#connections.push(list);
  }

  /** Credentials for one new connection. The others keep theirs, so an earlier date stays. */
  async #fetch(): Promise<Credentials> {
    const credentials = await askForCredentials(this.#given);
    this.#watch(credentials);
    return credentials;
  }

  /** Has all connections log in again now, with what the function gives now. Rejects if a server refuses. */
  async renew(): Promise<void> {
    if (this.#given === null) return;
    const credentials = await askForCredentials(this.#given, this.#timeoutMs);
    if (this.#stopped) throw new ClosedError('the client was closed');
    this.#cancel();
    this.#watch(credentials);
    // Connections whose handshake is under way see it at its end, the others are told.
    this.#generation++;
    await this.#apply(credentials);
  }

  #apply(credentials: Credentials): Promise<void> {
    const connections = this.#connections.flatMap((list) => list());
    return reauthenticateAll(connections, credentials, (_, error) => this.#failed(error as AuthError)); // nothing else rejects
  }

  #watch({ expiresInMs }: Credentials): void {
    if (expiresInMs !== undefined) this.#renewIn(Math.min(LONGEST_MS, expiresInMs * PART_OF_LIFE));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #renewIn(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#stopped || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => void this.#renewOnTime(), ms).unref();
  }

  async #renewOnTime(): Promise<void> {
    this.#cancel();
    try {
      await this.renew();
      this.#failures = 0;
    } catch (error) {
      if (this.#stopped) return;
      // A refusal is reported where it happens.
      // A function that fails is asked again and again: its first failure in a row is told.
      if (!(error instanceof AuthError) && this.#failures === 0) this.#failed(error as SlotwiseError); // `renew` rejects with nothing else
      this.#renewIn(backoffMs(this.#failures++, RETRY));
    }
  }
}
