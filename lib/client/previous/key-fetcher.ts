import {
  ConnectError,
  ConnectionLostError,
  NoNodeError,
  OptionsError,
  QueueFullError,
  ReplyError,
  type SlotwiseError,
  TimeoutError,
  TopologyError,
  withoutStack,
} from '../../errors.js';
import type { Options } from '../../options/defaults.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { isPassing } from '../../protocol/resp/reply-error.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import { backoffMs } from '../../util/backoff.js';
import type { View } from '../view.js';
import { Carrier, SHORTEST_WAIT_MS } from './carrier.js';
import type { NextPlace, PreviousPlace, Primary } from './places.js';
import { TargetLogin } from './target-login.js';

const DEL = command('DEL');

/** A previous server that cannot reach a new one for so long, while this client can, is told to the caller, in ms. */
const UNREACHED_MS = 1_000;
/** The same where it waits in vain for an answer: the new server may be busy, or send keys itself meanwhile. In ms. */
const UNANSWERED_MS = 15_000;
const BACKOFF = { minMs: 2, maxMs: 100 };

/** What becomes known while a key is fetched. */
export interface FetchEvents {
  /** The key has come over. */
  fetched(): void;
  /** The key was in both places, and not by our own doing. */
  duplicate(error: SlotwiseError): void;
}

/** Fetch of one key, as those know it who wait for it. */
export interface FetchRequest {
  /** Somebody still waits. */
  isWanted(): boolean;
  /** It has not worked yet, because of this. */
  failed(error: SlotwiseError): void;
}

/**
 * Fetcher of keys from the previous place, by MIGRATE at their primary there. What is tried again is harmless: a key that has come over
 * already is absent there, or in both places, where the new one counts. Only writes that were behind a fetch change a key at the new place,
 * so what is left at the previous place is never newer.
 */
export class KeyFetcher {
  readonly #next: NextPlace;
  readonly #previous: PreviousPlace;
  readonly #failFast: boolean;
  readonly #database: number;
  readonly #login: TargetLogin;
  readonly #view: View;
  readonly #events: FetchEvents;
  readonly #carrier: Carrier;
  #connected: Promise<void> | null = null;

  /** `options`: those of the client, whose place the keys go to. */
  constructor(next: NextPlace, previous: PreviousPlace, options: Options, events: FetchEvents) {
    this.#next = next;
    this.#previous = previous;
    this.#failFast = options.failFast;
    this.#database = options.database;
    this.#login = new TargetLogin(options.credentials, options.connectTimeoutMs);
    this.#view = previous.view({ idempotent: true });
    this.#events = events;
    // Sent again by the previous client, a copy of our own would be told as a duplicate.
    this.#carrier = new Carrier(previous, options.database, this.#login, previous.view({}));
  }

  /** Whether the key is at the same server in both places, in the same database. Null: that is not known yet. */
  isHere(key: Arg): boolean | null {
    const from = this.#previous.primaryOf(key);
    const to = this.#next.primaryOf(key);
    return from === null || to === null ? null : from.node.key === to.node.key && this.#database === this.#previous.options.database;
  }

