// One connection for yourself. Run it with: npx tsx examples/lease.ts
import { createClient, replication } from 'slotwise';

const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:6379,127.0.0.1:6380').split(',');
const redis = createClient({ topology: replication(seeds) });

// WAIT counts the replicas that have the writes of its own connection, so it says nothing on one that others write on.
const copies = await redis.lease(async (one) => {
  await one.set('order:7', 'paid');
  return one.call('WAIT', 2, 1_000);
});
console.log('replicas that have it:', copies);

// Where others would feel it, such a command is refused, and the error says what to use.
await redis.call('WAIT', 2, 1_000).catch((error) => console.log(error.code));

await redis.close();
