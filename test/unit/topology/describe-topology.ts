import type { NodeInfo, Shard, TopologySnapshot } from '../../../lib/topology/snapshot.js';

/**
 * A snapshot as one line for each shard: `0-5460 7000 < 7003 7004!`. `!`: not usable, `^2`: depth 2, `-`: no primary, `(r)`: a replica in
 * the primary's place. The host 127.0.0.1 is left out.
 */
export function describeTopology({ shards, slots }: TopologySnapshot): string[] {
  return shards.map((shard, index) => {
    const ranges = (slots?.ranges() ?? [])
      .filter((range) => range.shard === index)
      .map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`));
    return [...(ranges.length > 0 ? [ranges.join(',')] : []), describeShard(shard)].join(' ');
  });
}

function describeShard({ primary, replicas }: Shard): string {
  const first = primary === null ? '-' : `${describeNode(primary)}${primary.role === 'replica' ? '(r)' : ''}`;
  return replicas.length === 0 ? first : `${first} < ${replicas.map(describeNode).join(' ')}`;
}

function describeNode({ key, usable, depth }: NodeInfo): string {
  return `${key.replace('127.0.0.1:', '')}${usable ? '' : '!'}${depth > 1 ? `^${depth}` : ''}`;
}
