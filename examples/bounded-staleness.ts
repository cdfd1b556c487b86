// Reads on replicas that may be a second old, and not more. Run it with: npx tsx examples/bounded-staleness.ts
import { createClient, replication } from 'slotwise';

const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:6379,127.0.0.1:6380,127.0.0.1:6381').split(',');

const redis = createClient({
  topology: replication(seeds),
  // Replicas that are further behind are left out; with none left, reads go to the primary.
  reads: 'replicaPreferred',
  maxLagMs: 1_000,
  domains: {
    // Prices may be old for a moment only, whatever that costs the primary. What is archived does not change.
    prices: { keys: 'price:*', maxLagMs: 400 },
    archive: { keys: 'archive:*', reads: 'replica', maxLagMs: 0 },
  },
});

await redis.set('price:7', '9.99');
console.log('price', await redis.get('price:7'));
console.log('archived', await redis.get('archive:1'));
// A limit for one call.
console.log('stock', await redis.with({ maxLagMs: 5_000 }).get('stock:7'));

// Where a read would go now, and what decides that: lag does not for what is archived.
for (const key of ['price:7', 'archive:1']) {
  const { mode, steps } = redis.explain('GET', key);
  console.log(mode, steps.some(({ reducer }) => reducer === 'lag') ? 'within the limit' : 'however old');
}

await redis.close();
