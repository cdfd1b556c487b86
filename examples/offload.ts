// Slow commands go to a replica that is kept for them. Run it with: npx tsx examples/offload.ts
import { createClient, replication } from 'slotwise';

const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:6379,127.0.0.1:6380').split(',');
const forReports = seeds[1] ?? '127.0.0.1:6380';

const redis = createClient({
  topology: replication(seeds),
  nodes: [{ match: forReports, tags: { use: 'reports' } }],
  // By name, or by category: '@slow' is every slow command that only reads. With STORE, SORT writes and stays on the primary.
  offload: { commands: ['KEYS', 'SORT', '@set'], replicas: { tags: { use: 'reports' } }, fallback: ['anyReplica'] },
});

await redis.mset({ 'page:1': 'a', 'page:2': 'b' });
await redis.sadd('tags', ['tea', 'cups']);
// Replication takes a moment: this waits until both replicas have it.
await redis.with({ waitReplicas: { count: 2, timeoutMs: 1_000 } }).set('page:3', 'c');

const sent = (): number => redis.stats().nodes.find(({ node }) => node === forReports)?.sent ?? 0;
const before = sent();
console.log('pages', (await redis.keys('page:*')).sort().join(' '));
console.log('tags', (await redis.sort('tags', { ALPHA: true })).join(' '));
console.log('tags', (await redis.smembers('tags')).length);
console.log('page 1', await redis.get('page:1')); // on the primary
console.log('sent to the replica', sent() - before);

await redis.close();
