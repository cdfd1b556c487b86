// Messages one after the other, with what may be missing among them. Run it with: npx tsx examples/messages.ts
import { createClient } from 'slotwise';

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');

// At most 1,000 messages wait for a loop that is slower than they come.
const orders = redis.messages('orders', { gaps: true, maxBuffered: 1_000, overflow: 'drop-oldest' });
await orders.ready();
for (let n = 1; n <= 3; n++) await redis.publish('orders', JSON.stringify({ n }));
await redis.publish('orders', 'end');

for await (const item of orders) {
  if (item.type === 'gap') {
    console.log('missing, perhaps:', item.reason, new Date(item.sinceMs), new Date(item.untilMs));
    continue;
  }
  console.log(item.channel, item.message);
  if (item.message === 'end') break; // unsubscribes
}

// What happens to keys, on every primary. Servers tell of it only when `notify-keyspace-events` says so.
const changes = redis.keyspaceEvents({ keys: 'cart:*', events: ['set', 'del'], configure: true });
await changes.ready();
await redis.set('cart:7', 'tea');
const { value } = await changes.next();
console.log(value?.event, value?.key);

await redis.close();
