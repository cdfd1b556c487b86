import { setTimeout as sleep } from 'node:timers/promises';
import { AskConnection } from '../test/support/ask.js';
import type { CommandArg, Reply } from '../test/support/resp.js';
import type { Server } from '../test/support/server.js';
import { nowMs } from './now.js';

const EVERY_MS = 4;
const TIMEOUT_MS = 500;

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Probe that asks one address over and over, past any client, and connects again: servers cut their connections when they are promoted. */
class Probe {
  readonly #place: Place;
  #connection: AskConnection | null = null;

  constructor(place: Place) {
    this.#place = place;
  }

  /** The reply to a command; null: none, or an error. */
  async ask(...args: readonly CommandArg[]): Promise<Reply> {
    try {
      this.#connection ??= await AskConnection.open(this.#place, { timeoutMs: TIMEOUT_MS });
      return await this.#connection.ask(...args);
    } catch (error) {
      // An error reply leaves the connection in order; so does opening another one.
      if (!/^[A-Z]+ /.test((error as Error).message)) this.close();
      return null;
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }
}

/** Moment at which the condition first held for one of the places. Each is asked at its own pace, so that a silent one holds up none. */
async function whenFirst(places: readonly Place[], holds: (probe: Probe) => Promise<boolean>, limitMs: number): Promise<number> {
  const end = nowMs() + limitMs;
  let found: number | null = null;
  await Promise.all(
    places.map(async (place) => {
      const probe = new Probe(place);
      while (found === null && nowMs() < end) {
        if (await holds(probe)) found ??= nowMs();
        else await sleep(EVERY_MS);
      }
      probe.close();
    }),
  );
  if (found === null) throw new Error(`the servers were not back within ${limitMs} ms`);
  return found;
}

/** When one of these servers takes a write of this key. Until then it says READONLY, MOVED or CLUSTERDOWN. */
export function whenWritable(places: readonly Place[], key: string, limitMs: number): Promise<number> {
  return whenFirst(places, async (probe) => (await probe.ask('SET', key, 'written')) === 'OK', limitMs);
}

/** When the first sentinel names another primary than `old`; no client of the sentinels can know it before. */
export function whenNamed(sentinels: readonly Place[], name: string, old: Place, limitMs: number): Promise<number> {
  return whenFirst(
    sentinels,
    async (probe) => {
      const reply = await probe.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
      return Array.isArray(reply) && Number(reply[1]) !== old.port;
    },
    limitMs,
  );
}

/**
 * Writes to one server directly, each write to a key of its own, as a client would that knows nothing but this address. What it loses is
 * lost by the servers' asynchronous replication alone.
 */
export class DirectWriter {
  readonly #prefix: string;
  /** When each write was acknowledged; 0: it was not. */
  readonly #acknowledgedAt: number[] = [];
  readonly #connection: AskConnection;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = nowMs();
  readonly #rate: number;
  #over = false;

  private constructor(connection: AskConnection, prefix: string, rate: number) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#rate = rate;
    this.#timer = setInterval(() => this.#writeDue(), 1);
  }

  static async start(server: Server, prefix: string, rate: number): Promise<DirectWriter> {
    return new DirectWriter(await server.connect({ timeoutMs: 1_000 }), prefix, rate);
  }

  key(n: number): string {
    return `${this.#prefix}${n}`;
  }

  #writeDue(): void {
    const due = Math.floor(((nowMs() - this.#startedAt) * this.#rate) / 1_000);
    while (!this.#over && this.#acknowledgedAt.length < due) {
      const n = this.#acknowledgedAt.push(0) - 1;
      this.#connection.ask('INCR', this.key(n)).then(
        () => {
          this.#acknowledgedAt[n] = nowMs();
        },
        () => this.stop(),
      );
    }
  }

  stop(): void {
    this.#over = true;
    clearInterval(this.#timer);
    this.#connection.close();
  }

  get keys(): string[] {
    return this.#acknowledgedAt.map((_, n) => this.key(n));
  }

  /** How many of its writes that were acknowledged before `until` are missing. */
  lost(found: ArrayLike<number>, until: number): { readonly acknowledged: number; readonly lost: number } {
    const acknowledged = this.#acknowledgedAt.flatMap((time, n) => (time > 0 && time <= until ? [n] : []));
    return { acknowledged: acknowledged.length, lost: acknowledged.filter((n) => (found[n] ?? 0) === 0).length };
  }
}