  /**
   * Resolves when the previous place does not have the key any more; or with false when nobody waits for that. Rejects where waiting does not
   * help: nothing has been sent then of what waits.
   */
  async bring(key: Arg, request: FetchRequest): Promise<boolean> {
    let isOwnCopy = false;
    let unreachedSince = Number.POSITIVE_INFINITY;
    for (let failures = 0; request.isWanted(); failures++) {
      if (failures > 0) await sleep(backoffMs(failures - 1, BACKOFF));
      const ends = await this.#ends(key, request);
      if (ends === null) continue;
      const { from, to } = ends;
      if (from.node.key === to.node.key) {
        if (this.#database === this.#previous.options.database) return true;
        throw toItselfError(from, this.#previous.options.database, this.#database);
      }
      const askedAt = performance.now();
      const verdict = await this.#carrier.carry(key, from, to);
      if (verdict === 'mute' || 'lost' in verdict) {
        this.#failed(verdict, to, request);
        // It may have run without an answer.
        isOwnCopy ||= verdict !== 'mute';
        continue;
      }
      const error = verdict.error;
      if (verdict.kind === 'moved') this.#events.fetched();
      if (error === null) return true;
      if (verdict.kind === 'duplicate') {
        if (await this.#deleteOld(key, request)) {
          if (!isOwnCopy) this.#events.duplicate(duplicateError(from, to));
          return true;
        }
        continue;
      }
      isOwnCopy ||= verdict.copied;
      request.failed(failedError(from, to, error));
      if (verdict.kind === 'elsewhere') this.#next.redirected(error, to.node.key);
      else if (verdict.kind === 'again' && error.code === 'IOERR') {
        const now = performance.now();
        unreachedSince = Math.min(unreachedSince, now);
        const hasWaited = now - askedAt >= SHORTEST_WAIT_MS && /reading/.test(error.message);
        const isOver = now - unreachedSince >= (hasWaited ? UNANSWERED_MS : UNREACHED_MS);
        if (isOver && to.node.unreachableReason === null) throw unreachedError(from, to, error);
      } else if (verdict.kind === 'refused' && this.#mayLogInOtherwise(error, failures)) this.#login.forget();
      else if (verdict.kind !== 'again' && !(verdict.kind === 'source' && isPassing(error))) throw failedError(from, to, error);
    }
    return false;
  }

  /** Both primaries of the key; null: one is not known, or cannot be reached. */
  async #ends(key: Arg, request: FetchRequest): Promise<{ readonly from: Primary; readonly to: Primary } | null> {
    let from = this.#previous.primaryOf(key);
    if (from === null) {
      await this.#whenKnown(request);
      from = this.#previous.primaryOf(key);
    }
    const to = this.#next.primaryOf(key);
    if (from !== null && to !== null && (from.node.key === to.node.key || to.node.unreachableReason === null)) return { from, to };
    const place = from === null ? this.#previous : this.#next;
    const why = from === null ? 'the previous place has no primary for a key' : 'a key cannot be fetched to its primary';
    place.wake(why);
    const cause = from === null ? undefined : (to?.node.unreachableReason ?? undefined);
    const error = withoutStack(() => new NoNodeError(cause === undefined ? why : `${why}: ${cause.message}`, { cause }));
    request.failed(error);
    if (this.#failFast) throw error;
    return null;
  }

  /** Waits until the servers of the previous place are known. */
  async #whenKnown(request: FetchRequest): Promise<void> {
    this.#connected ??= this.#previous.connect().finally(() => {
      this.#connected = null;
    });
    try {
      await this.#connected;
    } catch (error) {
      this.#passOrThrow(error, request);
    }
  }

  /** Nothing is known of the key: throws where that does not pass by itself. */
  #failed(what: 'mute' | { readonly lost: unknown }, { node }: Primary, request: FetchRequest): void {
    if (what !== 'mute') {
      this.#passOrThrow(what.lost, request);
      return;
    }
    this.#next.wake(`${node.key} does not answer`);
    request.failed(withoutStack(() => new NoNodeError(`${node.key}, where the key goes to, does not answer`, { node: node.key })));
  }

  /** Deletes the key at the previous place: the new place has it, and else it would come back when that deletes it. */
  async #deleteOld(key: Arg, request: FetchRequest): Promise<boolean> {
    try {
      await this.#previous.run(DEL, [key], null, this.#view);
      return true;
    } catch (error) {
      this.#passOrThrow(error, request);
      return false;
    }
  }

  #mayLogInOtherwise({ code }: ReplyError, failures: number): boolean {
    return (code === 'NOAUTH' || code === 'WRONGPASS') && this.#login.mayChange && failures === 0;
  }

  /** Throws what does not pass by itself. */
  #passOrThrow(error: unknown, request: FetchRequest): void {
    if (!mayPass(error) || (this.#failFast && error instanceof NoNodeError)) throw error;
    request.failed(error);
  }
}

/** Whether the previous place may answer at another time. */
export function mayPass(error: unknown): error is SlotwiseError {
  if (isMisconfigured(error)) return false;
  return error instanceof ReplyError ? isPassing(error) : PASSING.some((type) => error instanceof type);
}

const PASSING = [TimeoutError, ConnectionLostError, NoNodeError, ConnectError, QueueFullError, TopologyError] as const;

function failedError({ node: from }: Primary, { node: to }: Primary, error: ReplyError): ReplyError {
  const message = `${error.code} the key could not be fetched from ${from.key} to ${to.key}: ${error.message}`;
  return withoutStack(() => new ReplyError(error.code, message, { node: from.key, executed: 'no', cause: error }));
}

function unreachedError({ node: from }: Primary, { node: to }: Primary, cause: ReplyError): ConnectError {
  const message = `${from.key} cannot reach ${to.key}, where its keys go to, though this client can: ${cause.message}`;
  return withoutStack(() => new ConnectError(message, { node: from.key, cause }));
}

function toItselfError({ node }: Primary, database: number, to: number): OptionsError {
  const problem = `${node.key} is in both places, with database ${database} before and ${to} now: no server sends a key to itself`;
  return withoutStack(() => new OptionsError('options.previous', problem));
}

function duplicateError({ node: from }: Primary, { node: to }: Primary): ReplyError {
  const message = `BUSYKEY a key was at ${from.key} and at ${to.key}: the one at ${to.key} counts, the other was deleted`;
  return new ReplyError('BUSYKEY', message, { node: from.key });
}
