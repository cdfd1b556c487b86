import type { Domain } from '../options/domains.js';
import type { AtomicBatch } from '../protocol/call-extras.js';
import { isRead, mayWrite } from '../protocol/catalog/effects.js';
import type { CommandSpec } from '../protocol/command-spec.js';

/** Counters of the commands of one domain, or of none. */
export class Counters {
  reads = 0;
  writes = 0;
  fallbacks = 0;
  hedged = 0;
  hedgeWins = 0;
  guarded = 0;

  /** Counts a command that is issued. One without effect on data is neither a read nor a write. */
  issued(spec: CommandSpec): void {
    if (isRead(spec)) this.reads++;
    else if (mayWrite(spec)) this.writes++;
  }

  /** Counts the commands of a transaction. */
  issuedTogether({ commands }: AtomicBatch): void {
    for (const { spec } of commands) this.issued(spec);
  }
}

/** Counters by domain. */
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
