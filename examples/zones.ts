// Reads stay in their zone while they can. Run it with: npx tsx examples/zones.ts
import { createClient, replication } from 'slotwise';

const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:6379,127.0.0.1:6380,127.0.0.1:6381').split(',');
const [primary = '127.0.0.1:6379', near = '127.0.0.1:6380', spare = '127.0.0.1:6381'] = seeds;

const redis = createClient({
  topology: replication(seeds),
  reads: 'replicaPreferred',
  // Where this program runs, and where the nodes are. Valkey 8 and newer tell that themselves (availability-zone in their configuration).
  zone: 'a',
  nodes: [
    { match: primary, zone: 'b' },
    { match: near, zone: 'a', weight: 2 },
    // In the same zone, but only for the time when the other one is gone.
    { match: spare, zone: 'a', priority: 1 },
  ],
});
await redis.connect();

const { node, steps } = redis.explain('GET', 'front');
console.log(node === near ? 'the near one serves' : `${node} serves`);
for (const { removed } of steps)
  for (const { node: other, why } of removed) console.log(other === spare ? 'spare' : 'primary', 'not:', why);
console.log(await redis.get('front'));

await redis.close();
