import redis7 from '../../../../captures/redis-7.0.15.json' with { type: 'json' };
import redis8 from '../../../../captures/redis-8.0.2.json' with { type: 'json' };
import valkey8 from '../../../../captures/valkey-8.1.1.json' with { type: 'json' };
import valkey9 from '../../../../captures/valkey-9.1.2.json' with { type: 'json' };

/** Where a command has keys: https://redis.io/docs/latest/develop/reference/key-specs/ */
export interface KeySpecFacts {
  readonly flags: readonly string[];
  readonly begin: { readonly type: string; readonly index?: number; readonly keyword?: string; readonly startfrom?: number };
  readonly find: {
    readonly type: string;
    readonly lastkey?: number;
    readonly keystep?: number;
    readonly limit?: number;
    readonly keynumidx?: number;
    readonly firstkey?: number;
  };
}

/** What a real server says of a command of its own. */
export interface CommandFacts {
  /** Number of words, the name's included; negative is "at least". */
  readonly arity: number;
  readonly flags: readonly string[];
  /** First key, last key, step. Missing: no keys, or only the specs tell. */
  readonly keys?: readonly number[];
  readonly keySpecs?: readonly KeySpecFacts[];
  readonly tips?: readonly string[];
  /** It has subcommands. */
  readonly container?: boolean;
}

export type CommandFactsByName = ReadonlyMap<string, CommandFacts>;

/** Captured from real servers, by `<product> <major version>`. Names are in capitals, of subcommands with their container's: `CLIENT LIST`. */
const captured: ReadonlyMap<string, CommandFactsByName> = new Map(
  Object.entries({ 'redis 7': redis7, 'redis 8': redis8, 'valkey 8': valkey8, 'valkey 9': valkey9 }).map(([name, { commands }]) => [
    name,
    new Map(Object.entries(commands as unknown as Readonly<Record<string, CommandFacts>>)),
  ]),
);

/** The commands that a server of this version has: as the nearest that was captured. */
export function commandFacts(product: 'redis' | 'valkey', version: string): CommandFactsByName {
  const major = Number.parseInt(version, 10);
  const nearest = product === 'redis' ? (major >= 8 ? 'redis 8' : 'redis 7') : major >= 9 ? 'valkey 9' : 'valkey 8';
  return captured.get(nearest) ?? new Map();
}

/** A function that finds the keys of a command. */
export function keyFinder({ keys, keySpecs = [], flags }: CommandFacts): (words: readonly string[]) => readonly string[] {
  const specs = keySpecs.filter((spec) => spec.begin.type !== 'unknown');
  if (specs.length === 0) return () => none;
  const [spec] = specs;
  const isFirst = keys !== undefined && keys[0] === 1 && keys[1] === 1;
  if (isFirst && specs.length === 1 && spec?.find.type === 'range' && !flags.includes('movablekeys')) return (words) => words.slice(1, 2);
  return (words) => (specs.length === 1 && spec !== undefined ? keysBySpec(spec, words) : specs.flatMap((each) => keysBySpec(each, words)));
}

const none: readonly string[] = [];

function keysBySpec({ begin, find }: KeySpecFacts, words: readonly string[]): readonly string[] {
  const first = begin.type === 'index' ? (begin.index ?? 0) : keywordAt(words, begin.keyword ?? '', begin.startfrom ?? 1);
  if (first < 0 || first >= words.length) return none;
  if (find.type === 'range') {
    const { lastkey = 0, keystep = 1, limit = 0 } = find;
    // `limit` 2: the first half of what is left.
    const last =
      lastkey >= 0 ? first + lastkey : limit > 1 ? first + Math.floor((words.length - first) / limit) - 1 : words.length + lastkey;
    const found: string[] = [];
    for (let at = first; at <= last && at < words.length; at += keystep) found.push(words[at] ?? '');
    return found;
  }
  if (find.type === 'keynum') {
    const count = Number(words[first + (find.keynumidx ?? 0)]);
    const from = first + (find.firstkey ?? 0);
    return Number.isInteger(count) && count > 0 ? words.slice(from, from + count) : none;
  }
  return none;
}

/** Position after a keyword, which is searched from the front, or from the end. */
function keywordAt(words: readonly string[], keyword: string, startFrom: number): number {
  if (startFrom >= 0) {
    for (let at = startFrom; at < words.length; at++) if (words[at]?.toUpperCase() === keyword) return at + 1;
    return -1;
  }
  for (let at = words.length + startFrom; at > 0; at--) if (words[at]?.toUpperCase() === keyword) return at + 1;
  return -1;
}
