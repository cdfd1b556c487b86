import slotOf from 'cluster-key-slot';
import { micro } from './harness.mjs';

const keysLike = (make) => Array.from({ length: 1024 }, (_, i) => make(i));
const short = keysLike((i) => `user:${i}`);
const usual = keysLike((i) => `session:${String(i).padStart(9, '0')}`);
const tagged = keysLike((i) => `{user:${i}}:profile:settings`);
const long = keysLike((i) => `${'tenant/region/service/object/'.repeat(4)}${i}`);
const buffers = usual.map((key) => Buffer.from(key));
const text = keysLike((i) => `größe:${i}:страница`);

micro('key slot (CRC16 of the key or of its hash tag)', {
  'short string, 6–9 characters': (i) => slotOf(short[i & 1023]),
  'string of 17 characters': (i) => slotOf(usual[i & 1023]),
  'Buffer of 17 bytes': (i) => slotOf(buffers[i & 1023]),
  'hash tag, {user:1}:profile:settings': (i) => slotOf(tagged[i & 1023]),
  'string of 120 characters': (i) => slotOf(long[i & 1023]),
  'string outside ASCII': (i) => slotOf(text[i & 1023]),
});
