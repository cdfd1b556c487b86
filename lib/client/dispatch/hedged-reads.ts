import Denque from 'denque';
import { AbortError, ClosedError, NoNodeError, TimeoutError } from '../../errors.js';
import { type Call, newCall, SETTLED } from '../../protocol/call.js';
import { sinkExtras } from '../../protocol/call-extras.js';
import type { OutcomeSink } from '../../protocol/outcome.js';
import { OutcomeLink } from '../../protocol/outcome-link.js';
import { clearTimeout, performance, setTimeout } from '../../runtime/runtime.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import { Latencies } from './latency-percentile.js';

/** The client, as the hedger knows it. */
interface HedgingEngine {
  /**
   * Sends the second call to a node that may serve the first, which was sent to `first`. Returns the key of that node; null: nothing was
   * sent.
   */
  sendElsewhere(second: Call, slot: number, first: string): string | null;
  /** Counts a read that a second node was asked for, or that this node answered first. */
  count(call: Call, node: string, what: 'hedged' | 'hedgeWins'): void;
}

/** Each hedged read adds this part of a token; a second call takes one token. So at most 5 % of the reads are asked twice. */
const TOKENS_PER_READ = 0.05;
const MAX_TOKENS = 100;
/** Addresses come and go: the latencies of so many nodes are kept. */
const MAX_NODES = 4_096;

interface TrackedRead {
  readonly read: HedgedRead;
  readonly sentAt: number;
}

interface NodeReads {
  readonly latencies: Latencies;
  /** Reads that wait for their first reply, in the order they were sent. */
  readonly waiting: Denque<TrackedRead>;
}

/**
 * Hedging of reads: asks a second node for a read that takes longer than the 95th percentile of the node it was sent to; the first reply
 * counts. Tokens limit the second calls to 5 % of the reads, as gRPC throttles its retries: where there is no token a read waits for its
 * first node.
 */
export class Hedger {
  readonly #nodes = new Map<string, NodeReads>();
  #tokens = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(private readonly engine: HedgingEngine) {}

  /** Tracks a read that is about to be sent. */
  track(call: Call, slot: number): void {
    this.#tokens = Math.min(MAX_TOKENS, this.#tokens + TOKENS_PER_READ);
    call.ensureExtras().sink = new HedgedRead(this, call, slot);
  }

  /** A read was sent: it is hedged when it is late. */
  watch(read: HedgedRead, node: string, sentAt: number): void {
    const { latencies, waiting } = this.#readsOf(node);
    if (latencies.p95Ms === null) return;
    waiting.push({ read, sentAt });
    if (sentAt + latencies.p95Ms < this.#dueAt) this.#wakeAt(sentAt + latencies.p95Ms, sentAt);
  }

  record(node: string, ms: number): void {
    this.#readsOf(node).latencies.add(ms);
  }

  /** Sends a second call for this read, if there is a token and another node. */
  sendSecond(read: HedgedRead, call: Call, slot: number, first: string): Call | null {
    if (this.#tokens < 1) return null;
    const extras = sinkExtras(new SecondCall(read));
    const second = newCall(call.spec, call.args, call.decode, call.mode, call.owner, call.deadline, extras);
    second.bytes = call.bytes;
    const node = this.engine.sendElsewhere(second, slot, first);
    if (node === null) return null;
    this.#tokens--;
    this.engine.count(call, node, 'hedged');
    return second;
  }

  /** The second node answered first. */
  won(call: Call, node: string): void {
    this.engine.count(call, node, 'hedgeWins');
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#nodes.clear();
  }

  #readsOf(node: string): NodeReads {
    let reads = this.#nodes.get(node);
    if (reads === undefined) {
      const [oldest] = this.#nodes.keys();
      if (this.#nodes.size >= MAX_NODES && oldest !== undefined) this.#nodes.delete(oldest);
      reads = { latencies: new Latencies(), waiting: new Denque() };
      this.#nodes.set(node, reads);
    }
    return reads;
  }

  #wakeAt(dueAt: number, now: number): void {
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => this.#hedgeLate(), Math.max(1, dueAt - now)).unref();
  }

  #hedgeLate(): void {
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
    if (nextAt < this.#dueAt) this.#wakeAt(nextAt, now);
  }
}

type HedgeState = 'one' | 'both' | 'done';

const TRANSITIONS: Transitions<HedgeState> = { one: ['both', 'done'], both: ['one', 'done'], done: [] };

/** Settles the slower of the two calls; no caller sees it. */
const BEATEN = new NoNodeError('the other node was faster');

/**
 * A read that may be asked of two nodes: passes on the first reply, or the first error if neither gives one.
 *
 * | state | means | left by |
 * |---|---|---|
 * | one | only the first call is on its way | its outcome: done; `hedge`: both |
 * | both | the second call is on its way, and the first, unless it has failed | a reply, a final error, the second of two errors: done; an error of the second call: one |
 * | done | the outcome was passed on, both calls are settled | – |
 */
class HedgedRead extends OutcomeLink {
  #first = '';
  #sentAt = 0;
  #second: Call | null = null;
  #secondNode = '';
  #secondSentAt = 0;
  /** Error of the first call, while the second one may still succeed. */
  #error: unknown = null;
  #state: HedgeState = 'one';

