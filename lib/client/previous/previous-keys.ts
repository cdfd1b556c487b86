import { releaseUsage } from '../../connection/deadlines.js';
import { type ClosedError, SlotwiseError } from '../../errors.js';
import type { Options } from '../../options/defaults.js';
import type { Call } from '../../protocol/call.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { closedError, errorFor, rejectCall } from '../dispatch/call-errors.js';
import type { CallGate } from '../dispatch/call-factory.js';
import { type View, viewOf } from '../view.js';
import { keysOfCall } from './call-keys.js';
import { type FetchEvents, KeyFetcher } from './key-fetcher.js';
import { KeyLanes, type KeyWork } from './key-lanes.js';
import { KnownKeys, keyName } from './known-keys.js';
import type { NextPlace, PreviousPlace } from './places.js';
import { ReadThrough } from './read-through.js';
import { type WaitingCall, WaitingCalls } from './waiting-calls.js';

/** How many keys are remembered that the previous place does not have. */
const MOST_KNOWN = 131_072;

/** Counters of what the previous place was asked for. */
export interface MoveCounters {
  /** Keys that were fetched over. */
  fetched: number;
  /** Reads that the previous place answered. */
  served: number;
  /** Keys that were in both places. */
  duplicates: number;
}

/**
 * Keys that may still be at the previous place. Stands between the making of a call and its dispatch:
 *
 * | call | what happens |
 * |---|---|
 * | without keys | it goes to the new place; what changes all keys is refused |
 * | all its keys are known not to be at the previous place, and nothing is done with them at the moment | it goes to the new place |
 * | reads one key, and its reply shows a miss | see `ReadThrough` |
 * | any other | its keys are fetched over, then it goes to the new place |
 *
 * What is done with one key keeps its order: see `KeyLanes`.
 */
export class PreviousKeys implements CallGate {
  readonly counters: MoveCounters = { fetched: 0, served: 0, duplicates: 0 };
  readonly #next: NextPlace;
  readonly #previous: PreviousPlace;
  readonly #fetcher: KeyFetcher;
  readonly #known = new KnownKeys(MOST_KNOWN);
  readonly #lanes = new KeyLanes();
  /** Names of the keys that are being fetched, and why they are not here yet. */
  readonly #fetches = new Map<string, SlotwiseError | null>();
  readonly #waiting = new WaitingCalls('its key may be at the previous place, which has not given it');
  readonly #views = new Map<number, View>();
  #isClosed = false;

  /** `options`: those of the client. `failed`: gets what no call is told. */
  constructor(next: NextPlace, previous: PreviousPlace, options: Options, failed: (error: SlotwiseError) => void) {
    this.#next = next;
    this.#previous = previous;
    const events: FetchEvents = {
      fetched: () => {
        this.counters.fetched++;
      },
      duplicate: (error) => {
        this.counters.duplicates++;
        failed(error);
      },
    };
    this.#fetcher = new KeyFetcher(next, previous, options, events);
  }

  /** How many calls wait for keys. */
  get waiting(): number {
    return this.#waiting.size;
  }

