import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import type { Fault } from './fault.js';

const HOUR_MS = 3_600_000;
const nothing = (): void => undefined;

function stand({ client, trace }: World, random: Random, ms: number): void {
  const how = random.chance(0.5) ? 'computes' : 'stopped';
  trace.add('client', 'stands still', () => `for ${ms.toFixed(0)} ms: ${how}`);
  client.standStill(ms, how);
}

/** What happens to the process of the client. */
export const clientFaults: readonly Fault[] = [
  {
    name: 'client stands still',
    begin: (world, random) => {
      stand(world, random, random.skewed(20, 3_000));
      return nothing;
    },
  },
  {
    name: 'client stands still again and again',
    begin: (world, random) => {
      let isOver = false;
      const again = (): void => {
        if (isOver) return;
        stand(world, random, random.skewed(20, 120));
        world.timeline.after(random.skewed(30, 300), again);
      };
      again();
      return () => {
        isOver = true;
      };
    },
  },
  {
    name: 'wall clock jumps',
    begin: ({ client, trace }, random) => {
      const ms = (random.chance(0.5) ? 1 : -1) * random.skewed(50, 12 * HOUR_MS);
      trace.add('client', 'wall clock jumps', () => `by ${ms.toFixed(0)} ms`);
      client.jumpWallClock(ms);
      return random.chance(0.5) ? () => client.jumpWallClock(-ms) : nothing;
    },
  },
];
