import { keyIndexes, sortPatternIndexes } from '../../protocol/catalog/keys.js';
import { type Arg, type Command, type CommandSpec, PUBSUB, type Raw } from '../../protocol/command-spec.js';
import { argText } from '../../protocol/resp/text.js';
import { type KeyPrefix, prefixGlob, prefixKey, type ReplyKey } from './key-prefix.js';

/** A command with prefixed keys, and with a decoder that takes the prefixes off the keys in its reply. */
export function prefixed(prefix: KeyPrefix, given: Command): Command {
  const { spec, decode } = given;
  const args = prefixKeys(prefix, spec, given.args);
  const strip = STRIPPED.get(spec.name);
  if (strip === undefined) return { ...given, args };
  return {
    ...given,
    args,
    decode: (raw, sent, mode) => {
      const own = raw instanceof Error ? raw : strip(prefix, raw);
      return decode === null ? own : decode(own, sent, mode);
    },
  };
}

/** The arguments with a prefix before every key and every pattern of keys. */
export function prefixKeys(prefix: KeyPrefix, spec: CommandSpec, args: readonly Arg[]): readonly Arg[] {
  // The "keys" of these are channels or a cursor, which only decide where the command goes.
  if ((spec.flags & PUBSUB) !== 0) return args;
  const patterns = PATTERNS.get(spec.name);
  if (patterns?.keys === false) return patterns.prefix(prefix, args);
  const { firstKey, lastKey } = spec;
  if (firstKey === -1) return args;
  const own = args.slice();
  for (const at of firstKey >= 0 && firstKey === lastKey ? [firstKey] : keyIndexes(spec, args)) {
    const key = args[at];
    if (key !== undefined) own[at] = prefixKey(prefix, key);
  }
  return patterns === undefined ? own : patterns.prefix(prefix, own);
}

/** Commands with patterns of keys. `keys: false`: the arguments that the command table has for keys are none. */
const PATTERNS: ReadonlyMap<string, { readonly keys: boolean; prefix(prefix: KeyPrefix, args: readonly Arg[]): readonly Arg[] }> = new Map([
  ['KEYS', { keys: false, prefix: (prefix, args) => args.map((pattern) => prefixGlob(prefix, pattern)) }],
  ['SCAN', { keys: false, prefix: matchWithin }],
  ['CLUSTERSCAN', { keys: false, prefix: matchWithin }],
  ['SORT', { keys: true, prefix: sortPatterns }],
  ['SORT_RO', { keys: true, prefix: sortPatterns }],
]);

/** `cursor [MATCH pattern] [COUNT count] …`: without a pattern the prefix is one. */
function matchWithin(prefix: KeyPrefix, args: readonly Arg[]): readonly Arg[] {
  const own = args.slice();
  let matches = false;
  for (let at = 1; at < args.length; at += 2) {
    if (argText(args[at] ?? '').toUpperCase() !== 'MATCH') continue;
    matches = true;
    const pattern = args[at + 1];
    if (pattern !== undefined) own[at + 1] = prefixGlob(prefix, pattern);
  }
  if (!matches && prefix.of('*') !== '') own.push('MATCH', prefixGlob(prefix, '*'));
  return own;
}

function sortPatterns(prefix: KeyPrefix, args: readonly Arg[]): readonly Arg[] {
  const own = args.slice();
  for (const at of sortPatternIndexes(args)) own[at] = prefixKey(prefix, args[at] ?? '');
  return own;
}

type Strip = (prefix: KeyPrefix, raw: Raw) => Raw;

/** Commands whose replies hold keys. */
const STRIPPED: ReadonlyMap<string, Strip> = new Map<string, Strip>([
  ['KEYS', stripList],
  ['RANDOMKEY', (prefix, raw) => (isKey(raw) ? prefix.strip(raw) : raw)],
  ['SCAN', stripPage],
  ['CLUSTERSCAN', stripPage],
  ['BLPOP', stripFirst],
  ['BRPOP', stripFirst],
  ['LMPOP', stripFirst],
  ['BLMPOP', stripFirst],
  ['ZMPOP', stripFirst],
  ['BZMPOP', stripFirst],
  ['BZPOPMIN', stripFirst],
  ['BZPOPMAX', stripFirst],
  ['XREAD', stripStreams],
  ['XREADGROUP', stripStreams],
]);

/** Keys of a list reply without the prefix; keys that the program has no name for are left out. */
function stripList(prefix: KeyPrefix, raw: Raw): Raw {
  if (!Array.isArray(raw)) return raw;
  return raw.map((key) => (isKey(key) ? prefix.strip(key) : key)).filter((key) => key !== null);
}

/** `[cursor, keys]` */
function stripPage(prefix: KeyPrefix, raw: Raw): Raw {
  return Array.isArray(raw) ? raw.map((part) => stripList(prefix, part)) : raw;
}

/** `[key, …]` */
function stripFirst(prefix: KeyPrefix, raw: Raw): Raw {
  return Array.isArray(raw) ? raw.map((part, at) => (at === 0 ? stripOne(prefix, part) : part)) : raw;
}

/** `[[key, entries] …]`, `[key, entries …]` or an object. */
function stripStreams(prefix: KeyPrefix, raw: Raw): Raw {
  if (typeof raw !== 'object' || raw === null || Buffer.isBuffer(raw) || raw instanceof Error) return raw;
  if (!Array.isArray(raw)) return Object.fromEntries(Object.entries(raw).map(([key, entries]) => [stripOne(prefix, key), entries]));
  return raw.map((part, at) => (Array.isArray(raw[0]) ? stripFirst(prefix, part) : at % 2 === 0 ? stripOne(prefix, part) : part));
}

function stripOne(prefix: KeyPrefix, key: Raw): Raw {
  return isKey(key) ? (prefix.strip(key) ?? key) : key;
}

function isKey(raw: Raw): raw is ReplyKey {
  return typeof raw === 'string' || Buffer.isBuffer(raw);
}
