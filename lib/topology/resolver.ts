import type { Options } from '../options/defaults.js';
import { ClusterResolver } from './cluster/resolver.js';
import { NodeRules } from './node-rules.js';
import { ReplicationResolver } from './replication/resolver.js';
import type { Resolver } from './resolver-api.js';
import { SentinelResolver } from './sentinel/resolver.js';
import { SingleResolver } from './single/resolver.js';

export type { ControlChannel, ProbeFocus, Resolver, SendOptions, SubscriptionChannel } from './resolver-api.js';

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
