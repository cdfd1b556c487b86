// A cluster. Run it with: npx tsx examples/cluster.ts
import { CrossSlotError, cluster, createClient } from 'slotwise';

// Some nodes are enough: they name the others.
const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:7000,127.0.0.1:7001').split(',');
const redis = createClient({ topology: cluster(seeds) });

// Keys of several slots: split by slot, sent in parallel, answered in your order.
await redis.mset({ 'user:1': 'Ada', 'user:2': 'Grace', 'user:3': 'Barbara' });
console.log(await redis.mget(['user:3', 'user:1', 'user:9']));
console.log('deleted', await redis.del(['user:1', 'user:2', 'user:3']));

// A transaction needs one slot, which a hash tag gives its keys.
await redis.del(['{order:7}:items', '{order:7}:state']);
const [items] = await redis.multi().rpush('{order:7}:items', ['tea', 'cups']).set('{order:7}:state', 'open').exec();
console.log('items', items);

try {
  await redis.multi().set('order:7:state', 'open').set('order:8:state', 'open').exec();
} catch (error) {
  if (!(error instanceof CrossSlotError)) throw error;
  console.log('refused before it was sent, slots', error.slots);
}

await redis.close();
