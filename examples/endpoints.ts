// Through one of several equal proxies, such as twemproxy. Run it with: npx tsx examples/endpoints.ts
import { createClient, endpoints } from 'slotwise';

// A function may give those of now instead of a list, see codis.ts.
const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:22121,127.0.0.1:22122').split(',').filter(Boolean);
const redis = createClient({ topology: endpoints(seeds, { speaks: 'plain', refuses: 'twemproxy' }) });

// When the proxy fails, the next one takes over; what may have run is not sent again, unless it only reads.
redis.on('failover', ({ from, to }) => console.log(`${to} instead of ${from}`));

await redis.set('user:1', 'Ada', { EX: 60 });
console.log('user', await redis.get('user:1'));
console.log('in order', await redis.mget(['user:2', 'user:1']));

// The proxy would close the connection, which all callers share, so it is not sent.
await redis.publish('news', 'hello').catch(({ code, executed }) => console.log(code, executed));

await redis.close();
