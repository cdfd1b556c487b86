// A primary with replicas and nobody who watches them. Run it with: npx tsx examples/replication.ts
import { createClient, replication } from 'slotwise';

// Any member will do: it names the others.
const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:6379,127.0.0.1:6380').split(',');
const redis = createClient({ topology: replication(seeds), reads: 'replicaPreferred' });

await redis.set('user:1', 'Ada');

// Replication is asynchronous: who must see his own write reads from the primary.
console.log('from the primary:', await redis.with({ reads: 'primary' }).get('user:1'));
console.log('from a replica, a moment old perhaps:', await redis.get('user:1'));

const [shard] = redis.topology?.shards ?? [];
console.log(`1 primary, ${shard?.replicas.length} replicas`);

await redis.close();
