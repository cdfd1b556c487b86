import type { Burden } from '../network/link.js';
import { CLIENT, type Door } from '../network/network.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import { all, anyProcess, type Fault, hostsOf } from './fault.js';

type Way = readonly [from: string, to: string];

const both = (one: string, other: string): Way[] => [
  [one, other],
  [other, one],
];

function cut({ network }: World, ways: readonly Way[]): () => void {
  for (const [from, to] of ways) network.cut(from, to);
  return all(
    ways.map(
      ([from, to]) =>
        () =>
          network.heal(from, to),
    ),
  );
}

/** All ways from one of these hosts to one of those. */
function between(these: readonly string[], those: readonly string[]): Way[] {
  return these.flatMap((one) => those.filter((other) => other !== one).map((other): Way => [one, other]));
}

/** Part of the hosts: at least one, and not all. */
function part(hosts: readonly string[], random: Random, most = hosts.length - 1): string[] {
  return random.shuffled(hosts).slice(0, random.integer(1, Math.max(1, most)));
}

function burdened({ network, trace }: World, ways: readonly Way[], burden: Burden): () => void {
  trace.add('network', 'worse', () => `${ways.map(([from, to]) => `${from} → ${to}`).join(', ')}: ${JSON.stringify(burden)}`);
  return all(ways.map(([from, to]) => network.link(from, to).burden(burden)));
}

/** Between the client and some of the hosts, or between all. */
function anyWays(world: World, random: Random): Way[] {
  const hosts = hostsOf(world);
  if (random.chance(0.3)) return between([CLIENT, ...hosts], [CLIENT, ...hosts]);
  return part(hosts, random, hosts.length).flatMap((host) => both(CLIENT, host));
}

function door(name: string, door: Door): Fault {
  return {
    name,
    begin: (world, random) => {
      const { name: key } = anyProcess(world, random);
      const { doors } = world.network;
      world.trace.add('network', name, key);
      doors.set(key, door);
      return () => {
        if (doors.get(key) === door) doors.delete(key);
      };
    },
  };
}

/** What happens on the ways between hosts. */
export const networkFaults: readonly Fault[] = [
  {
    name: 'cut between client and server',
    begin: (world, random) => cut(world, both(CLIENT, anyProcess(world, random).host)),
  },
  {
    name: 'cut from client to server',
    begin: (world, random) => cut(world, [[CLIENT, anyProcess(world, random).host]]),
  },
  {
    name: 'cut from server to client',
    begin: (world, random) => cut(world, [[anyProcess(world, random).host, CLIENT]]),
  },
  {
    name: 'cut between client and all',
    begin: (world) =>
      cut(
        world,
        hostsOf(world).flatMap((host) => both(CLIENT, host)),
      ),
  },
  {
    // Those of the minority are reached, or not, by the client.
    name: 'partition of servers',
    needs: 'replicas',
    begin: (world, random) => {
      const hosts = hostsOf(world);
      const minority = part(hosts, random, Math.floor((hosts.length - 1) / 2));
      const majority = hosts.filter((host) => !minority.includes(host));
      const withClient = random.weighted({ both: 2, minority: 1, majority: 1 });
      const apart = withClient === 'both' ? [] : (withClient === 'minority' ? majority : minority).flatMap((host) => both(CLIENT, host));
      return cut(world, [...between(minority, majority), ...between(majority, minority), ...apart]);
    },
  },
  {
    name: 'one-way partition of servers',
    needs: 'replicas',
    begin: (world, random) => {
      const hosts = hostsOf(world);
      const [one = ''] = random.shuffled(hosts);
      return cut(world, random.chance(0.5) ? between([one], hosts) : between(hosts, [one]));
    },
  },
  {
    name: 'slow link',
    begin: (world, random) => burdened(world, anyWays(world, random), { slowMs: random.skewed(1, 400) }),
  },
  {
    name: 'jitter',
    begin: (world, random) => burdened(world, anyWays(world, random), { jitterMs: random.skewed(2, 400) }),
  },
  {
    name: 'packet loss',
    begin: (world, random) => burdened(world, anyWays(world, random), { loss: random.skewed(0.01, 0.3) }),
  },
  {
    // In bytes a ms: from 2 KB to 2 MB a second.
    name: 'little bandwidth',
    begin: (world, random) => burdened(world, anyWays(world, random), { bandwidth: random.skewed(2, 2_000) }),
  },
  {
    name: 'slow gossip',
    needs: 'replicas',
    begin: (world, random) => burdened(world, between(hostsOf(world), hostsOf(world)), { slowMs: random.skewed(20, 600) }),
  },
  door('refused connections', 'refuse'),
  door('lost connection attempts', 'drop'),
  door('connections that nobody reads', 'mute'),
];
