import { createClient } from '../../lib/index.js';
import { RedisServer } from './servers/redis/redis-server.js';
import { World } from './world.js';

function seed(n: number): { commands: number; fingerprint: number; ms: number } {
  const world = new World(n);
  world.enter();
  const server = new RedisServer(world.network, { host: '10.0.0.1', port: 6379 }, { version: '7.2.4', product: 'redis' }, world.books);
  server.start();
  const redis = createClient('redis://10.0.0.1:6379');
  redis.on('error', () => undefined);
  let done = 0;
  let issued = 0;
  const errors: string[] = [];
  const random = world.random.fork('work');
  const caller = async (id: number): Promise<void> => {
    for (let i = 0; i < 40; i++) {
      issued++;
      try {
        if (random.chance(0.5)) await redis.set(`k${id}`, `v${i}`);
        else await redis.get(`k${id}`);
      } catch (error) {
        errors.push((error as Error).message);
      }
      done++;
      world.trace.add('caller', `done ${id} ${i}`);
    }
  };
  for (let i = 0; i < 10; i++) world.timeline.after(random.integer(0, 10), () => world.client.arrive(() => void caller(i)));
  world.timeline.after(5, () => server.kill());
  world.timeline.after(300, () => server.start());
  if (!world.run(() => done === 400, 60_000)) throw new Error(`not done: ${done} of ${issued}`);
  const ms = world.timeline.now;
  let closed = false;
  world.client.arrive(
    () =>
      void redis.close().then(() => {
        closed = true;
      }),
  );
  world.run(() => closed, 10_000);
  world.leave();
  if (n === 1) console.log(errors, world.client.openTimerNames, world.client.turns, world.client.uncaught);
  return { commands: done, fingerprint: world.trace.fingerprint, ms };
}

setImmediate(() => {
  console.log(seed(1), seed(1));
  const start = performance.now();
  for (let i = 0; i < 200; i++) seed(i);
  console.log((200 / (performance.now() - start)) * 1000, 'seeds/s');
});
