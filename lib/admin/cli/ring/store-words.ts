import { OptionsError } from '../../../errors.js';
import type { AccessOptions } from '../../../options/access.js';
import { addressKey } from '../../../options/address.js';
import { checkTopology } from '../../../options/check-topology.js';
import { resolveOptions } from '../../../options/resolve.js';
import { cluster, replication, seedsOf, type TopologyOptions } from '../../../options/topology.js';
import { optionsOfUrl } from '../../../options/url-parameters.js';
import { AdminError } from '../../admin-error.js';
import { CLIENT_NAME } from '../../admin-options.js';
import { readOptions } from '../../explain/options-file.js';
import { askServerKind } from '../../health/server-kind.js';
import { jsonProblem } from '../../json-problem.js';
import { NodeConnections } from '../../node-connections.js';
import type { CommandContext } from '../command.js';
import { readGivenFile } from '../given-file.js';
import { targetOf } from '../target-words.js';
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
    return /\.json$|\//i.test(word) ? storeOfFile(word, name) : storeOfAddresses(word);
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

function storeOfFile(path: string, name: string): NamedStore {
  const text = readGivenFile(path, name)
    .toString()
    .replace(/^\uFEFF/, '');
  const problem = jsonProblem(text);
  if (problem !== null) throw new UsageError(`${name}: ${path} is not JSON: ${problem}`);
  const given: unknown = JSON.parse(text);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UsageError(`${name}: ${path}: expected a topology such as { "kind": "ring", "members": { … }, "placement": { … } }`);
  }
  if (!('topology' in given)) {
    const topology = checkTopology('kind' in given || !('members' in given) ? given : { kind: 'ring', ...given }, path);
    return { topology, isUnknown: false, access: loginOf(topology.url ?? {}) };
  }
  const { options, mistakes } = readOptions(text);
  const [mistake] = mistakes;
  if (mistake !== undefined) throw new UsageError(`${name}: ${path}: ${mistake}`);
  // It is there, and nothing is wrong with it.
  const topology = checkTopology(options.topology, `${path}.topology`);
  return { topology, isUnknown: false, access: { ...loginOf(topology.url ?? {}), ...loginOf(options) } };
}

function loginOf({ username, password, tls }: AccessOptions): AccessOptions {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
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
