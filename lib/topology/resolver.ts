import type { Options } from '../options.js';
import type { Resolver } from './asker.js';
import { NodeRules } from './node-rules.js';
import { ClusterResolver } from './resolvers/cluster.js';
import { ReplicationResolver } from './resolvers/replication.js';
import { SentinelResolver } from './resolvers/sentinel.js';
import { SingleResolver } from './resolvers/single.js';

export type { Asker, AskOptions, ProbeFocus, Resolver, Watcher } from './asker.js';

/** The only place that knows the kinds of topologies apart. */
export function createResolver(options: Pick<Options, 'topology' | 'nodes' | 'addressMap' | 'tls' | 'connectTimeoutMs'>): Resolver {
  const { topology } = options;
  // A connection that could not be made says why; that the first question was not answered says less, so it must not be the first to end.
  const firstTimeoutMs = options.connectTimeoutMs + 50;
  const rules = new NodeRules(options);
  switch (topology.kind) {
    case 'single':
      return new SingleResolver(topology.address, rules, firstTimeoutMs);
    case 'replication':
      return new ReplicationResolver(topology.seeds, rules, firstTimeoutMs);
    case 'sentinel':
      return new SentinelResolver(topology.seeds, topology.name, rules, firstTimeoutMs);
    case 'cluster':
      return new ClusterResolver(topology.seeds, rules, options.tls !== null, firstTimeoutMs);
  }
}
