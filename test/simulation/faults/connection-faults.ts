import type { ServerEnd } from '../network/tcp.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import { anyProcess, type Fault } from './fault.js';

const nothing = (): void => undefined;

/** One connection of the client, if there is any. */
function anyConnection({ network }: World, random: Random): ServerEnd | null {
  const ends = [...network.ends];
  return ends.length === 0 ? null : random.pick(ends);
}

function ofOne(name: string, begin: (end: ServerEnd, random: Random) => () => void): Fault {
  return {
    name,
    begin: (world, random) => {
      const end = anyConnection(world, random);
      if (end === null) return nothing;
      world.trace.add('network', name, () => `${end.host} (${end.id})`);
      return begin(end, random);
    },
  };
}

/** What happens to connections of the client, while others to the same server go on. */
export const connectionFaults: readonly Fault[] = [
  ofOne('reset of a connection', (end) => {
    end.interrupt();
    return nothing;
  }),
  ofOne('half-close of a connection', (end) => {
    end.shut();
    return nothing;
  }),
  ofOne('stall of a connection', ({ pipes: { up, down } }) => {
    up.stall();
    down.stall();
    return () => {
      up.release();
      down.release();
    };
  }),
  ofOne('one-way stall of a connection', ({ pipes }, random) => {
    const pipe = random.chance(0.5) ? pipes.up : pipes.down;
    pipe.stall();
    return () => pipe.release();
  }),
  // As what translates addresses on the way: it says so to who sends next, much later.
  ofOne('forgotten connection', (end) => {
    const { up, down } = end.pipes;
    up.stall();
    down.stall();
    return () => {
      up.release();
      down.release();
      end.interrupt();
    };
  }),
  ofOne('slow connection', ({ pipes }, random) => {
    const pipe = random.chance(0.5) ? pipes.up : pipes.down;
    const ms = random.skewed(5, 800);
    pipe.extraMs += ms;
    return () => {
      pipe.extraMs = Math.max(0, pipe.extraMs - ms);
    };
  }),
  {
    // As by CLIENT KILL TYPE normal.
    name: 'all connections of a server dropped',
    begin: (world, random) => {
      const server = anyProcess(world, random);
      world.trace.add(server.name, 'drops all connections');
      if (server.state === 'running') for (const end of [...server.connections.keys()]) server.drop(end);
      return nothing;
    },
  },
];
