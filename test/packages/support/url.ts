import type { RunningTopology } from '../../support/topologies.js';

/** The URL by which a client finds running servers. */
export function urlOf({ kind, seeds, group }: RunningTopology): string {
  const hosts = seeds.map((seed) => ('port' in seed ? `${seed.host}:${seed.port}` : '')).join(',');
  if (kind === 'sentinel' && 'sentinels' in group) return `redis+sentinel://${hosts}/${group.name}`;
  return kind === 'single' ? `redis://${hosts}` : `redis+${kind}://${hosts}`;
}
