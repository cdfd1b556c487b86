import { CLIENT_CHECKS, type GivenOptions } from './checks.js';
import { checkReadMode } from './reads.js';
import { topologyOfUrl } from './topology.js';
import { parseUrl } from './url.js';
import { nonEmptyString, secret, shape } from './validate.js';

/** The options that a URL may have as parameters. Secrets stand before the hosts, save the sentinels' own. */
const PARAMETERS = {
  clientName: CLIENT_CHECKS.clientName,
  database: CLIENT_CHECKS.database,
  protocol: CLIENT_CHECKS.protocol,
  timeoutMs: CLIENT_CHECKS.timeoutMs,
  connectTimeoutMs: CLIENT_CHECKS.connectTimeoutMs,
  reads: checkReadMode,
};
const checkParameters = shape(PARAMETERS, 'parameters', 'parameter');
const checkSentinelParameters = shape(
  { ...PARAMETERS, sentinelUsername: nonEmptyString, sentinelPassword: secret },
  'parameters',
  'parameter',
);
const NUMERIC: readonly string[] = ['protocol', 'timeoutMs', 'connectTimeoutMs'];

/** The options that a URL names. */
export function optionsOfUrl(input: string): GivenOptions {
  const url = parseUrl(input, 'url');
  const parameters = Object.fromEntries(
    Object.entries(url.parameters).map(([name, value]) => [name, NUMERIC.includes(name) && /^[\d.]+$/.test(value) ? Number(value) : value]),
  );
  if (url.kind !== 'sentinel') return { ...checkParameters(parameters, 'url'), topology: topologyOfUrl(url, {}) };
  const { sentinelUsername, sentinelPassword, ...given } = checkSentinelParameters(parameters, 'url');
  const access = {
    ...(sentinelUsername === undefined ? {} : { username: sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }),
  };
  return { ...given, topology: topologyOfUrl(url, access) };
}
