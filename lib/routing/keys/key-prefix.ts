import type { Options } from '../../options/defaults.js';
import type { Domain } from '../../options/domains.js';
import type { Arg } from '../../protocol/command-spec.js';
import { asBytes, takeLength } from '../../protocol/resp/byte-view.js';
import { argText } from '../../protocol/resp/text.js';
import type { DomainTable } from './domain-table.js';

/** The prefix that the keys of a view have on the server, and nowhere in the program. */
export interface KeyPrefix {
  /** The prefix of a key as the program names it; empty: none. */
  of(key: Arg): string;
  /** The program's name of a key on the server; null: it has none. */
  strip<T extends ReplyKey>(key: T): T | null;
}

/** A key in a reply. */
export type ReplyKey = string | Buffer;

/** The same prefix for every key. */
class FixedPrefix implements KeyPrefix {
  constructor(private readonly prefix: string) {}

  of(): string {
    return this.prefix;
  }

  strip<T extends ReplyKey>(key: T): T | null {
    return cut(key, this.prefix);
  }
}

/** The prefix of the domain whose pattern the key matches, before it has one. */
class PrefixByDomain implements KeyPrefix {
  constructor(
    /** Longest first. */
    private readonly prefixes: readonly string[],
    private readonly domains: DomainTable,
    private readonly others: string,
  ) {}

  of(key: Arg): string {
    const domain = this.domains.ofKey(argText(key));
    return domain === null ? this.others : (domain.keyPrefix ?? '');
  }

  strip<T extends ReplyKey>(key: T): T | null {
    for (const prefix of this.prefixes) {
      const own = cut(key, prefix);
      if (own !== null && this.of(own) === prefix) return own;
    }
    return null;
  }
}

/** The prefixes of a client. */
export class PrefixTable {
  readonly #client: KeyPrefix | null;

  constructor({ keyPrefix, domains }: Options, table: DomainTable) {
    const own = keyPrefix ?? '';
    const found = new Set([own, ...domains.filter(({ keys }) => keys.length > 0).map((domain) => domain.keyPrefix ?? '')]);
    if (found.size > 1) this.#client = new PrefixByDomain([...found].sort(longestFirst), table, own);
    else this.#client = own === '' ? null : new FixedPrefix(own);
  }

  /** The prefix of a domain's views; without a domain each key may belong to one. Null: keys stay as they are. */
  of(domain: Domain | null): KeyPrefix | null {
    if (domain === null) return this.#client;
    return domain.keyPrefix === null ? null : new FixedPrefix(domain.keyPrefix);
  }
}

export function prefixKey(prefix: KeyPrefix, key: Arg): Arg {
  return prepend(prefix.of(key), key);
}

/** A glob-style pattern of keys; in the prefix every character stands for itself. https://redis.io/docs/latest/commands/keys/ */
export function prefixGlob(prefix: KeyPrefix, pattern: Arg): Arg {
  return prepend(prefix.of(pattern).replace(/[*?[\]\\]/g, '\\$&'), pattern);
}

function prepend(prefix: string, key: Arg): Arg {
  if (typeof key === 'string') return prefix + key;
  // Bytes that are gone would make a key of the prefix alone.
  const bytes = ArrayBuffer.isView(key) && takeLength(key) !== null ? asBytes(key) : null;
  if (bytes !== null) return Buffer.concat([Buffer.from(prefix), bytes]);
  // An argument that cannot be a key stays as it is: the encoder refuses it.
  return typeof key === 'bigint' || Number.isFinite(key) ? `${prefix}${key}` : key;
}

/** The rest of a key that begins with the prefix, text or bytes as the key; null: it does not. */
function cut<T extends ReplyKey>(key: T, prefix: string): T | null {
  if (typeof key === 'string') return key.startsWith(prefix) ? (key.slice(prefix.length) as T) : null;
  const bytes = Buffer.from(prefix);
  return bytes.equals(key.subarray(0, bytes.length)) ? (key.subarray(bytes.length) as T) : null;
}

const longestFirst = (a: string, b: string): number => b.length - a.length;
