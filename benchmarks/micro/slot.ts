/** The slot of a key, beside cluster-key-slot: `node --import tsx benchmarks/micro/slot.ts` */
import packaged from 'cluster-key-slot';
import { slotOfKey } from '../../lib/routing/keys/slots.js';
import { micro } from './harness.mjs';

const keysLike = <Key>(make: (i: number) => Key): Key[] => Array.from({ length: 1024 }, (_, i) => make(i));
const usual = keysLike((i) => `session:${String(i).padStart(9, '0')}`);
const cases = {
  'string of 6 to 9 characters': keysLike((i) => `user:${i}`),
  'string of 17 characters': usual,
  'Buffer of 17 bytes': usual.map((key) => Buffer.from(key)),
  'hash tag, {user:1}:profile:settings': keysLike((i) => `{user:${i}}:profile:settings`),
  'string of 120 characters': keysLike((i) => `${'tenant/region/service/object/'.repeat(4)}${i}`),
  'string outside ASCII': keysLike((i) => `größe:${i}:страница`),
};

for (const [title, keys] of Object.entries(cases)) {
  micro(title, {
    slotwise: (i: number) => slotOfKey(keys[i & 1023] as string),
    'cluster-key-slot': (i: number) => packaged(keys[i & 1023] as string),
  });
}
