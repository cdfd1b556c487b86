import { OptionsError } from '../../../errors.js';
import { type AccessOptions, loginOf } from '../../../options/access.js';
import { addressKey } from '../../../options/address.js';
import { resolveOptions } from '../../../options/resolve.js';
import { cluster, replication, seedsOf, type TopologyOptions } from '../../../options/topology.js';
import { optionsOfUrl } from '../../../options/url-parameters.js';
import { AdminError } from '../../admin-error.js';
import { CLIENT_NAME } from '../../admin-options.js';
import { askServerKind } from '../../health/server-kind.js';
import { NodeConnections } from '../../node-connections.js';
import type { CommandContext } from '../command.js';
import { targetOf } from '../target-words.js';
import { namesFile, readTopologyFile } from '../topology-file.js';
import { UsageError } from '../usage-error.js';

/** What a word of the command line says of the servers that keys are on. */
export interface NamedStore {
  readonly topology: TopologyOptions;
  /** Only servers are named: what their topology is, is to be found out. */
  readonly isUnknown: boolean;
  /** Login and TLS of a file or a URL. */
  readonly access: AccessOptions;
}

/**
 * Reads a file with a topology as JSON, or with the options of a client that have one; a URL of any topology; or host:port, several with
 * commas between them. `name`: the option, or what stands in its place. Throws a `UsageError`.
 */
export function storeNamed(word: string, name: string): NamedStore {
  try {
    if (word.includes('://')) return storeOfUrl(word);
    if (!namesFile(word)) return storeOfAddresses(word);
    const { topology, access } = readTopologyFile(word, name);
    return { topology, isUnknown: false, access };
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(`${name}: ${error.message}`);
    throw error;
  }
}

function storeOfUrl(word: string): NamedStore {
  const { topology, ...parameters } = optionsOfUrl(word);
  const [parameter] = Object.keys(parameters);
  if (parameter !== undefined)
    throw new UsageError(`expected a URL without parameters, got ?${parameter}; here there are options (--help)`);
  if (topology === undefined) throw new UsageError('expected a URL with a host');
  const { url = {} } = topology;
  return { topology, isUnknown: topology.kind === 'single', access: loginOf(url) };
}

function storeOfAddresses(word: string): NamedStore {
  const { addresses } = targetOf(word.split(',').map((each) => each.trim()));
  return { topology: replication(addresses), isUnknown: true, access: {} };
}

/** The topology, found out where only servers are named: a cluster, or a primary with its replicas. */
export async function foundTopology(
  context: CommandContext,
  { topology, isUnknown }: NamedStore,
  access: AccessOptions,
): Promise<TopologyOptions> {
  if (!isUnknown) return topology;
  const addresses = seedsOf(topology);
  const connections = context.use(
    new NodeConnections(resolveOptions({ clientName: CLIENT_NAME, ...access, topology: replication([...addresses]) })),
  );
  const answers = await Promise.allSettled(addresses.map((address) => askServerKind(connections, address)));
  connections.close();
  const kind = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))[0];
  if (kind === undefined) throw answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))[0];
  const { url } = topology;
  const withUrl = (found: TopologyOptions): TopologyOptions => (url === undefined ? found : { ...found, url });
  if (kind.mode === 'cluster') return withUrl(cluster([...addresses]));
  if (kind.mode === 'standalone') return withUrl(replication([...addresses]));
  const hosts = addresses.map(addressKey).join(',');
  throw new AdminError(`${addressKey(kind.address)} is a Sentinel: name the group, redis+sentinel://${hosts}/NAME`, {
    reason: 'unreachable',
  });
}
