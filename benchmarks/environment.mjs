import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, type } from 'node:os';
import { clients, nameOf } from './clients.mjs';

const versionOf = (folder) => JSON.parse(readFileSync(new URL(folder, import.meta.url), 'utf8')).version;

/** Where and with what the figures were taken: they mean little without it. */
export function environment() {
  const packages = Object.entries(clients).filter(([, client]) => client.package);
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    system: `${type()} ${release()}`,
    node: process.version,
    load: loadavg()[0],
    clients: Object.fromEntries(
      packages.map(([name, client]) => [
        nameOf(name),
        versionOf(client.module ? `${client.package}/package.json` : `node_modules/${client.package}/package.json`),
      ]),
    ),
  };
}

export function describe({ cpu, cores, system, node, server, pinned, load, clients: versions }) {
  const busy = load > cores / 2 ? ` (load ${load.toFixed(1)}: other work disturbs these figures)` : '';
  const named = Object.entries(versions).map(([title, version]) => `${title} ${version}`);
  return `${cpu}, ${cores} cores, ${system}, Node ${node}, server: ${server ?? 'none'}${pinned ? ' on a core of its own' : ''}${busy}\n${named.join(', ')}`;
}
