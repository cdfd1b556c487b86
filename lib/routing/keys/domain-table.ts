import type { Domain } from '../../options/domains.js';
import { compilePattern, type Pattern } from '../../options/wildcard.js';

interface Entry {
  readonly pattern: Pattern;
  readonly domain: Domain;
}

/** The domains of a client, found by name and by the patterns of their keys. */
export class DomainTable {
  /** Whether a key may belong to a domain; if not, keys need not be looked up. */
  readonly hasPatterns: boolean;
  readonly #byName: ReadonlyMap<string, Domain>;
  // A key can only match the patterns that begin with its first character, or with a star. Each list has the longest literal part first.
  readonly #byFirst: ReadonlyMap<number, readonly Entry[]>;
  readonly #others: readonly Entry[];

  constructor(domains: readonly Domain[]) {
    this.#byName = new Map(domains.map((domain) => [domain.name, domain]));
    const entries = domains
      .flatMap((domain) => domain.keys.map((key): Entry => ({ domain, pattern: compilePattern(key) })))
      .sort((a, b) => b.pattern.literalLength - a.pattern.literalLength);
    this.hasPatterns = entries.length > 0;
    this.#others = entries.filter((entry) => entry.pattern.prefix === '');
    const firsts = new Set(entries.filter((entry) => entry.pattern.prefix !== '').map((entry) => entry.pattern.prefix.charCodeAt(0)));
    this.#byFirst = new Map(
      [...firsts].map((first) => [first, entries.filter(({ pattern: { prefix } }) => prefix === '' || prefix.charCodeAt(0) === first)]),
    );
  }

  byName(name: string): Domain | undefined {
    return this.#byName.get(name);
  }

  /** The domain whose pattern matches with the longest literal part. */
  ofKey(key: string): Domain | null {
    const entries = this.#byFirst.get(key.charCodeAt(0)) ?? this.#others;
    for (const entry of entries) if (entry.pattern.matches(key)) return entry.domain;
    return null;
  }
}
