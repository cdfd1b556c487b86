// One server. Run it with: npx tsx examples/single.ts
import { createClient, single } from 'slotwise';

const redis = createClient({ topology: single(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379') });

// No need to connect: the first command does. Options are the tokens of the command's documentation, and the reply's type follows them.
await redis.set('user:1', 'Ada', { EX: 60 });
const old: string | null = await redis.set('user:1', 'Grace', { GET: true });
console.log('was', old, 'and is', await redis.get('user:1'));

await redis.hset('book:7', { title: 'Emma', year: '1815' });
console.log('book', { ...(await redis.hgetall('book:7')) });

await redis.del('top');
await redis.zadd('top', [
  { member: 'a', score: 1.5 },
  { member: 'b', score: 3 },
]);
console.log('top', await redis.zrange('top', 0, -1, { WITHSCORES: true }));

// A command without a method of its own, or one of a module.
console.log('any', await redis.call('OBJECT', 'ENCODING', 'top'));

await redis.close();