  constructor(
    private readonly hedger: Hedger,
    call: Call,
    private readonly slot: number,
  ) {
    super(call);
  }

  #enter(next: HedgeState): void {
    this.#state = transition(TRANSITIONS, this.#state, next);
  }

  isWaitingSince(sentAt: number): boolean {
    return this.#state === 'one' && this.#sentAt === sentAt;
  }

  /** The read is late: asks a second node, if that may be. */
  hedge(): void {
    const second = this.hedger.sendSecond(this, this.call, this.slot, this.#first);
    // The second call may have failed at once, or the read may have been aborted.
    if (second === null || second.state === SETTLED || this.#state !== 'one') return;
    this.#second = second;
    this.#enter('both');
  }

  override onSent(node: string): void {
    super.onSent(node);
    if (this.#state !== 'one') return;
    this.#first = node;
    this.#sentAt = performance.now();
    // A connection was lost at it: a second node might lose one as well.
    if (this.call.losses === 0) this.hedger.watch(this, node, this.#sentAt);
  }

  override onValue(index: number, value: unknown): void {
    if (this.#state === 'done') return;
    this.hedger.record(this.#first, performance.now() - this.#sentAt);
    this.#end();
    super.onValue(index, value);
  }

  override onError(index: number, error: unknown): void {
    if (this.#state === 'done') return;
    if (this.#state === 'both' && this.#error === null && !isFinal(error)) this.#error = error;
    else this.#fail(index, error);
  }

  /** The connection of the second call was lost: it may be because of what is asked. */
  secondLost(): void {
    this.call.losses++;
  }

  secondSent(node: string): void {
    this.#secondNode = node;
    this.#secondSentAt = performance.now();
  }

  secondValue(value: unknown): void {
    if (this.#state === 'done') return;
    const now = performance.now();
    this.hedger.record(this.#secondNode, now - this.#secondSentAt);
    // The first node takes at least so long. Without this sample slow nodes would look fast, because their slow replies are not waited for.
    this.hedger.record(this.#first, now - this.#sentAt);
    this.hedger.won(this.call, this.#secondNode);
    this.#end();
    super.onValue(this.#index, value);
  }

  secondError(error: unknown): void {
    if (this.#state === 'done') return;
    if (this.#error !== null || isFinal(error)) this.#fail(this.#index, this.#error ?? error);
    else if (this.#state === 'both') this.#enter('one');
  }

  get #index(): number {
    return this.call.extras?.index ?? 0;
  }

  #fail(index: number, error: unknown): void {
    this.#end();
    super.onError(index, error);
  }

  /** Settles both calls: what has not been written is not written, and a late reply is dropped in its place. */
  #end(): void {
    this.#enter('done');
    this.call.fail(BEATEN);
    const second = this.#second;
    if (second === null) return;
    second.fail(BEATEN);
    // Lets go of the caller's signal.
    second.resolve(undefined);
  }
}

/** Sink of the second call of a hedged read. */
export class SecondCall implements OutcomeSink {
  constructor(private readonly read: HedgedRead) {}

  lost(): void {
    this.read.secondLost();
  }

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

/** Whether the error ends the whole read, whichever call it is of. */
function isFinal(error: unknown): boolean {
  return error instanceof TimeoutError || error instanceof AbortError || error instanceof ClosedError;
}
