/**
 * Hsieh's SuperFastHash as twemproxy has it: it starts with 0, not with the length, and the last byte of three beyond a multiple of four has a
 * sign. https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_hsieh.c
 */
export function hsieh(bytes: Uint8Array, start: number, end: number): number {
  const rest = (end - start) & 3;
  let hash = 0;
  let at = start;
  for (; at < end - rest; at += 4) {
    hash = (hash + int16At(bytes, at)) | 0;
    hash = (hash << 16) ^ (int16At(bytes, at + 2) << 11) ^ hash;
    hash = (hash + (hash >>> 11)) | 0;
  }
  if (rest === 3) {
    hash = (hash + int16At(bytes, at)) | 0;
    hash ^= hash << 16;
    hash ^= (((bytes[at + 2] as number) << 24) >> 24) << 18;
    hash = (hash + (hash >>> 11)) | 0;
  } else if (rest === 2) {
    hash = (hash + int16At(bytes, at)) | 0;
    hash ^= hash << 11;
    hash = (hash + (hash >>> 17)) | 0;
  } else if (rest === 1) {
    hash = (hash + (bytes[at] as number)) | 0;
    hash ^= hash << 10;
    hash = (hash + (hash >>> 1)) | 0;
  }
  hash ^= hash << 3;
  hash = (hash + (hash >>> 5)) | 0;
  hash ^= hash << 4;
  hash = (hash + (hash >>> 17)) | 0;
  hash ^= hash << 25;
  return (hash + (hash >>> 6)) >>> 0;
}

function int16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8); // the caller's bounds
}
