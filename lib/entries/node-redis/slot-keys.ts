const SLOTS = 16_384;

/** CRC16 (XMODEM) of ASCII text: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#appendix-a-crc16-reference-implementation-in-ansi-c */
function crc16(text: string): number {
  let crc = 0;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at) << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80_00 ? ((crc << 1) ^ 0x10_21) & 0xff_ff : (crc << 1) & 0xff_ff;
  }
  return crc;
}

const known = new Map<number, string>();

/** A key of a slot: it says which shard a command is for that has no key of its own. */
export function keyOfSlot(slot: number): string {
  const found = known.get(slot);
  if (found !== undefined) return found;
  for (let number = 0; ; number++) {
    const key = String(number);
    const its = crc16(key) % SLOTS;
    if (its !== slot) continue;
    known.set(slot, key);
    return key;
  }
}
