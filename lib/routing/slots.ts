import calculateSlot from 'cluster-key-slot';
import { CrossSlotError } from '../errors.js';
import type { Arg, CommandSpec } from '../protocol/command.js';
import { keyIndexes } from '../protocol/keys.js';

/** The hash slot of a key, hash tags respected: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags */
export function slotOfKey(key: Arg): number {
  if (typeof key === 'string') return calculateSlot(key);
  if (key instanceof Uint8Array) return calculateSlot(Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength));
  return calculateSlot(String(key));
}

/** The slot that all keys of a command share, -1 if it has none. Throws `CrossSlotError` if they do not share one. */
export function slotOfCommand(spec: CommandSpec, args: readonly Arg[]): number {
  const { firstKey, lastKey } = spec;
  if (firstKey === -1) return -1;
  if (firstKey >= 0 && lastKey === firstKey) {
    const key = args[firstKey];
    return key === undefined ? -1 : slotOfKey(key);
  }
  return commonSlot(
    spec.name,
    keyIndexes(spec, args).map((index) => args[index] ?? ''),
  );
}

/** The one slot of all these keys, -1 if there are none. */
export function commonSlot(what: string, keys: readonly Arg[]): number {
  let slot = -1;
  for (const key of keys) {
    const own = slotOfKey(key);
    if (slot === -1) slot = own;
    else if (own !== slot) throw crossSlot(what, keys);
  }
  return slot;
}

function crossSlot(what: string, keys: readonly Arg[]): CrossSlotError {
  const names = keys.map((key) => (key instanceof Uint8Array ? Buffer.from(key).toString() : String(key)));
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