  hold(call: Call, slot: number): boolean {
    return this.holdUntil(call, slot, () => this.#next.dispatch(call, slot));
  }

  /** Has a call wait, which goes on by `go`. False: it need not wait. A call with a `slot` of null is not dispatched by this client. */
  holdUntil(call: Call, slot: number | null, go: () => void): boolean {
    let given: ReturnType<typeof keysOfCall>;
    try {
      given = keysOfCall(call);
    } catch (error) {
      rejectCall(call, error);
      return true;
    }
    if (given === null) return false;
    const [first = ''] = given.keys;
    const keys = new Map(given.keys.map((key) => [keyName(key), key]));
    const names = [...keys.keys()];
    const isKnown = names.every((name) => this.#known.has(name) && this.#lanes.isFree(name));
    const isRead = given.shared && slot !== null;
    // A replica may not have yet what came over: where it misses a key the primary is asked.
    if (isKnown && !(isRead && viewOf(call).policyOf(call.spec) !== null)) return false;
    if (this.#isClosed) rejectCall(call, closedError(call.spec));
    else if (isRead) this.#enterRead(call, slot, first, keyName(first));
    else return this.#enterOther(call, keys, go);
    return true;
  }

  #enterRead(call: Call, slot: number, key: Arg, name: string): void {
    let read: ReadThrough | null = null;
    const work: KeyWork = { keys: [name], shared: true, missing: new Set(), go: () => start(), fail: () => {} };
    const waiting: WaitingCall = {
      call,
      isDueElsewhere: () => read?.isAskingPrevious === false,
      cause: () => null,
      over: () => (read === null ? this.#lanes.leave(work) : this.#lanes.ended(work)),
    };
    const start = (): void => {
      read = new ReadThrough(call, slot, {
        dispatch: (own, to) => this.#next.dispatch(own, to),
        askPrevious: () => this.#askPrevious(call),
        isHere: () => this.#known.has(name) || this.#fetcher.isHere(key) === true,
        absent: () => this.#known.add(name),
        found: () => {
          this.counters.served++;
        },
        ended: () => this.#readEnded(waiting),
      });
      read.start();
    };
    const goes = this.#lanes.enter(work);
    this.#waiting.add(waiting);
    if (goes) start();
  }

  #readEnded(waiting: WaitingCall): boolean {
    if (!this.#waiting.take(waiting)) return false;
    releaseUsage(waiting.call);
    waiting.over();
    return true;
  }

  #askPrevious({ spec, args, mode }: Call): Promise<Raw> {
    let view = this.#views.get(mode);
    if (view === undefined) {
      view = this.#previous.view({}).withMode(mode);
      this.#views.set(mode, view);
    }
    return this.#previous.run(spec, args, null, view) as Promise<Raw>; // no decoder
  }

  /** False: it may go at once. */
  #enterOther(call: Call, keys: ReadonlyMap<string, Arg>, go: () => void): boolean {
    const work: KeyWork = {
      keys: [...keys.keys()],
      shared: false,
      missing: new Set([...keys.keys()].filter((name) => !this.#known.has(name))),
      go: () => {
        if (this.#waiting.take(waiting)) go();
      },
      fail: (error) => {
        if (!this.#waiting.take(waiting)) return;
        this.#lanes.leave(work);
        rejectCall(call, error instanceof SlotwiseError ? errorFor(call, { kind: 'not-sent', error }) : error);
      },
    };
    const waiting: WaitingCall = {
      call,
      isDueElsewhere: () => false,
      cause: () => this.#causeOf(work),
      over: () => this.#lanes.leave(work),
    };
    if (this.#lanes.enter(work)) return false;
    this.#waiting.add(waiting);
    for (const name of [...work.missing]) if (!this.#fetches.has(name)) void this.#fetch(keys.get(name) ?? '', name);
    return true;
  }

  #causeOf({ missing }: KeyWork): SlotwiseError | null {
    for (const name of missing) {
      const cause = this.#fetches.get(name);
      if (cause) return cause;
    }
    return null;
  }

  /** Fetches a key for all that wait for it. */
  async #fetch(key: Arg, name: string): Promise<void> {
    this.#fetches.set(name, null);
    try {
      const request = { isWanted: () => this.#lanes.isAwaited(name), failed: (error: SlotwiseError) => this.#fetches.set(name, error) };
      let isHere = false;
      // What comes when nobody waited any more begins it again.
      while (!isHere && this.#lanes.isAwaited(name)) isHere = await this.#fetcher.bring(key, request);
      this.#fetches.delete(name);
      if (!isHere) return;
      this.#known.add(name);
      this.#lanes.fetched(name);
    } catch (error) {
      this.#fetches.delete(name);
      for (const work of this.#lanes.awaiting(name)) work.fail(error);
    }
  }

  /** The client ends: rejects what waits. */
  destroy(error: ClosedError): void {
    this.#isClosed = true;
    this.#waiting.rejectAll((call) => errorFor(call, { kind: 'not-sent', error }));
  }
}
