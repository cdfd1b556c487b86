// One connection for yourself. Run it with: npx tsx examples/lease.ts
import { createClient, type Redis } from 'slotwise';

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
await redis.mset({ '{bank}:ada': '100', '{bank}:grace': '20' });

/** Compares and writes: if somebody changes the balance in between, EXEC answers null and nothing is written. */
function transfer(client: Redis, from: string, to: string, amount: number): Promise<boolean> {
  // WATCH and MULTI change the state of a connection, so they need one that nobody shares. `key` leads to its node in a cluster.
  return client.lease(
    async (one) => {
      for (let tries = 0; tries < 10; tries++) {
        await one.call('WATCH', from);
        const balance = Number(await one.get(from));
        if (balance < amount) return false;
        await one.call('MULTI');
        await one.call('DECRBY', from, amount);
        await one.call('INCRBY', to, amount);
        if ((await one.call('EXEC')) !== null) return true;
      }
      return false;
    },
    { key: from },
  );
}

console.log('first', await transfer(redis, '{bank}:ada', '{bank}:grace', 70));
console.log('second', await transfer(redis, '{bank}:ada', '{bank}:grace', 70));
console.log(await redis.mget(['{bank}:ada', '{bank}:grace']));

await redis.close();
