import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { register } from 'tsx/esm/api';
import { findProxy } from '../scripts/servers.mjs';

// The tests know how to start servers, and to end them whatever happens to this process.
register();
const { Cluster } = await import('../test/support/cluster.ts');
const { Nutcracker } = await import('../test/support/nutcracker.ts');
const { Server, startAll, stopAll } = await import('../test/support/server.ts');

/** redis-benchmark of the same build, where there is one. */
export function findLoadTool(server) {
  const tool = server.replace(/-server$/, '-benchmark');
  return tool !== server && existsSync(tool) ? tool : undefined;
}

/** Keeps a process to the last core; without `taskset` it stays free. */
function pinToLastCore(pid) {
  const { status } = spawnSync('taskset', ['-a', '-cp', availableParallelism() - 1, pid].map(String), { stdio: 'ignore' });
  return status === 0;
}

/** Starts one server, a cluster of three primaries, or one of a single primary with replicas, which serve the reads then. */
export async function startServers({ program, cluster = false, replicas = 0, pin = false }) {
  const shape = replicas > 0 ? { primaries: 1, replicas } : { replicas: 0 };
  const servers = cluster ? (await Cluster.start({ ...shape, server: { program } })).servers : [await Server.start({ program })];
  const [first] = servers;
  const info = await first.info('server');
  return {
    topology: { cluster, replicas, ports: servers.map(({ port }) => port) },
    version: info.valkey_version ? `Valkey ${info.valkey_version}` : `Redis ${info.redis_version}`,
    pinned: pin && !cluster && pinToLastCore(first.pid),
    pause: () => first.pause(),
    resume: () => first.resume(),
    stop: () => stopAll(servers),
  };
}

/** Starts three servers that know nothing of each other, and a nutcracker in front of them where there is one, else `proxy` is null. */
export async function startIndependent({ program }) {
  const servers = await startAll(Array.from({ length: 3 }, () => ({ program })));
  const proxy = findProxy('nutcracker') === null ? null : await Nutcracker.start({ servers: servers.map(({ address }) => address) });
  return {
    ports: servers.map(({ port }) => port),
    proxy,
    stop: () => Promise.all([proxy?.stop(), stopAll(servers)]),
  };
}
