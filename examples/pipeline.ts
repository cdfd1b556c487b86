// Commands that travel together. Run it with: npx tsx examples/pipeline.ts
import { createClient, ReplyError } from 'slotwise';

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
await redis.del(['a', 'b', 'list']);

// What you issue in one tick leaves in one write, without asking for it.
const [a, b] = await Promise.all([redis.incr('a'), redis.incrby('b', 10)]);
console.log(a, b);

// A pipeline is a list of commands whose replies come as a tuple with the types of its commands: [string | null, number].
const [value, sum] = await redis.pipeline().get('a').incrby('b', 5).exec();
console.log(value?.length, sum + 1);

// Its commands are independent: one that fails does not stop the others. Errors can stay in their places.
const replies = await redis.pipeline().rpush('list', 'x').incr('list').get('a').exec({ errors: 'inline' });
for (const reply of replies) console.log(reply instanceof ReplyError ? reply.code : reply);

// A transaction runs as one: nothing of others comes in between.
const [, balance] = await redis.multi().set('a', '100').decrby('a', 30).exec();
console.log('balance', balance);

await redis.close();
