import type { Domain } from '../options/domains.js';
import type { AtomicBatch } from '../protocol/call.js';
import { type CommandSpec, READONLY, SCRIPT, WRITE } from '../protocol/command-spec.js';

/** What the commands of one domain, or of none, were and what became of them. */
export class Counters {
  reads = 0;
  writes = 0;
  fallbacks = 0;
  hedged = 0;
  hedgeWins = 0;
  guarded = 0;

  /** A command is issued. Neither a read nor a write: those without effect on data. */
  issued(spec: CommandSpec): void {
    if ((spec.flags & READONLY) !== 0) this.reads++;
    else if ((spec.flags & (WRITE | SCRIPT)) !== 0) this.writes++;
  }

  issuedTogether({ commands }: AtomicBatch): void {
    for (const { spec } of commands) this.issued(spec);
  }
}

export class CounterTable {
  readonly #byDomain: ReadonlyMap<Domain | null, Counters>;

  constructor(domains: readonly Domain[]) {
    this.#byDomain = new Map([null, ...domains].map((domain) => [domain, new Counters()]));
  }

  of(domain: Domain | null): Counters {
    return this.#byDomain.get(domain) ?? new Counters();
  }

  all(): { readonly domain: string | null; readonly counters: Counters }[] {
    return [...this.#byDomain].map(([domain, counters]) => ({ domain: domain?.name ?? null, counters }));
  }
}
