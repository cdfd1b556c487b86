import { isLoopback } from '../health/loopback.js';
import { majorityOf } from '../health/majority.js';
import { replicationOf } from '../health/replication-facts.js';
import { namesText } from '../health/server-problems.js';
import { versionOf } from '../health/server-version.js';
import { type AdminNode, type ClusterState, primariesOf, replicasOf } from '../state/cluster-state.js';
import { type ClusterRule, type Found, groupedBy } from './cluster-rule.js';

/** What can keep a failover from working, or make one machine too important. */
export const LAYOUT_RULES: readonly ClusterRule[] = [
  {
    severity: 'warning',
    kind: 'epochs',
    when: 'two primaries have the same config epoch, which decides who owns a slot that both claim',
    find: sameEpochs,
  },
  {
    severity: 'error',
    kind: 'majority',
    when: 'so few primaries answer, or are there at all, that no majority can agree on a failover',
    find: (cluster) => (hasReplicas(cluster) ? withoutMajority(cluster) : []),
  },
  {
    severity: 'warning',
    kind: 'majority',
    when: 'the same in a cluster without replicas, where there is nothing to fail over to',
    find: (cluster) => (hasReplicas(cluster) ? [] : withoutMajority(cluster)),
  },
  {
    severity: 'warning',
    kind: 'no-replica',
    when: 'a primary has no replica that follows it and may be promoted',
    find: (cluster) => weakPrimaries(cluster).map((node) => withoutReplica(node, replicasOf(cluster, node.id))),
  },
  {
    severity: 'warning',
    kind: 'hosts',
    when: 'a primary and all its replicas are on one host, or so many primaries that there is no majority without it',
    find: hosts,
  },
  {
    severity: 'note',
    kind: 'hosts',
    when: 'all nodes are on this machine (127.0.0.1)',
    find: ({ nodes }) => {
      const [host = '', ...more] = new Set([...nodes.values()].map(({ peer }) => peer.host));
      const isOneMachine = nodes.size > 1 && more.length === 0 && isLoopback(host);
      return isOneMachine ? [{ text: `all ${nodes.size} nodes are on ${host}: if that machine fails, all fails` }] : [];
    },
  },
  {
    severity: 'warning',
    kind: 'versions',
    when: 'nodes have versions that differ in more than the last number',
    find: (cluster) => versions(cluster, release),
  },
  {
    severity: 'note',
    kind: 'versions',
    when: 'nodes have versions that differ in the last number',
    find: (cluster) => (versions(cluster, release).length > 0 ? [] : versions(cluster, (version) => version)),
  },
  {
    severity: 'warning',
    kind: 'coverage-rule',
    when: 'nodes have different `cluster-require-full-coverage`, or it is on and a shard has no replica that could take over',
    find: coverageRule,
  },
  {
    severity: 'warning',
    kind: 'failover-clock',
    when: 'nodes have different `cluster-node-timeout`',
    find: (cluster) => {
      const values = settingOf(cluster, 'cluster-node-timeout');
      return values.size > 1 ? [{ text: `cluster-node-timeout differs: ${valuesText(values)}; set the same everywhere` }] : [];
    },
  },
];

function sameEpochs(cluster: ClusterState): Found[] {
  return [...groupedBy(votersOf(cluster), ({ epoch }) => String(epoch))].flatMap(([epoch, primaries]) => {
    const nodes = primaries.map(({ name }) => name);
    return nodes.length < 2
      ? []
      : [{ text: `${namesText(nodes)} have the same config epoch ${epoch}: CLUSTER BUMPEPOCH at one of them`, nodes }];
  });
}

function withoutReplica({ name }: AdminNode, replicas: readonly AdminNode[]): Found {
  const lack =
    replicas.length === 0
      ? 'has no replica'
      : replicas.some(follows)
        ? 'has no replica that may be promoted (cluster-replica-no-failover)'
        : `has no replica that follows it (${replicas.length} do not)`;
  return { text: `${name} ${lack}: if it fails, its slots fail`, nodes: [name] };
}

function coverageRule(cluster: ClusterState): Found[] {
  const values = settingOf(cluster, 'cluster-require-full-coverage');
  if (values.size > 1) return [{ text: `cluster-require-full-coverage differs: ${valuesText(values)}; set the same everywhere` }];
  const nodes = weakPrimaries(cluster).map(({ name }) => name);
  if (!values.has('yes') || nodes.length === 0 || votersOf(cluster).length < 2) return [];
  return [
    {
      text: `cluster-require-full-coverage is on: all nodes refuse commands if ${nodes.length > 1 ? 'one of ' : ''}${namesText(nodes)} fails, which no replica can replace`,
      nodes,
    },
  ];
}

