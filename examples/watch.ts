// Compare, then write. Run it with: npx tsx examples/watch.ts
import { createClient, type Redis } from 'slotwise';

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
await redis.mset({ '{bank}:ada': '100', '{bank}:grace': '20' });

/** If somebody changes the balance between reading and writing, nothing is written and it begins again, on a connection of its own. */
async function transfer(client: Redis, from: string, to: string, amount: number): Promise<boolean> {
  const replies = await client.watch(from, async (tx) => {
    const balance = Number(await tx.get(from));
    return balance < amount ? null : tx.multi().decrby(from, amount).incrby(to, amount);
  });
  return replies !== null;
}

console.log('first', await transfer(redis, '{bank}:ada', '{bank}:grace', 70));
console.log('second', await transfer(redis, '{bank}:ada', '{bank}:grace', 70));

// Twenty at once: each finds a balance that is true.
const results = await Promise.all(Array.from({ length: 20 }, () => transfer(redis, '{bank}:grace', '{bank}:ada', 10)));
console.log('twenty', results.filter(Boolean).length);
console.log(await redis.mget(['{bank}:ada', '{bank}:grace']));

await redis.close();
