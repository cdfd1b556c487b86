// Reads split by business domain. Run it with: npx tsx examples/domains.ts
import { createClient, replication } from 'slotwise';

const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:6379,127.0.0.1:6380,127.0.0.1:6381').split(',');
const [, forVideo = '127.0.0.1:6380', forNews = '127.0.0.1:6381'] = seeds;

const redis = createClient({
  topology: replication(seeds),
  // What the servers cannot tell. A rule may also match a subnet, '10.0.1.0/24', or a pattern, '*.zone-b.example'.
  nodes: [
    { match: forVideo, tags: { use: 'video' } },
    { match: forNews, tags: { use: 'news' } },
  ],
  domains: {
    // By the key: reads of video:… load one replica only; if it fails any other, then the primary.
    video: { keys: 'video:*', reads: 'replica', replicas: { tags: { use: 'video' } }, fallback: ['anyReplica', 'primary'] },
    // By name or by the key, with a deadline of its own.
    news: { keys: ['news:*', 'front'], reads: 'replicaPreferred', replicas: { tags: { use: 'news' } }, timeoutMs: 500 },
    // Users must see what they just wrote.
    users: { keys: 'user:*', reads: 'primary' },
  },
});

await redis.mset({ 'video:42': 'cats', front: 'headlines', 'user:1': 'Ada' });
console.log(await redis.get('video:42'), await redis.domain('news').get('front'), await redis.get('user:1'));

// Who may serve a read, without sending it; String(…) of this says why, too.
for (const key of ['video:42', 'front', 'user:1']) {
  const { domain, mode, candidates } = redis.explain('GET', key);
  console.log(`${domain}: ${mode}, ${candidates.length} node that may serve it`);
}
for (const { node, role, sent } of redis.stats().nodes) console.log(`${role} ${node} answered ${sent}`);

await redis.close();
