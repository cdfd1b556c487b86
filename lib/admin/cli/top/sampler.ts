import { AuthError, ConnectError, ReplyError, TimeoutError } from '../../../errors.js';
import { type Address, addressKey } from '../../../options/address.js';
import { infoOf } from '../../../topology/replies.js';
import { thrownText } from '../../../util/user-function.js';
import type { NodeClient } from '../../node-connections.js';
import type { OwnLoad } from '../../own-load.js';

/** What one server said of itself at one moment. */
export interface Sample {
  /** When the answer came, by the sampler's clock. */
  readonly atMs: number;
  readonly roundTripMs: number;
  /** Fields of INFO, those of its commands included where the server lists them. */
  readonly info: ReadonlyMap<string, string>;
  /** What the server's counters in `info` contain of our own doing. */
  readonly own: OwnLoad;
}

/** All that is known of one server. */
export interface Samples {
  readonly last: Sample | null;
  /** The one before, for rates; null: there is none. */
  readonly before: Sample | null;
  /** Replication offsets, the oldest first: when the server was where. */
  readonly offsets: readonly OffsetMark[];
  /** Since when it has said nothing; null: it answers. */
  readonly silentSinceMs: number | null;
  /** Why the connection failed, or what the server refused; null: neither. */
  readonly problem: string | null;
}

/** A primary's replication offset at a moment. */
export interface OffsetMark {
  readonly atMs: number;
  readonly offset: number;
}

/** A server with the connections that reach it. */
export interface Asked {
  readonly address: Address;
  readonly client: NodeClient;
}

export interface SamplerParts {
  readonly now: () => number;
  /** Resolves after so many ms, or at once when the signal is aborted. */
  readonly sleep: (ms: number, stop: AbortSignal) => Promise<void>;
  /** What this process has done to a server so far. */
  readonly loadOf: (key: string) => OwnLoad;
  /** How long a picture waits for a server that answered the last time, in ms. */
  readonly patienceMs: number;
  /** After this long without an answer a server is called silent, in ms. Until then what it said last counts. */
  readonly silenceMs: number;
  /** After this long a connection without an answer is given up, in ms. */
  readonly timeoutMs: number;
}

/** The sections that INFO has by default, and the calls of each command. Servers before 7.0 take one section. */
const QUESTIONS: readonly (readonly string[])[] = [['INFO', 'default', 'commandstats'], ['INFO']];
const MOST_OFFSETS = 120;
export const NO_SAMPLES: Samples = { last: null, before: null, offsets: [], silentSinceMs: null, problem: null };

interface Watched {
  samples: Samples;
  /** An answer is on its way since then; null: nothing was asked. */
  askedAtMs: number | null;
  /** Which of the `QUESTIONS` the server takes. */
  question: number;
}

/** Asks servers what they say of themselves, each on its own: one that is silent keeps no other waiting. */
export class Sampler {
  readonly #parts: SamplerParts;
  readonly #watched = new Map<string, Watched>();

  constructor(parts: SamplerParts) {
    this.#parts = parts;
  }

  /** Asks all that owe no answer. Resolves when those have answered that did the last time, or after the patience. */
  async look(servers: readonly Asked[]): Promise<void> {
    const awaited: Promise<void>[] = [];
    for (const server of servers) {
      const watched = this.#watch(addressKey(server.address));
      if (watched.askedAtMs !== null) continue;
      const isReliable = watched.samples.silentSinceMs === null;
      const asked = this.#ask(server, watched);
      if (isReliable) awaited.push(asked);
    }
    const answered = new AbortController();
    await Promise.race([Promise.all(awaited), this.#parts.sleep(this.#parts.patienceMs, answered.signal)]);
    answered.abort();
    this.#noticeSilence();
  }

  of(address: Address): Samples {
    return this.#watched.get(addressKey(address))?.samples ?? NO_SAMPLES;
  }

  #watch(key: string): Watched {
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      watched = { samples: NO_SAMPLES, askedAtMs: null, question: 0 };
      this.#watched.set(key, watched);
    }
    return watched;
  }

  async #ask({ address, client }: Asked, watched: Watched): Promise<void> {
    const { now, loadOf, timeoutMs } = this.#parts;
    const key = addressKey(address);
    const startedAtMs = now();
    watched.askedAtMs = startedAtMs;
    const before = loadOf(key);
    try {
      const reply = await client.send(address, QUESTIONS[watched.question] ?? [], { timeoutMs });
      const atMs = now();
      const after = loadOf(key);
      const { last, offsets } = watched.samples;
      watched.samples = { ...watched.samples, silentSinceMs: null, problem: null };
      // What else we have asked meanwhile is in some of the counters: rather the last look's numbers than wrong ones.
      const isAlone = before.pending === 0 && after.commands === before.commands + 1;
      if (last !== null && !isAlone) return;
      const info = infoOf(reply);
      // The server counts the question's bytes before it answers, but not the question itself, nor the answer.
      const own = { ...after, commands: before.commands, receivedBytes: before.receivedBytes };
      const offset = Number(info.get('master_repl_offset') ?? Number.NaN);
      watched.samples = {
        ...watched.samples,
        last: { atMs, roundTripMs: atMs - startedAtMs, info, own },
        before: last,
        offsets: Number.isNaN(offset) ? offsets : [...offsets.slice(1 - MOST_OFFSETS), { atMs, offset }],
      };
    } catch (error) {
      const text = thrownText(error);
      const isUnknown = error instanceof ReplyError && error.code === 'ERR' && watched.question + 1 < QUESTIONS.length;
      if (isUnknown) watched.question++;
      else if (error instanceof ReplyError || error instanceof AuthError) watched.samples = { ...NO_SAMPLES, problem: text };
      else this.#silent(watched, startedAtMs, isSilence(error) ? null : text);
    } finally {
      watched.askedAtMs = null;
    }
  }

  #noticeSilence(): void {
    const { now, silenceMs } = this.#parts;
    for (const watched of this.#watched.values()) {
      if (watched.askedAtMs !== null && now() - watched.askedAtMs >= silenceMs) this.#silent(watched, watched.askedAtMs, null);
    }
  }

  #silent(watched: Watched, askedAtMs: number, problem: string | null): void {
    const { last, silentSinceMs } = watched.samples;
    watched.samples = {
      ...watched.samples,
      silentSinceMs: silentSinceMs ?? last?.atMs ?? askedAtMs,
      problem: problem ?? watched.samples.problem,
    };
  }
}

/** Whether nobody has said anything: neither the server, nor the system on its behalf. */
function isSilence(error: unknown): boolean {
  return error instanceof TimeoutError || (error instanceof ConnectError && error.cause === undefined);
}
