import { ClosedError, ConnectError, SlotwiseError, show } from '../../errors.js';
import type { CredentialSource, Credentials } from '../../options/access.js';
import { backoffMs } from '../../util/backoff.js';

/** The rest of a token's life is for attempts that fail. */
const PART_OF_LIFE = 0.8;
const RETRY = { minMs: 500, maxMs: 30_000 };
/** More than this a timer of Node cannot hold. */
const LONGEST_MS = 2 ** 31 - 1;

export interface CredentialHandlers {
  /** Has the live connections log in. Rejects if a server refuses. */
  readonly apply: (credentials: Credentials) => Promise<void>;
  /** Credentials could not be had when they were due. */
  readonly failed: (error: SlotwiseError) => void;
}

/**
 * Where connections get their credentials, and when those that live log in again: before credentials with `expiresInMs` expire, with what the
 * function gives then. One timer, by the credentials that expire first; a failure is followed by another attempt after a moment.
 */
export class CredentialRefresher {
  readonly #given: CredentialSource | null;
  readonly #handlers: CredentialHandlers;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #failures = 0;
  #stopped = false;

  constructor(given: CredentialSource | null, handlers: CredentialHandlers) {
    this.#given = given;
    this.#handlers = handlers;
  }

  /** What connections use instead of what was given. */
  get source(): CredentialSource | null {
    return typeof this.#given === 'function' ? () => this.#fetch() : this.#given;
  }

  /** For one connection. The others have what they have, so an earlier date stays. */
  async #fetch(): Promise<Credentials> {
    const credentials = await this.#ask();
    this.#watch(credentials);
    return credentials;
  }

  /** Logs in again now, with what the function gives now. */
  async renew(): Promise<void> {
    if (this.#given === null) return;
    const credentials = await this.#ask();
    if (this.#stopped) throw new ClosedError('the client was closed');
    this.#cancel();
    this.#watch(credentials);
    await this.#handlers.apply(credentials);
  }

  async #ask(): Promise<Credentials> {
    try {
      return checked(typeof this.#given === 'function' ? await this.#given() : this.#given);
    } catch (error) {
      if (error instanceof SlotwiseError) throw error;
      throw new ConnectError(`credentials could not be had: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
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
      this.#handlers.failed(error as SlotwiseError); // `renew` rejects with nothing else
      this.#renewIn(backoffMs(this.#failures++, RETRY));
    }
  }
}

/** What a function of the user's gave. */
function checked(given: Credentials | null): Credentials {
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  if (typeof given !== 'object' || given === null || typeof given.password !== 'string' || !isText(given.username)) {
    throw new TypeError(`expected { username?, password, expiresInMs? } from credentials(), got ${show(given)}`);
  }
  const { expiresInMs = 1 } = given;
  if (!(expiresInMs > 0)) throw new TypeError(`expected a positive expiresInMs from credentials(), got ${show(expiresInMs)}`);
  return given;
}
