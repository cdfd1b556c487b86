import { addressKey, parseAddress } from '../../options/address.js';
import { isIP, lookupAll } from '../../runtime/sockets.js';
import type { AdminNode, ClusterState } from './cluster-state.js';

/** Finds the IPs of a host name; an empty list: it has none. */
export type LookUp = (host: string) => Promise<readonly string[]>;

const lookUpAll: LookUp = async (host) => {
  const found = await lookupAll(host).catch(() => []);
  return found.map(({ address }) => address);
};

/** The cluster, where nodes have those of the texts as names, too, that are host names of their IPs: `localhost:7000` for `127.0.0.1:7000`. */
export async function withHostNames(cluster: ClusterState, texts: readonly string[], lookUp: LookUp = lookUpAll): Promise<ClusterState> {
  const nodes = new Map<string, AdminNode>(cluster.nodes);
  for (const text of texts) {
    const address = parseAddress(text.trim().toLowerCase(), null);
    if (address === null || 'path' in address || isIP(address.host) !== 0) continue;
    const key = addressKey(address);
    if ([...nodes.values()].some(({ aliases }) => aliases.includes(key))) continue;
    const keys = new Set((await lookUp(address.host)).map((host) => addressKey({ host, port: address.port })));
    for (const node of nodes.values()) {
      if (node.aliases.some((alias) => keys.has(alias))) nodes.set(node.id, { ...node, aliases: [...node.aliases, key] });
    }
  }
  return { ...cluster, nodes };
}