/** The primaries that vote in a failover: those with slots. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#replica-election-and-promotion */
function votersOf({ nodes }: ClusterState): AdminNode[] {
  return [...nodes.values()].filter(({ role, slots }) => role === 'primary' && slots.length > 0);
}

function hasReplicas({ nodes }: ClusterState): boolean {
  return [...nodes.values()].some(({ role }) => role === 'replica');
}

function withoutMajority(cluster: ClusterState): Found[] {
  const voters = votersOf(cluster);
  const needed = majorityOf(voters.length);
  const answering = voters.filter(({ reachable }) => reachable).length;
  if (answering < needed) {
    return [
      {
        text: `${answering} of ${voters.length} primaries with slots answer, and ${needed} would have to agree: no replica is promoted by itself (slotwise cluster failover --takeover)`,
      },
    ];
  }
  if (voters.length === 0 || voters.length - 1 >= needed) return [];
  const few = voters.length === 1 ? 'only one primary has slots' : `only ${voters.length} primaries have slots`;
  return [{ text: `${few}: when one fails, no majority is left to promote its replica; give slots to a third` }];
}

function follows({ role, reachable, facts }: AdminNode): boolean {
  return role === 'replica' && reachable && (facts === null || replicationOf(facts).link !== 'down');
}

/** A replica that can take over by itself, as far as it says so. */
export function couldTakeOver(node: AdminNode): boolean {
  return follows(node) && node.facts?.config.get('cluster-replica-no-failover') !== 'yes';
}

function weakPrimaries(cluster: ClusterState): AdminNode[] {
  return primariesOf(cluster).filter(({ id, slots }) => slots.length > 0 && !replicasOf(cluster, id).some(couldTakeOver));
}

function hosts(cluster: ClusterState): Found[] {
  const all = [...cluster.nodes.values()];
  const voters = votersOf(cluster);
  const hostOf = ({ peer }: AdminNode): string => peer.host;
  const known = new Set(all.map(hostOf));
  const [only = ''] = known;
  if (known.size === 1)
    return isLoopback(only) || all.length < 2 ? [] : [{ text: `all ${all.length} nodes are on host ${only}: if it fails, all fails` }];
  const shards = voters.flatMap((primary) => {
    const replicas = replicasOf(cluster, primary.id);
    const isAlone = replicas.length > 0 && replicas.every((replica) => hostOf(replica) === hostOf(primary));
    return isAlone
      ? [
          {
            text: `${primary.name} and its ${replicas.length === 1 ? 'replica are' : 'replicas are all'} on host ${hostOf(primary)}: if it fails, their slots fail`,
            nodes: [primary.name],
          },
        ]
      : [];
  });
  const majorities = [...groupedBy(voters, hostOf)].flatMap(([host, primaries]) =>
    voters.length > 2 && voters.length - primaries.length < majorityOf(voters.length)
      ? [
          {
            text: `${primaries.length} of ${voters.length} primaries are on host ${host}: if it fails, no majority is left to promote replicas; make replicas on other hosts the primaries`,
            nodes: primaries.map(({ name }) => name),
          },
        ]
      : [],
  );
  return [...shards, ...majorities];
}

/** `Redis 7.0` of `Redis 7.0.15`. */
function release(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function versions({ nodes }: ClusterState, part: (version: string) => string): Found[] {
  const known = [...nodes.values()].flatMap((node) => {
    const version = node.facts === null ? null : versionOf(node.facts);
    return version === null ? [] : [{ name: node.name, version }];
  });
  if (new Set(known.map(({ version }) => part(version))).size < 2) return [];
  return [
    {
      text: `versions differ: ${valuesText(groupedNames(known.map(({ name, version }) => [name, version])))}; a replica older than its primary may not be able to follow it`,
    },
  ];
}

/** Names of the nodes by their value of a setting. */
function settingOf({ nodes }: ClusterState, setting: string): ReadonlyMap<string, readonly string[]> {
  return groupedNames(
    [...nodes.values()].flatMap(({ name, facts }): [string, string][] => {
      const value = facts?.config.get(setting);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function groupedNames(pairs: readonly (readonly [name: string, value: string])[]): ReadonlyMap<string, readonly string[]> {
  return new Map([...groupedBy(pairs, ([, value]) => value)].map(([value, group]) => [value, group.map(([name]) => name)]));
}

/** `yes at A, B and no at C`, what most have first. */
function valuesText(values: ReadonlyMap<string, readonly string[]>): string {
  return [...values]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([value, names]) => `${value} at ${namesText(names)}`)
    .join(' and ');
}
