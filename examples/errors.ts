// What an error tells. Run it with: npx tsx examples/errors.ts
import { createClient, SlotwiseError, single } from 'slotwise';

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
const unreachable = createClient({ topology: single('127.0.0.1:1'), timeoutMs: 100 });
unreachable.on('error', () => {}); // Each rejection says it, too.

/** Failovers and redirects are dealt with inside the deadline. What rejects nevertheless says whether the command ran. */
async function outcome(write: Promise<number>): Promise<string> {
  try {
    return `done: ${await write}`;
  } catch (error) {
    if (!(error instanceof SlotwiseError)) throw error;
    switch (error.executed) {
      case 'no': // It never ran: doing it again later is safe.
        return `${error.code}: queue it and try again later`;
      case 'unknown': // It may have run: look before you do it again.
        return `${error.code}: compare before trying again`;
      case 'yes': // The server ran it and refused: trying again gives the same.
        return `${error.code}: a mistake of the program`;
    }
  }
}

await redis.del('paid');
console.log(await outcome(redis.incr('paid')));
console.log(await outcome(unreachable.incr('paid')));
await redis.set('name', 'Ada');
console.log(await outcome(redis.incr('name')));

// A server that does not answer in time: writes are paused for a moment, as in a manual failover.
await redis.call('CLIENT', 'PAUSE', 300, 'WRITE');
console.log(await outcome(redis.with({ timeoutMs: 100 }).incr('paid')));

await redis.close();
unreachable.destroy();
