/**
 * Jenkins' one-at-a-time as twemproxy has it, which reads keys as `char`, with a sign.
 * https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_one_at_a_time.c
 */
export function oneAtATime(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at++) {
    hash = (hash + (((bytes[at] as number) << 24) >> 24)) | 0;
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >>> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >>> 11;
  return (hash + (hash << 15)) >>> 0;
}
