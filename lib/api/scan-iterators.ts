import type { Client } from '../client/client.js';
import { scanRing } from '../client/ring/scan-ring.js';
import { type Scan, scanCluster, scanOne } from '../client/scan/scan.js';
import type { View } from '../client/view.js';
import type { ScoredMember } from '../commands/data/scored-member.js';
import { toNumber } from '../commands/decode.js';
import type { Key } from '../commands/group.js';
import type { KeyType } from '../commands/keys/key.js';
import type { CallTarget } from '../protocol/call-target.js';
import { command } from '../protocol/catalog/specs.js';
import { type Arg, type Bytes, DECODE_BUFFERS } from '../protocol/command-spec.js';
import { decodeText } from '../protocol/resp/text.js';

/** Options of `scanHash`, `scanSet` and `scanSortedSet`. */
export interface ScanItemsOptions {
  /** Only what matches this glob-style pattern. `match` is the same. */
  readonly MATCH?: string | Bytes;
  /** How much work the server does a page (not how many items it gives). Default: the server's own, 10. `count` is the same. */
  readonly COUNT?: number;
  readonly match?: string | Bytes;
  readonly count?: number;
  /**
   * Gives each item once. Default true, which remembers up to 1,000,000 items; a number is another limit. An item beyond the limit may come
   * twice, where the server repeats it or the scan had to begin again; none is left out. `false` remembers nothing.
   */
  readonly dedupe?: boolean | number;
}

/** Options of `scanKeys`. */
export interface ScanKeysOptions extends ScanItemsOptions {
  /** Only keys of this type. `type` is the same. */
  readonly TYPE?: KeyType;
  readonly type?: KeyType;
  /**
   * In a ring: also keys that the placement puts on another member than the one that has them, left over from other members or from an
   * ejection. Default true.
   */
  readonly strays?: boolean;
}

/** Iterator of the scans and of `stream`. */
export type Items<T> = AsyncGenerator<T, void, undefined>;

/** Default of `dedupe`, in items. */
const DEDUPE_LIMIT = 1_000_000;
const SCAN = command('SCAN');
const HSCAN = command('HSCAN');
const SSCAN = command('SSCAN');
const ZSCAN = command('ZSCAN');

export function scanKeys<Text>(client: Client, view: View, options: ScanKeysOptions): Items<Text> {
  const text = textDecoder<Text>(view);
  const { prefix } = view;
  if (prefix === null) return iterateKeys(client, view, options, text);
  return stripKeys(
    iterateKeys(client, view, options, (key) => key),
    (key) => prefix.strip(key),
    text,
  );
}

function iterateKeys<Item>(client: Client, view: View, options: ScanKeysOptions, item: (key: Buffer) => Item): Items<Item> {
  const scan: Scan<Item> = {
    spec: SCAN,
    before: [],
    after: [...pageArgs(options), ...(options.type === undefined ? [] : ['TYPE', options.type])],
    width: 1,
    item,
    dedupeLimit: limitOf(options),
  };
  const { ring } = client.sharding;
  if (ring === null) return client.options.topology.kind === 'cluster' ? scanCluster(client, view, scan) : scanOne(client, view, scan);
  const own = options.strays === false ? { ...scan, skips: (key: Buffer, { slot }: CallTarget) => ring.slotOf(key) !== slot } : scan;
  return view.member === null ? scanRing(client, view, own, ring) : scanOne(client, view, own, { slot: view.member.slot });
}

/** Keys without the prefix of the view; keys without that prefix are left out. */
async function* stripKeys<Text>(keys: Items<Buffer>, strip: (key: Buffer) => Buffer | null, text: (key: Buffer) => Text): Items<Text> {
  for await (const key of keys) {
    const own = strip(key);
    if (own !== null) yield text(own);
  }
}

export function scanHash<Text>(client: Client, view: View, key: Key, options: ScanItemsOptions): Items<[field: Text, value: Text]> {
  const text = textDecoder<Text>(view);
  const item = (field: Buffer, value: Buffer): [Text, Text] => [text(field), text(value)];
  return scanOne(client, view, { spec: HSCAN, before: [key], after: pageArgs(options), width: 2, item, dedupeLimit: limitOf(options) });
}

export function scanSet<Text>(client: Client, view: View, key: Key, options: ScanItemsOptions): Items<Text> {
  const item = textDecoder<Text>(view);
  return scanOne(client, view, { spec: SSCAN, before: [key], after: pageArgs(options), width: 1, item, dedupeLimit: limitOf(options) });
}

export function scanSortedSet<Text extends string | Buffer>(
  client: Client,
  view: View,
  key: Key,
  options: ScanItemsOptions,
): Items<ScoredMember<Text>> {
  const text = textDecoder<Text>(view);
  // Scores come as text, in both protocols.
  const item = (member: Buffer, score: Buffer): ScoredMember<Text> => ({ member: text(member), score: toNumber(score.toString()) });
  return scanOne(client, view, { spec: ZSCAN, before: [key], after: pageArgs(options), width: 2, item, dedupeLimit: limitOf(options) });
}

function pageArgs({ match, count }: ScanItemsOptions): Arg[] {
  return [...(match === undefined ? [] : ['MATCH', match]), ...(count === undefined ? [] : ['COUNT', count])];
}

/** Decoder of a string reply into what the view calls text; `Text` says the same in types. */
function textDecoder<Text>({ mode }: View): (bytes: Buffer) => Text {
  const decode = (mode & DECODE_BUFFERS) === 0 ? (bytes: Buffer) => decodeText(bytes, 0, bytes.length) : (bytes: Buffer) => bytes;
  return decode as (bytes: Buffer) => Text;
}

function limitOf({ dedupe = true }: ScanItemsOptions): number {
  return typeof dedupe === 'number' ? dedupe : dedupe ? DEDUPE_LIMIT : 0;
}
