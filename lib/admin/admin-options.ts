import { CLIENT_CHECKS } from '../options/checks.js';
import type { ClientOptions } from '../options/client-options.js';
import { type Check, refuseValue, shape } from '../options/validate.js';

/** Options of a `ClusterAdmin`: of the client's options those that say how to reach a server, and the cluster's nodes. */
export interface AdminOptions
  extends Pick<
    ClientOptions,
    'username' | 'password' | 'credentials' | 'tls' | 'connectTimeoutMs' | 'addressMap' | 'allowedAddresses' | 'clientName'
  > {
  /** Any nodes of the cluster, as `host:port` or as URLs. */
  readonly nodes: readonly string[];
}

/** By which servers list our connections, unless an option says something else. */
export const CLIENT_NAME = 'slotwise-admin';

const { username, password, credentials, tls, connectTimeoutMs, addressMap, allowedAddresses, clientName } = CLIENT_CHECKS;
const checkSeeds: Check<readonly string[]> = (given, path) =>
  Array.isArray(given) || typeof given === 'string' ? (given as readonly string[]) : refuseValue(path, 'host:port or URLs of nodes', given);

/** Options that reach the servers of any topology. */
export const ADMIN_CHECKS = {
  nodes: checkSeeds,
  username,
  password,
  credentials,
  tls,
  connectTimeoutMs,
  addressMap,
  allowedAddresses,
  clientName,
};

/** The options of a `ClusterAdmin` and a `ReplicationAdmin`. */
export const checkAdmin = shape(ADMIN_CHECKS, 'an object of options such as { nodes: ["10.0.0.1:7000"] }');
