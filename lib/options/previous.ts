import { OptionsError } from '../errors.js';
import { type AccessOptions, credentialsOf, tlsOf } from './access.js';
import { addressKey } from './address.js';
import type { Options } from './defaults.js';
import { seedsOf, type TopologyOptions } from './topology.js';

/**
 * The options of the client that asks the previous place of the keys: those of the client, with the access that the URLs of the previous
 * topology name. It is asked with keys as the servers have them, of what the client has checked already, and only primaries are.
 */
export function previousOptions(
  client: Options,
  given: AccessOptions & { readonly previous?: TopologyOptions | undefined },
  path: string,
): Options | null {
  const { url = {}, ...topology } = given.previous ?? client.topology;
  for (const place of [client.topology, topology]) refuseProxies(place, path);
  checkReachable(client.topology, path);
  if (placeOf(topology) === placeOf(client.topology)) {
    throw new OptionsError(path, 'expected another place than topology: it names the same servers in the same way');
  }
  const access = url.password === undefined && url.username === undefined ? client.credentials : credentialsOf({}, url, path);
  return {
    ...client,
    topology,
    credentials: access,
    // Whether they speak TLS their own URLs say; the certificates are the client's.
    tls: url.tls === true ? (client.tls ?? tlsOf({}, url, path)) : null,
    database: url.database ?? client.database,
    reads: 'primary',
    maxLagMs: 0,
    maxLagBytes: 0,
    latencyWindowMs: null,
    domains: [],
    offload: [],
    hedge: false,
    keyPrefix: null,
    pool: { ...client.pool, minExclusive: 0 },
  };
}

/** Throws for proxies, which have no keys of their own. */
function refuseProxies(topology: Pick<TopologyOptions, 'kind'>, path: string): void {
  if (topology.kind !== 'endpoints') return;
  throw new OptionsError(path, 'expected servers in both places, between which keys can move: endpoints(…) are proxies');
}

/** Throws where the servers of the previous place cannot send keys to the new one: MIGRATE takes a host and a port. */
function checkReachable(topology: TopologyOptions, path: string): void {
  const socket = seedsOf(topology).find((address) => 'path' in address);
  if (socket === undefined || topology.kind === 'sentinel') return;
  throw new OptionsError(
    path,
    `expected a topology by host and port, to which the previous servers send the keys, got ${addressKey(socket)}`,
  );
}

function placeOf(topology: TopologyOptions): string {
  return JSON.stringify(topology, (_, value: unknown) => (typeof value === 'function' ? String(value) : value));
}
