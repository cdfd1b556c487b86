// All keys, page by page, from all shards. Run it with: npx tsx examples/scan.ts
import { cluster, createClient } from 'slotwise';

const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:7000,127.0.0.1:7001').split(',');
const redis = createClient({ topology: cluster(seeds) });

// A thousand commands at a time, however long the source is: memory stays bounded.
const users = Array.from({ length: 2_500 }, (_, i) => `user:${i}`);
let written = 0;
for await (const reply of redis.stream(users, (client, key) => client.set(key, 'new'))) if (reply === 'OK') written++;
console.log('written', written);

// Each key once, also if slots move or a node fails meanwhile.
let seen = 0;
for await (const key of redis.scanKeys({ match: 'user:*', count: 500 })) if (key.startsWith('user:')) seen++;
console.log('seen', seen);

await redis.sadd('tags', ['new', 'hot']);
for await (const tag of redis.scanSet('tags', { match: 'h*' })) console.log('tag', tag);

await redis.close();
