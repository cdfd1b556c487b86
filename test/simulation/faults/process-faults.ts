import { anyProcess, type Fault } from './fault.js';

/** What happens to the processes of servers. */
export const processFaults: readonly Fault[] = [
  {
    name: 'kill',
    begin: (world, random) => {
      const server = anyProcess(world, random);
      server.kill();
      return () => server.start();
    },
  },
  {
    name: 'restart at once',
    begin: (world, random) => {
      const server = anyProcess(world, random);
      server.kill();
      const start = world.timeline.after(random.skewed(5, 500), () => server.start());
      return () => start.run?.();
    },
  },
  {
    name: 'stop',
    begin: (world, random) => {
      const server = anyProcess(world, random);
      server.stop();
      return () => server.resume();
    },
  },
];
