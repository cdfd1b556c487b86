import Denque from 'denque';
import { AbortError, ClosedError, NoNodeError, TimeoutError } from '../../errors.js';
import { Call, type OutcomeSink } from '../../protocol/call.js';
import { Latencies } from './latency-percentile.js';

/** What the hedger needs of the client. */
export interface HedgingEngine {
  /**
   * Sends the second call to another node that may serve the first, which was sent to `first`. Null where there is none: nothing is sent. Else that
   * node's address.
   */
  sendElsewhere(second: Call, slot: number, first: string): string | null;
  /** A read was asked of a second node, or that one was faster. */
  count(call: Call, node: string, what: 'hedged' | 'hedgeWins'): void;
}

/** Of the reads that are hedged if slow, so many a read may be asked twice. */
const EXTRA = 0.05;
/** What was not used may be used later, up to so many at a time. */
const MOST_SAVED = 100;
/** Addresses come and go: so many are remembered. */
const MOST_NODES = 4_096;

interface TrackedRead {
  readonly read: HedgedRead;
  readonly sentAt: number;
}

interface Asked {
  readonly latencies: Latencies;
  /** In the order they were sent. */
  readonly waiting: Denque<TrackedRead>;
}

/**
 * Asks a second node for reads that take longer than the 95th percentile of the node they were sent to; the first reply counts. At most 5 % more reads
 * than there would be: what has no room waits for its first node.
 */
export class Hedger {
  readonly #nodes = new Map<string, Asked>();
  #room = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(private readonly engine: HedgingEngine) {}

  /** The read is about to be sent. */
  track(call: Call, slot: number): void {
    this.#room = Math.min(MOST_SAVED, this.#room + EXTRA);
    const extras = call.ensureExtras();
    extras.sink = new HedgedRead(this, call, slot, extras.sink, extras.index);
  }

  watch(read: HedgedRead, node: string, sentAt: number): void {
    const { latencies, waiting } = this.#of(node);
    if (latencies.p95Ms === null) return;
    waiting.push({ read, sentAt });
    if (sentAt + latencies.p95Ms < this.#dueAt) this.#wait(sentAt + latencies.p95Ms, sentAt);
  }

  record(node: string, ms: number): void {
    this.#of(node).latencies.add(ms);
  }

  /** A second call for this read, if there is room and somebody to ask. */
  second(read: HedgedRead, call: Call, slot: number, first: string): Call | null {
    if (this.#room < 1) return null;
    const second = Call.forSink(new SecondCall(read), 0, call.spec, call.args, call.decode, call.mode, call.owner, call.deadline);
    second.bytes = call.bytes;
    const node = this.engine.sendElsewhere(second, slot, first);
    if (node === null) return null;
    this.#room--;
    this.engine.count(call, node, 'hedged');
    return second;
  }

  won(call: Call, node: string): void {
    this.engine.count(call, node, 'hedgeWins');
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#nodes.clear();
  }

  #of(node: string): Asked {
    let asked = this.#nodes.get(node);
    if (asked === undefined) {
      const [oldest] = this.#nodes.keys();
      if (this.#nodes.size >= MOST_NODES && oldest !== undefined) this.#nodes.delete(oldest);
      asked = { latencies: new Latencies(), waiting: new Denque() };
      this.#nodes.set(node, asked);
    }
    return asked;
  }

  #wait(dueAt: number, now: number): void {
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => this.#look(), Math.max(1, dueAt - now)).unref();
  }

  #look(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let nextAt = Number.POSITIVE_INFINITY;
    for (const { latencies, waiting } of this.#nodes.values()) {
      const limitMs = latencies.p95Ms ?? Number.POSITIVE_INFINITY;
      for (let head = waiting.peekFront(); head !== undefined; head = waiting.peekFront()) {
        const dueAt = head.sentAt + limitMs;
        if (head.read.isWaitingSince(head.sentAt) && dueAt > now) {
          nextAt = Math.min(nextAt, dueAt);
          break;
        }
        waiting.shift();
        if (head.read.isWaitingSince(head.sentAt)) head.read.hedge();
      }
    }
    if (nextAt < this.#dueAt) this.#wait(nextAt, now);
  }
}

/** Not for the caller: the other call was faster. */
const BEATEN = new NoNodeError('the other node was faster');

/** A read that may be asked of two nodes: passes on the first reply, or the first error if neither gives one. */
export class HedgedRead implements OutcomeSink {
  #first = '';
  #sentAt = 0;
  #second: Call | null = null;
  #secondNode = '';
  #secondSentAt = 0;
  /** Of the first call, while the second one may still succeed. */
  #error: unknown = null;
  #state: 'one' | 'both' | 'done' = 'one';

