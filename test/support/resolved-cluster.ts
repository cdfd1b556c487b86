import { DEFAULTS } from '../../lib/options/defaults.js';
import { clusterTopology } from '../../lib/topology/cluster/cluster-topology.js';
import { mergeViews } from '../../lib/topology/cluster/merge.js';
import { parseNodes, parseShards } from '../../lib/topology/cluster/replies.js';
import { buildView } from '../../lib/topology/cluster/view.js';
import { NodeRules } from '../../lib/topology/node-rules.js';
import type { TopologySnapshot } from '../../lib/topology/snapshot.js';
import type { SimulatedCluster } from './simulated-cluster.js';

/** What three nodes answer to a probe. */
export function repliesOf(cluster: SimulatedCluster) {
  return [0, 1, cluster.nodes.length - 1].map((asked) => {
    const { host = '', port = 0 } = cluster.nodes[asked] ?? {};
    return { address: { host, port }, shards: cluster.shards(), nodes: cluster.text(asked) };
  });
}

/** What a probe does with them. */
export function resolve(replies: ReturnType<typeof repliesOf>, rules = new NodeRules(DEFAULTS)): TopologySnapshot {
  const views = replies.map(({ address, shards, nodes }) => buildView(address, parseShards(shards, false), parseNodes(nodes)));
  return clusterTopology(mergeViews(views, null), rules);
}
