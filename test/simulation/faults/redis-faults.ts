import type { RedisServer } from '../servers/redis/redis-server.js';
import { Replication } from '../servers/replication/replication.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import { anyServer, type Fault } from './fault.js';

/** Now and then a server that holds writes, as the old primary of a failover does, hangs before it lets them go. Returns what ends it. */
function hangsMeanwhile({ timeline }: World, server: RedisServer, random: Random): () => void {
  if (!random.chance(0.6)) return () => undefined;
  const [inMs, forMs] = [random.skewed(150, 400), random.skewed(2_500, 5_000)];
  let isHanging = false;
  const hang = timeline.after(inMs, () => {
    isHanging = server.state === 'running';
    if (isHanging) server.stop();
  });
  const end = (): void => {
    hang.run = null;
    if (isHanging) server.resume();
    isHanging = false;
  };
  timeline.after(inMs + forMs, end);
  return end;
}

/** What happens inside of servers, and by their operators. */
export const redisFaults: readonly Fault[] = [
  {
    name: 'paused writes',
    begin: (world, random) => {
      const server = anyServer(world, random);
      world.trace.add(server.name, 'paused writes');
      const { pause } = server;
      const asker = `fault ${random.seed}`;
      pause.begin(asker, random.skewed(20, 5_000), random.chance(0.7) ? 'write' : 'all');
      // What is drawn here changes nothing of the rest.
      const hangs = hangsMeanwhile(world, server, random.fork('hangs'));
      return () => {
        pause.end(asker);
        hangs();
      };
    },
  },
  {
    name: 'LOADING',
    begin: (world, random) => {
      const server = anyServer(world, random);
      world.trace.add(server.name, 'LOADING');
      server.load(random.skewed(10, 3_000));
      return () => server.load(0);
    },
  },
  {
    name: 'out of memory',
    begin: (world, random) => {
      const server = anyServer(world, random);
      world.trace.add(server.name, 'out of memory');
      server.isOutOfMemory = true;
      return () => {
        server.isOutOfMemory = false;
      };
    },
  },
  {
    name: 'cannot save',
    begin: (world, random) => {
      const server = anyServer(world, random);
      world.trace.add(server.name, 'cannot save');
      server.cannotSave = true;
      return () => {
        server.cannotSave = false;
      };
    },
  },
  {
    name: 'too few replicas',
    needs: 'replicas',
    begin: (world, random) => {
      const server = anyServer(world, random);
      world.trace.add(server.name, 'too few replicas');
      const { replication } = server;
      if (!(replication instanceof Replication) || replication.minReplicas > 0) return () => undefined;
      replication.minReplicas = 10;
      return () => {
        replication.minReplicas = 0;
      };
    },
  },
  {
    name: 'lag of a replica',
    needs: 'replicas',
    begin: (world, random) => {
      const replicas = world.deployment.servers.filter(({ replication }) => !replication.isPrimary);
      const replication = replicas.length === 0 ? null : random.pick(replicas).replication;
      if (!(replication instanceof Replication) || replication.lagMs > 0) return () => undefined;
      replication.lagMs = random.skewed(10, 5_000);
      return () => {
        replication.lagMs = 0;
      };
    },
  },
];
