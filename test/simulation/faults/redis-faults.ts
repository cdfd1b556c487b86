import { Replication } from '../servers/replication/replication.js';
import { anyServer, type Fault } from './fault.js';

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
      return () => pause.end(asker);
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
