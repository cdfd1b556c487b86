import type { Executed, Gap, SlotwiseError } from '../../../lib/index.js';

/** What the caller was told of a call that failed. */
export interface CallError {
  readonly name: string;
  /** null, as `executed` and `attempts`: it is no error of the library. */
  readonly code: string | null;
  readonly message: string;
  readonly executed: Executed | null;
  readonly attempts: number | null;
  readonly node: string | null;
  /** The error itself, for what else a class has (`reply`, `failures` …). */
  readonly error: unknown;
}

export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: CallError };

/** What a call was issued with, as far as it changes what may become of it. */
export interface CallTraits {
  /** Where reads may go: a mode, `function`; `primary` where nothing was said. */
  readonly reads: string;
  /** 0: no limit. */
  readonly maxLagMs: number;
  readonly isIdempotent: boolean;
  /** Names the session of the client; empty: none. */
  readonly session: string;
  readonly domain: string | null;
  /** Number of the database that its own connection has selected; null: that of the client. */
  readonly database: number | null;
  /** Number of replicas that are waited for; 0: none. */
  readonly waitReplicas: number;
  readonly isHedged: boolean;
  /** On a connection of its own, and given up with care: a blocking pop, a write that waits for replicas. */
  readonly blocks: boolean;
  /** The call that it is a part of: a pipeline, a transaction, a lease, a `watch`, a stream, a dedicated connection, a duplicate; 0: none. */
  readonly partOf: number;
  /** Stands before the keys on the servers, and not in `words`. */
  readonly keyPrefix: string;
}

export const plainTraits: CallTraits = {
  reads: 'primary',
  maxLagMs: 0,
  isIdempotent: false,
  session: '',
  domain: null,
  database: null,
  waitReplicas: 0,
  isHedged: false,
  blocks: false,
  partOf: 0,
  keyPrefix: '',
};

/**
 * A call of the client by a program. Whatever it writes carries its id: values, elements, fields and messages end in `#<id>`, amounts of
 * INCRBY and its like are 1,000,000 + id. So the records of a server name the call without the help of the client.
 */
export interface CallRecord {
  /** Counts from 1 over all clients of the seed. */
  readonly id: number;
  /** Name of the client in the plan. */
  readonly client: string;
  /** Name of the workload, and of the program in it. The calls of one program follow each other, save those that are parts of one call. */
  readonly workload: string;
  readonly program: string;
  /**
   * The command and its arguments as the program gave them, without a key prefix. For what is no command the name of the method: `EXEC`
   * (a transaction), `PIPELINE`, `LEASE`, `WATCHED`, `SCANKEYS`, `STREAM`, `DEDICATED`, `DUPLICATE`, `SUBSCRIBE` …, `CONNECT`, `CLOSE`.
   */
  readonly words: readonly string[];
  readonly keys: readonly string[];
  readonly traits: CallTraits;
  /** In ms of virtual time, as all times here. */
  readonly issuedAt: number;
  /** When it has to have settled, a tick and the time aside for which the client's process stood still; Infinity: no deadline. */
  readonly deadlineAt: number;
  /** When its signal fired; Infinity: never. */
  abortedAt: number;
  /** null: it has not settled. */
  settledAt: number | null;
  outcome: Outcome | null;
}

/** Method of a call that waits until a subscription hears something, once the servers are well. */
export const HEARS_AGAIN = 'HEARS';

/** What a subscriber was given, in order. */
export type Delivery =
  | { readonly type: 'message'; readonly at: number; readonly channel: string; readonly message: string; readonly pattern: string | null }
  | { readonly type: 'gap'; readonly at: number; readonly gap: Gap }
  | { readonly type: 'event'; readonly at: number; readonly key: string; readonly event: string; readonly node: string };

/** A subscription of a program. */
export interface SubscriberRecord {
  /** The id of the call that subscribed. */
  readonly id: number;
  readonly client: string;
  readonly kind: 'channel' | 'pattern' | 'shard' | 'keyspace';
  readonly names: readonly string[];
  /** When the promise of `subscribe` resolved: what is published from then on comes, or lies in a gap. null: it did not. */
  confirmedAt: number | null;
  /** When the program left it, or it ended; null: it goes on. */
  endedAt: number | null;
  readonly deliveries: Delivery[];
}

/** All that the programs of a seed asked, and what they were told. */
export class Calls {
  readonly all: CallRecord[] = [];
  readonly subscribers: SubscriberRecord[] = [];
  /** Calls that have not settled, and those of them that block without a limit. */
  open = 0;
  openEndless = 0;
  #lastId = 0;

  constructor(private readonly now: () => number) {}

  /** The id of the next call. */
  nextId(): number {
    return ++this.#lastId;
  }

  begin(record: CallRecord): CallRecord {
    this.all.push(record);
    this.open++;
    if (isEndless(record)) this.openEndless++;
    return record;
  }

  settle(record: CallRecord, outcome: Outcome): void {
    if (record.settledAt !== null) return;
    record.settledAt = this.now();
    record.outcome = outcome;
    this.open--;
    if (isEndless(record)) this.openEndless--;
  }
}

function isEndless({ traits, deadlineAt }: CallRecord): boolean {
  return traits.blocks && deadlineAt === Number.POSITIVE_INFINITY;
}

/** `#12`: what the bytes of a write end in. */
export function markOf(id: number): string {
  return `#${id}`;
}

/** The call that a word of a server's record names; 0: none. */
export function idOf(word: string): number {
  const at = word.lastIndexOf('#');
  if (at >= 0) return Number(word.slice(at + 1)) || 0;
  const amount = Number(word);
  return Number.isInteger(amount) && amount > AMOUNT_BASE && amount < 2 * AMOUNT_BASE ? amount - AMOUNT_BASE : 0;
}

const AMOUNT_BASE = 1_000_000;

/** What a counter grows by. */
export function amountOf(id: number): number {
  return AMOUNT_BASE + id;
}

export function failureOf(error: unknown): CallError {
  const facts = error as Partial<SlotwiseError>;
  const isOurs = typeof facts?.executed === 'string';
  return {
    name: (error as Error)?.name ?? typeof error,
    code: isOurs ? (facts.code ?? null) : null,
    message: (error as Error)?.message ?? String(error),
    executed: isOurs ? (facts.executed ?? null) : null,
    attempts: isOurs ? (facts.attempts ?? null) : null,
    node: isOurs ? (facts.node ?? null) : null,
    error,
  };
}
