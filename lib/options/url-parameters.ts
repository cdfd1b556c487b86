import { CLIENT, type Given } from './checks.js';
import { checkReadMode } from './reads.js';
import { topologyOf } from './topology.js';
import { parseUrl } from './url.js';
import { secret, shape, text } from './validate.js';

/** The options that a URL may carry as parameters. What is a secret has its place before the hosts, save the sentinels' own. */
const PARAMETERS = {
  clientName: CLIENT.clientName,
  database: CLIENT.database,
  protocol: CLIENT.protocol,
  timeoutMs: CLIENT.timeoutMs,
  connectTimeoutMs: CLIENT.connectTimeoutMs,
  reads: checkReadMode,
};
const checkParameters = shape(PARAMETERS, 'parameters', 'parameter');
const checkSentinelParameters = shape({ ...PARAMETERS, sentinelUsername: text, sentinelPassword: secret }, 'parameters', 'parameter');
const NUMBERS: readonly string[] = ['protocol', 'timeoutMs', 'connectTimeoutMs'];

/** The options that a URL names. */
export function givenByUrl(input: string): Given {
  const url = parseUrl(input, 'url');
  const parameters = Object.fromEntries(
    Object.entries(url.parameters).map(([name, value]) => [name, NUMBERS.includes(name) && /^[\d.]+$/.test(value) ? Number(value) : value]),
  );
  if (url.kind !== 'sentinel') return { ...checkParameters(parameters, 'url'), topology: topologyOf(url, {}) };
  const { sentinelUsername, sentinelPassword, ...given } = checkSentinelParameters(parameters, 'url');
  const access = {
    ...(sentinelUsername === undefined ? {} : { username: sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }),
  };
  return { ...given, topology: topologyOf(url, access) };
}
