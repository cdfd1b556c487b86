import type { Redis } from '../../../lib/index.js';
import type { ViewPlan } from '../planning/plan.js';
import type { Random } from '../time/random.js';
import { type CallError, type CallRecord, type CallTraits, failureOf, plainTraits } from './calls.js';
import { sleep, viewOf, type WorkloadContext } from './workload.js';

/** What a call came to, with the type of its reply. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CallError };

/** How a call differs from the others of its program. */
export interface How {
  readonly keys?: readonly string[];
  /** 0: none. Default: that of the view. */
  readonly timeoutMs?: number;
  /** Added to the deadline: what the server may take by itself. */
  readonly blocksMs?: number;
  readonly traits?: Partial<CallTraits>;
  /** Instead of the caller's. */
  readonly redis?: Redis;
}

/** Deadline of those who read from replicas alone, and would have none. In ms. */
const REPLICA_MS = 5_000;

/** A program's hand: whatever it calls is recorded, before and after. */
export class Caller {
  readonly redis: Redis;
  readonly random: Random;
  readonly traits: CallTraits;
  readonly timeoutMs: number;
  /** Commands that were begun. */
  count = 0;
  /** What WAIT may add to a deadline, as the time that a server lets a command block does. */
  readonly #waitMs: number;

  constructor(
    readonly context: WorkloadContext,
    view: ViewPlan = context.workload.view,
  ) {
    const { client, workload } = context;
    const { options, functions } = client.plan;
    this.random = context.random;
    const domain = view.domain === undefined ? undefined : options.domains?.[view.domain];
    this.#waitMs = view.waitReplicas?.timeoutMs ?? 0;
    this.traits = {
      ...plainTraits,
      reads:
        view.reads ?? (domain?.reads as string | undefined) ?? (functions.includes('reads') ? 'function' : (options.reads ?? 'primary')),
      maxLagMs: view.maxLagMs ?? domain?.maxLagMs ?? options.maxLagMs ?? 0,
      isIdempotent: view.isIdempotent ?? false,
      session: view.hasSession === true ? sessionId(workload.name, context.program) : '',
      domain: view.domain ?? null,
      waitReplicas: view.waitReplicas?.count ?? 0,
      // Such a write has a connection of its own until its replicas have it, and is given up like one that blocks.
      blocks: view.waitReplicas !== undefined,
      isHedged: view.isHedged ?? domain?.hedge ?? options.hedge ?? false,
      keyPrefix: domain?.keyPrefix ?? options.keyPrefix ?? '',
    };
    const timeoutMs = view.timeoutMs ?? domain?.timeoutMs ?? options.timeoutMs ?? 10_000;
    // A shard may have lost all its replicas: who waits for one without a deadline waits for ever, and so does `close()`.
    const isEndless = timeoutMs === 0 && this.traits.reads === 'replica';
    this.timeoutMs = isEndless ? REPLICA_MS : timeoutMs;
    this.redis = viewOf(client.redis, isEndless ? { ...view, timeoutMs: REPLICA_MS } : view);
  }

  /** Goes on with the program after a pause, so many commands long; false: the program is over. */
  async next(): Promise<boolean> {
    const { context } = this;
    const { commands, pauseMs } = context.workload;
    if (this.count >= commands || context.isOver()) return false;
    if (pauseMs > 0 && this.count > 0) await sleep(context, this.random.next() * 2 * pauseMs);
    return !context.isOver();
  }

  /** Calls, and waits for what comes of it. Never rejects. */
  async call<T>(
    words: readonly string[] | ((id: number) => readonly string[]),
    send: (redis: Redis, id: number) => Promise<T>,
    how: How = {},
  ): Promise<Answer<T>> {
    const record = this.begin(words, how);
    try {
      const value = await send(how.redis ?? this.redis, record.id);
      this.settle(record, { ok: true, value });
      return { ok: true, value };
    } catch (error) {
      const failure = failureOf(error);
      this.settle(record, { ok: false, error: failure });
      return { ok: false, error: failure };
    }
  }

  /** The record of a call that is about to be made. */
  begin(words: readonly string[] | ((id: number) => readonly string[]), how: How = {}): CallRecord {
    const { calls, client, workload, program, world } = this.context;
    this.count++;
    const id = calls.nextId();
    const given = typeof words === 'function' ? words(id) : words;
    const timeoutMs = how.timeoutMs ?? this.timeoutMs;
    const now = world.timeline.now;
    const record = calls.begin({
      id,
      client: client.plan.name,
      workload: workload.name,
      program: `${workload.name}/${program}`,
      words: given,
      keys: how.keys ?? given.slice(1, 2),
      traits: how.traits === undefined ? this.traits : { ...this.traits, ...how.traits },
      issuedAt: now,
      deadlineAt: timeoutMs === 0 ? Number.POSITIVE_INFINITY : now + timeoutMs + (how.blocksMs ?? this.#waitMs),
      abortedAt: Number.POSITIVE_INFINITY,
      settledAt: null,
      outcome: null,
    });
    world.trace.add(client.plan.name, `calls #${id}`, () => given.join(' '));
    return record;
  }

  settle(record: CallRecord, outcome: Answer<unknown>): void {
    const { calls, client, world } = this.context;
    if (outcome.ok) {
      const value = plain(outcome.value);
      calls.settle(record, { ok: true, value });
      world.trace.add(client.plan.name, `got #${record.id} ok`, () => shown(value));
    } else {
      const { error } = outcome;
      calls.settle(record, outcome);
      world.trace.add(client.plan.name, `got #${record.id} ${error.name} ${error.executed}`, () => error.message);
    }
  }
}

/** A reply in text and numbers, however the view gives it. */
export function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([name, one]) => [plain(name), plain(one)]));
  if (value === null || typeof value !== 'object' || value instanceof Error) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

function sessionId(workload: string, program: number): string {
  return `${workload}/${program}`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 160 ? `${text.slice(0, 160)} …` : text;
}
