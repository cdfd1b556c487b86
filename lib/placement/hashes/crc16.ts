const TABLE = crc16Table();

/**
 * CRC-16/XMODEM of which nothing is cut off: twemproxy shifts in 32 bits, and never masks them. The lower 16 bits are the usual CRC-16, of Redis
 * Cluster, too. https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_crc16.c
 */
export function wideCrc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let at = start; at < end; at++) crc = (crc << 8) ^ (TABLE[((crc >>> 8) ^ (bytes[at] as number)) & 0xff] as number);
  return crc >>> 0;
}

function crc16Table(): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    return crc;
  });
}