  constructor(
    private readonly hedger: Hedger,
    private readonly call: Call,
    private readonly slot: number,
    private readonly next: OutcomeSink | null,
    private readonly at: number,
  ) {}

  isWaitingSince(sentAt: number): boolean {
    return this.#state === 'one' && this.#sentAt === sentAt;
  }

  /** It takes long. */
  hedge(): void {
    this.#second = this.hedger.second(this, this.call, this.slot, this.#first);
    if (this.#second !== null) this.#state = 'both';
  }

  onSent(node: string): void {
    this.next?.onSent?.(node);
    if (this.#state !== 'one') return;
    this.#first = node;
    this.#sentAt = performance.now();
    this.hedger.watch(this, node, this.#sentAt);
  }

  onValue(_: number, value: unknown): void {
    if (this.#state === 'done') return;
    this.hedger.record(this.#first, performance.now() - this.#sentAt);
    this.#end();
    if (this.next === null) this.call.resolve(value);
    else this.next.onValue(this.at, value);
  }

  onError(_: number, error: unknown): void {
    if (this.#state === 'done') return;
    if (this.#state === 'both' && this.#error === null && !isFinal(error)) this.#error = error;
    else this.#fail(error);
  }

  secondSent(node: string): void {
    this.#secondNode = node;
    this.#secondSentAt = performance.now();
  }

  secondValue(value: unknown): void {
    if (this.#state === 'done') return;
    const now = performance.now();
    this.hedger.record(this.#secondNode, now - this.#secondSentAt);
    // It takes at least so long; without it slow nodes would look fast.
    this.hedger.record(this.#first, now - this.#sentAt);
    this.hedger.won(this.call, this.#secondNode);
    this.#end();
    if (this.next === null) this.call.resolve(value);
    else this.next.onValue(this.at, value);
  }

  secondError(error: unknown): void {
    if (this.#state === 'done') return;
    if (this.#error !== null || isFinal(error)) this.#fail(this.#error ?? error);
    else this.#state = 'one';
  }

  #fail(error: unknown): void {
    this.#end();
    if (this.next === null) this.call.reject(error);
    else this.next.onError(this.at, error);
  }

  /** Both calls are settled from now on: what has not been written is not written, and a late reply is dropped in its place. */
  #end(): void {
    this.#state = 'done';
    this.call.fail(BEATEN);
    const second = this.#second;
    if (second === null) return;
    second.fail(BEATEN);
    // Lets go of the caller's signal.
    second.resolve(undefined);
  }
}

/** The outcome of the second call. */
export class SecondCall implements OutcomeSink {
  constructor(private readonly read: HedgedRead) {}

  onSent(node: string): void {
    this.read.secondSent(node);
  }

  onValue(_: number, value: unknown): void {
    this.read.secondValue(value);
  }

  onError(_: number, error: unknown): void {
    this.read.secondError(error);
  }
}

/** The whole read is over, whoever says so. */
function isFinal(error: unknown): boolean {
  return error instanceof TimeoutError || error instanceof AbortError || error instanceof ClosedError;
}
