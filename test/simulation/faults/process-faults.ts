import { all, anyProcess, anyServer, type Fault, processesOf } from './fault.js';

/** What happens to the processes of servers, and to their machines. */
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
    name: 'kill and restart',
    begin: (world, random) => {
      const server = anyProcess(world, random);
      server.kill();
      const start = world.timeline.after(random.skewed(5, 500), () => server.start());
      return () => {
        start.run = null;
        server.start();
      };
    },
  },
  {
    name: 'restart with loading',
    begin: (world, random) => {
      const server = anyServer(world, random);
      server.kill();
      server.start();
      server.load(random.skewed(10, 2_000));
      return () => server.load(0);
    },
  },
  {
    name: 'power loss',
    begin: (world, random) => {
      const { host } = anyProcess(world, random);
      const victims = processesOf(world).filter((one) => one.host === host && one.state !== 'dead');
      for (const victim of victims) victim.losePower();
      return all(victims.map((victim) => () => victim.start()));
    },
  },
  {
    name: 'stop',
    begin: (world, random) => {
      const server = anyProcess(world, random);
      if (server.state !== 'running') return () => undefined;
      server.stop();
      return () => server.resume();
    },
  },
  {
    name: 'stops, short ones',
    begin: (world, random) => {
      const server = anyProcess(world, random);
      let isOver = false;
      const stop = (): void => {
        if (isOver || server.state !== 'running') return;
        server.stop();
        world.timeline.after(random.skewed(2, 150), () => server.resume());
        world.timeline.after(random.skewed(160, 1_000), stop);
      };
      stop();
      return () => {
        isOver = true;
        server.resume();
      };
    },
  },
  {
    name: 'slow command',
    begin: (world, random) => {
      anyProcess(world, random).busy(random.skewed(20, 3_000));
      return () => undefined;
    },
  },
];
