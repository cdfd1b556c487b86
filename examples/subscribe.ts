// Listen to channels and patterns with a function. Run it with: npx tsx examples/subscribe.ts
import { createClient } from 'slotwise';

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');

const news = await redis.subscribe(
  ['news', 'sport'],
  (message, channel) => console.log(channel, message),
  // After a failover: what was published meanwhile is gone, so load anew what you keep.
  { onGap: ({ reason, name }) => console.log(`${name}: something may be missing (${reason})`) },
);
const users = await redis.psubscribe('user:*', (message, channel, pattern) => console.log(pattern, channel, message));

await redis.publish('news', 'hello');
await redis.publish('user:1', 'logged in');
await redis.publish('sport', '2:1');
while (redis.stats().subscriptions.messages < 3) await new Promise((resolve) => setTimeout(resolve, 5));

await news.unsubscribe();
await users.unsubscribe();
await redis.close();
