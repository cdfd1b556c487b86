// Options of single calls. Run it with: npx tsx examples/per-call.ts
import { AbortError, createClient } from 'slotwise';

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');

// A view shares the connections of its client; make it once and keep it, or write it where you call.
const fast = redis.with({ timeoutMs: 200 });
await fast.set('counter', '9007199254740993');

// Integers beyond 2^53 are never rounded.
console.log(await redis.with({ integers: 'bigint' }).incr('counter'));

// Bytes instead of text.
console.log(await redis.with({ buffers: true }).get('counter'));

// This write may run twice if its connection breaks: so it is tried again instead of rejected as unknown.
console.log(await redis.with({ idempotent: true }).set('state', 'done'));

// Give up with the request that wanted it.
const request = new AbortController();
request.abort(new Error('the user left'));
await redis
  .with({ signal: request.signal })
  .get('counter')
  .catch((error) => console.log(error.code, '-', error.cause.message));

// Nobody pushes to this list: the server answers null after 0.1 s, on a connection that nobody else uses.
console.log(await redis.blpop('nothing', 0.1));

// Without a limit on the server there is no deadline either: it waits until something comes, or until the signal fires.
const late = await redis
  .with({ signal: AbortSignal.timeout(50) })
  .blpop('nothing', 0)
  .catch((error) => error);
console.log(late instanceof AbortError, late.code);

await redis.close();
