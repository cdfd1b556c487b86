import { type Call, newCall, SETTLED } from '../../protocol/call.js';
import { sinkExtras } from '../../protocol/call-extras.js';
import { isMiss, provesAbsence } from '../../protocol/catalog/misses.js';
import type { Raw } from '../../protocol/command-spec.js';
import type { OutcomeSink } from '../../protocol/outcome.js';
import { sleep } from '../../runtime/runtime.js';
import { backoffMs } from '../../util/backoff.js';
import { viewOf } from '../view.js';
import { mayPass } from './key-fetcher.js';

/** What a read needs that may have to look at both places. */
export interface ReadPlaces {
  dispatch(call: Call, slot: number): void;
  /** Asks the previous place. */
  askPrevious(): Promise<Raw>;
  /** The previous place does not have the key, or at the same server: it need not be asked. */
  isHere(): boolean;
  /** The previous place does not have the key. */
  absent(): void;
  /** The previous place had what was read. */
  found(): void;
  /** The read has an outcome, which its call does not have yet. False: the call is settled, and nothing is left to do. */
  ended(): boolean;
}

const BACKOFF = { minMs: 2, maxMs: 100 };

/** Which call it was that has an outcome, as the index that its sink is told. */
const FIRST = 0;
const LAST = 1;

/**
 * A read of one key that may be at the previous place: asks the new place, on a miss the previous one, and on a miss there the new one once
 * more, because the key may have come over in between. The last time its primary is asked: a replica may not have it yet. Each time a call
 * of its own goes out, which counts in the queue's bounds besides the given one; the given one gets the outcome.
 */
export class ReadThrough implements OutcomeSink {
  /** The previous place is asked: no call of its own has the deadline. */
  isAskingPrevious = false;

  constructor(
    private readonly call: Call,
    private readonly slot: number,
    private readonly places: ReadPlaces,
  ) {}

  start(): void {
    this.#askNew(FIRST);
  }

  #askNew(index: number): void {
    const { spec, args, mode, deadline, bytes } = this.call;
    const view = viewOf(this.call);
    const own = newCall(spec, args, null, mode, index === LAST ? view.atPrimary() : view, deadline, sinkExtras(this, index));
    own.bytes = bytes;
    view.usage.commands++;
    view.usage.bytes += bytes;
    this.places.dispatch(own, this.slot);
  }

  onSent(node: string): void {
    this.call.extras?.sink?.onSent?.(node);
  }

  onValue(index: number, value: unknown): void {
    const raw = value as Raw; // it has no decoder
    if (index === LAST || this.call.state === SETTLED || !isMiss(this.call.spec, raw)) this.#succeed(raw);
    else if (!this.places.isHere()) void this.#askPrevious();
    else if (viewOf(this.call).policyOf(this.call.spec) === null) this.#succeed(raw);
    else this.#askNew(LAST);
  }

  onError(_: number, error: unknown): void {
    if (this.places.ended()) this.call.fail(error);
  }

  async #askPrevious(): Promise<void> {
    this.isAskingPrevious = true;
    for (let failures = 0; this.call.state !== SETTLED; failures++) {
      try {
        const raw = await this.places.askPrevious();
        this.isAskingPrevious = false;
        this.#answered(raw);
        return;
      } catch (error) {
        if (!mayPass(error)) {
          this.onError(LAST, error);
          return;
        }
      }
      await sleep(backoffMs(failures, BACKOFF));
    }
    this.places.ended();
  }

  #answered(raw: Raw): void {
    const { spec, state } = this.call;
    const isAbsent = isMiss(spec, raw);
    if (isAbsent && provesAbsence(spec)) this.places.absent();
    if (isAbsent && state !== SETTLED) {
      this.#askNew(LAST);
      return;
    }
    if (!isAbsent) this.places.found();
    this.#succeed(raw);
  }

  #succeed(raw: Raw): void {
    if (this.places.ended()) this.call.succeed(raw);
  }
}
