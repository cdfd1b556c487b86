// Independent servers, each with its share of the keys. Run it with: npx tsx examples/ring.ts
import { CrossSlotError, createClient, ring } from 'slotwise';

const [a = '127.0.0.1:6379', b = '127.0.0.1:6380', c = '127.0.0.1:6381'] = (process.env.REDIS_SEEDS ?? '').split(',').filter(Boolean);
const redis = createClient({ topology: ring({ a, b, c }) });

// Which member has a key is known without asking a server.
console.log(['user:1', 'user:2', 'user:3'].map((key) => redis.memberOf(key)).join(' '));

// Keys of several members: split, sent in parallel, answered in your order.
await redis.mset({ 'user:1': 'Ada', 'user:2': 'Grace', 'user:3': 'Barbara' });
console.log(await redis.mget(['user:3', 'user:1', 'user:9']));

// A client of one member, over the same connections.
console.log('on its member:', await redis.member(redis.memberOf('user:1')).get('user:1'));

// A transaction needs one member, which a hash tag gives its keys.
console.log(await redis.multi().set('{order:7}:state', 'open').get('{order:7}:state').exec());
try {
  await redis.multi().set('order:7:state', 'open').set('order:8:state', 'open').exec();
} catch (error) {
  if (!(error instanceof CrossSlotError)) throw error;
  console.log('refused before it was sent');
}

await redis.close();
