import { OptionsError } from '../errors.js';
import type { Options } from '../options/defaults.js';
import { ClusterResolver } from './cluster/resolver.js';
import { EndpointsResolver } from './endpoints/resolver.js';
import { ReplicationResolver } from './replication/resolver.js';
import type { ControlChannel, Resolver, ResolverContext, SentinelChannel } from './resolver-api.js';
import { SentinelResolver } from './sentinel/resolver.js';
import { SingleResolver } from './single/resolver.js';

/** Creates the resolver of the topology in the options. No other place chooses by the kind of topology how servers are found. */
export function createResolver(
  options: Pick<Options, 'topology' | 'tls' | 'connectTimeoutMs' | 'zone'>,
  control: ControlChannel,
  sentinels: SentinelChannel,
  { rules, report, recovered }: Pick<ResolverContext, 'rules' | 'report' | 'recovered'>,
): Resolver {
  const { topology } = options;
  // The error of a connection that could not be made says more than that the first question was not answered, so the connection must time
  // out first.
  const firstTimeoutMs = options.connectTimeoutMs + 50;
  const context: ResolverContext = { control, rules, report, recovered, firstTimeoutMs };
  switch (topology.kind) {
    case 'single':
      return new SingleResolver(context, topology.address);
    case 'replication':
      return new ReplicationResolver(context, topology.seeds);
    case 'sentinel':
      return new SentinelResolver(context, topology.seeds, topology.name, sentinels);
    case 'endpoints':
      return new EndpointsResolver(context, topology, options.zone);
    case 'cluster':
      return new ClusterResolver(context, topology.seeds, options.tls !== null);
    case 'ring':
      throw new OptionsError('options.topology', 'expected a topology other than a ring, which clients do not have yet');
  }
}
