const TABLE = crc32Table();

/** The usual CRC-32, which twemproxy calls `crc32a`. https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_crc32.c */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  for (let at = start; at < end; at++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}

/** What twemproxy calls `crc32`: 15 bits of it, as libmemcached had it. */
export function crc32of15Bits(bytes: Uint8Array, start: number, end: number): number {
  return (crc32(bytes, start, end) >>> 16) & 0x7fff;
}

function crc32Table(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
    return crc;
  });
}
