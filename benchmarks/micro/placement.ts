/**
 * Which member of a ring has a key, in ns a key: `node --import tsx benchmarks/micro/placement.ts [name part]`. Each placement is timed in a
 * process of its own, as a program has one.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compilePlacement } from '../../lib/placement/compile.js';
import { type PlacementOptions, TWEMPROXY_HASHES } from '../../lib/placement/placement.js';
import { micro } from './harness.mjs';

const ketama = (hash: (typeof TWEMPROXY_HASHES)[number]) => ({ as: 'twemproxy', hash, distribution: 'ketama' }) as const;
const placements: Readonly<Record<string, PlacementOptions>> = {
  ...Object.fromEntries(TWEMPROXY_HASHES.map((hash) => [`ketama ${hash}`, ketama(hash)])),
  'ketama fnv1a_64, hash tag': { ...ketama('fnv1a_64'), hashTag: '{}' },
  'modula fnv1a_64': { as: 'twemproxy', hash: 'fnv1a_64', distribution: 'modula' },
  jedis: { as: 'jedis', hash: 'murmur', version: 3 },
  'jedis, tag': { as: 'jedis', hash: 'murmur', version: 3, tag: '{}' },
  'jedis md5': { as: 'jedis', hash: 'md5', version: 3 },
  'redis-rb': { as: 'redis-rb', version: 5 },
  'go-redis': { as: 'go-redis' },
  'predixy crc16': { as: 'predixy', hash: 'crc16' },
  'predixy atol': { as: 'predixy', hash: 'atol' },
};
const members = [1, 2, 3].map((i, position) => ({ name: `10.0.0.${i}:6379`, weight: 1, position }));
const keysLike = <Key>(make: (i: number) => Key): Key[] => Array.from({ length: 1024 }, (_, i) => make(i));

/** Times one placement, and prints it. */
function measure(name: string, options: PlacementOptions): void {
  const place = compilePlacement(options, members);
  const usual = keysLike((i) => `user:${String(i).padStart(10, '0')}`);
  const tagged = keysLike((i) => `{user:${i}}:profile:settings`);
  const long = keysLike((i) => `${'tenant/region/service/object/'.repeat(4)}${i}`);
  const bytes = usual.map((key) => Buffer.from(key));
  const international = keysLike((i) => `größe:${i}:страница`);
  micro(name, {
    'string of 15 characters': (i: number) => place.indexOf(usual[i & 1023] as string),
    'Buffer of 15 bytes': (i: number) => place.indexOf(bytes[i & 1023] as Buffer),
    '{user:1}:profile:settings': (i: number) => place.indexOf(tagged[i & 1023] as string),
    'string of 120 characters': (i: number) => place.indexOf(long[i & 1023] as string),
    'string outside ASCII': (i: number) => place.indexOf(international[i & 1023] as string),
  });
}

const [part = '', only] = process.argv.slice(2);
if (only === 'only') {
  const options = placements[part];
  if (options !== undefined) measure(part, options);
} else {
  for (const name of Object.keys(placements).filter((each) => each.includes(part))) {
    spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), name, 'only'], { stdio: 'inherit' });
  }
}
