// A process with one client: subscribes and leaves over and over, then stays subscribed while the parent cuts its connections.
import { createClient, single } from '../../lib/index.js';

export interface Growth {
  readonly heapBytes: number;
  readonly sockets: number;
  readonly timers: number;
}

const CHANNELS = 50;
// A connection that is cut at once again and again would be waited for longer and longer.
const redis = createClient({ topology: single(process.argv[2] ?? ''), reconnect: { minMs: 1, maxMs: 20 } });
redis.on('error', () => {});

function measure(): Growth {
  global.gc?.();
  const resources = process.getActiveResourcesInfo();
  const count = (type: string): number => resources.filter((one) => one === type).length;
  return { heapBytes: process.memoryUsage().heapUsed, sockets: count('TCPSocketWrap'), timers: count('Timeout') };
}

async function cycles(rounds: number): Promise<void> {
  const abort = new AbortController();
  for (let round = 0; round < rounds; round++) {
    const sub = await redis.subscribe([`c${round % 7}`, 'shared'], () => {}, { signal: abort.signal });
    const texts = redis.messages(`c${round % 5}`);
    await texts.ready();
    await Promise.all([sub.unsubscribe(), texts.return()]);
  }
}

process.on('message', async (question: { readonly ask: 'cycles' | 'stay' | 'measure'; readonly rounds?: number }) => {
  if (question.ask === 'cycles') await cycles(question.rounds ?? 0);
  if (question.ask === 'stay') {
    await redis.subscribe(
      Array.from({ length: CHANNELS }, (_, i) => `stay${i}`),
      () => {},
      { onGap: () => {} },
    );
  }
  process.send?.({ ...measure(), ...redis.stats().subscriptions });
});
process.on('disconnect', () => process.exit());
