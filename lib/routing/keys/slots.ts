import { CrossSlotError } from '../../errors.js';
import { keysOf } from '../../protocol/catalog/keys.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { asBytes } from '../../protocol/resp/byte-view.js';
import { argText } from '../../protocol/resp/text.js';
import { SLOT_COUNT } from '../../topology/slot-map.js';
import { affinityTo } from './affinity-slot.js';
import { crc16, crc16OfAscii } from './crc16.js';
import type { Slotting } from './slotting.js';

const PUBLISH = command('PUBLISH');
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The hash slot of a key, hash tags respected: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags */
export function slotOfKey(key: Arg): number {
  if (typeof key === 'string') return slotOfText(key);
  const bytes = asBytes(key);
  return bytes === null ? slotOfText(String(key)) : slotOfBytes(bytes);
}

function slotOfText(key: string): number {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  const crc = close > open + 1 ? crc16OfAscii(key, open + 1, close) : crc16OfAscii(key, 0, key.length);
  // As the encoder sends it, where a lone surrogate becomes U+FFFD.
  return crc === -1 ? slotOfBytes(Buffer.from(key)) : crc % SLOT_COUNT;
}

function slotOfBytes(key: Uint8Array): number {
  const open = key.indexOf(OPEN);
  const close = open === -1 ? -1 : key.indexOf(CLOSE, open + 1);
  return (close > open + 1 ? crc16(key, open + 1, close) : crc16(key, 0, key.length)) % SLOT_COUNT;
}

/**
 * The slot that all keys of a command share, -1 if it has none; for PUBLISH, which any node of a cluster takes, the affinity to that of its
 * channel: what goes through different nodes arrives in any order. In a ring that is the slot of its channel. Throws `CrossSlotError` if the keys do not share a slot.
 */
export function slotOfCommand(slotting: Slotting, spec: CommandSpec, args: readonly Arg[]): number {
  const { firstKey, lastKey } = spec;
  if (firstKey === -1) return slotting.slotOfKeyless(spec, args);
  if (firstKey >= 0 && lastKey === firstKey) {
    const key = args[firstKey];
    return key === undefined ? -1 : slotting.slotOf(key);
  }
  return slotting.commonSlot(spec.name, slotting.touched(spec, args));
}

function commonSlot(what: string, keys: readonly Arg[]): number {
  let slot = -1;
  for (const key of keys) {
    const own = slotOfKey(key);
    if (slot === -1) slot = own;
    else if (own !== slot) throw crossSlot(what, keys);
  }
  return slot;
}

/** Slotting of a cluster: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model */
export const HASH_SLOTS: Slotting = Object.freeze({
  count: SLOT_COUNT,
  asksUser: false,
  slotOf: slotOfKey,
  commonSlot,
  slotOfKeyless: (spec: CommandSpec, [channel]: readonly Arg[]) =>
    spec === PUBLISH && channel !== undefined ? affinityTo(slotOfKey(channel)) : -1,
  slotsBind: true,
  touched: keysOf,
});

function crossSlot(what: string, keys: readonly Arg[]): CrossSlotError {
  const names = keys.map(argText);
  const slots = keys.map(slotOfKey);
  const list = names.slice(0, 5).map((name, at) => `${JSON.stringify(name)} (slot ${slots[at]})`);
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return new CrossSlotError(
    `${what}: its keys must share one slot, use a hash tag such as {user:1}: ${list.join(', ')}${more}`,
    names,
    slots,
    {
      command: what,
    },
  );
}
