/**
 * CRC-16/XMODEM: polynomial 0x1021, nothing reflected, starts with 0.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#appendix-a-crc16-reference-implementation-in-ansi-c
 */
const TABLE = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  TABLE[byte] = crc;
}

/** CRC-16 of bytes, from `start` up to `end`. */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let at = start; at < end; at++) crc = step(crc, bytes[at] as number); // the caller's bounds
  return crc;
}

/** CRC-16 of text without making bytes of it, -1 where it is not ASCII. */
export function crc16OfAscii(text: string, start: number, end: number): number {
  let crc = 0;
  let bits = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    bits |= code;
    crc = step(crc, code);
  }
  return bits < 128 ? crc : -1;
}

function step(crc: number, byte: number): number {
  return ((crc << 8) & 0xffff) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] as number); // 256 entries
}
