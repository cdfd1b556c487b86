import { OptionsError } from '../../errors.js';
import { type AccessOptions, accessOfUrl } from '../../options/access.js';
import { addressKey } from '../../options/address.js';
import { addressText } from '../../options/secrets.js';
import { cluster, seedsOf } from '../../options/topology.js';
import { parseUrl } from '../../options/url.js';
import { namesFile, readTopologyFile } from './topology-file.js';
import { UsageError } from './usage-error.js';

/** Nodes that words of the command line name, with the login and TLS of their URLs. */
export interface NamedNodes {
  readonly nodes: readonly string[];
  readonly access: AccessOptions;
}

const OTHERS: Readonly<Record<string, string>> = {
  ring: 'a ring has no slots: its keys move with slotwise ring plan and slotwise ring move',
  endpoints: 'give the addresses of the servers behind them',
};
const EXPECTED = 'expected HOST:PORT (IPv6 in brackets), or a URL such as rediss://host:port or redis+cluster://host,host';
const NO_SOCKETS = 'nodes of a cluster know each other by host and port';

/** Reads words that name nodes of one cluster: host:port or URLs. Throws a `UsageError` or an `OptionsError`. */
export function namedNodes(words: readonly string[]): NamedNodes {
  const read = words.map((word) => {
    if (word.includes('://')) return nodesOfUrl(word);
    return namesFile(word) ? nodesOfFile(word) : { nodes: [nodeOf(word)], access: null };
  });
  const accesses = read.flatMap(({ access }) => (access === null ? [] : [access]));
  const [first = {}] = accesses;
  if (accesses.some((access) => JSON.stringify(access) !== JSON.stringify(first))) {
    throw new UsageError('expected the same scheme, user and password in all URLs');
  }
  return { nodes: read.flatMap(({ nodes }) => nodes), access: first };
}

function nodeOf(word: string): string {
  if (word.startsWith('/')) throw new UsageError(`${EXPECTED}, got a socket's path; ${NO_SOCKETS}`);
  try {
    cluster([word]);
    return word;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw new UsageError(`${EXPECTED}, got ${addressText(word)}`);
  }
}

function nodesOfFile(path: string): NamedNodes {
  const { topology, access } = readTopologyFile(path, 'FILE');
  if (topology.kind !== 'cluster' && topology.kind !== 'single') {
    const advice = OTHERS[topology.kind] ?? `slotwise info ${path} shows what is there`;
    throw new UsageError(`expected nodes of a cluster, got ${path} with a topology of kind ${topology.kind}; ${advice}`);
  }
  return { nodes: seedsOf(topology).map(addressKey), access };
}

function nodesOfUrl(word: string): NamedNodes {
  const url = parseUrl(word, 'URL');
  if (url.kind !== 'single' && url.kind !== 'cluster') {
    throw new UsageError(`expected nodes of a cluster, got a redis+${url.kind}:// URL; slotwise info shows what is there`);
  }
  const [parameter] = Object.keys(url.parameters);
  if (parameter !== undefined) {
    throw new UsageError(
      `expected a URL without parameters, got ?${parameter}; parameters are for a client, here there are options (--help)`,
    );
  }
  const { database = 0, ...access } = accessOfUrl(url);
  if (database !== 0)
    throw new UsageError(`expected a URL without a database, got /${database}; a cluster is administered with all of them`);
  const nodes = url.addresses.map((address) => {
    if ('path' in address) throw new UsageError(`${EXPECTED}, got a socket's path; ${NO_SOCKETS}`);
    return addressKey(address);
  });
  return { nodes, access };
}
