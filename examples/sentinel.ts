// A primary with replicas, watched by Sentinels. Run it with: npx tsx examples/sentinel.ts
import { createClient, sentinel } from 'slotwise';

// The addresses are those of the sentinels, the name is the group's: `sentinel monitor mymaster …`.
const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:26379').split(',');
const redis = createClient({ topology: sentinel(seeds, 'mymaster') });

redis.on('failover', ({ from, to }) => console.log(`the primary is ${to} now, it was ${from}`));

// While the sentinels choose a new primary, commands wait inside their deadline; they do not fail.
await redis.del('visits');
const visits = await redis.with({ timeoutMs: 30_000 }).incr('visits');
console.log('visits', visits);

await redis.close();
