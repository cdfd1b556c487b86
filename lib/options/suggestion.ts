import { suggest as suggestAmong } from '../util/suggestion.js';

/** Names of options in other clients, with ours. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  commandTimeout: 'timeoutMs',
  socketTimeout: 'timeoutMs',
  requestTimeout: 'timeoutMs',
  connectTimeout: 'connectTimeoutMs',
  connectionName: 'clientName',
  name: 'clientName',
  user: 'username',
  pass: 'password',
  db: 'database',
  host: 'topology',
  port: 'topology',
  url: 'topology',
  socket: 'topology',
  sentinels: 'topology',
  rootNodes: 'topology',
  natMap: 'addressMap',
  nodeAddressMap: 'addressMap',
  keepAlive: 'keepAliveMs',
  scaleReads: 'reads',
  readFrom: 'reads',
  readPreference: 'reads',
  useReplicas: 'reads',
  retryStrategy: 'reconnect',
  reconnectStrategy: 'reconnect',
  RESP: 'protocol',
  ssl: 'tls',
};

/** As `suggest` of lib/util, for the options of a client and of its methods; `others` are further names. */
export function suggest(name: string, known: readonly string[], others: Readonly<Record<string, string>> = {}): string {
  return suggestAmong(name, known, { ...OTHER_NAMES, ...others });
}
