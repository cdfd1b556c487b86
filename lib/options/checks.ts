import { OptionsError } from '../errors.js';
import { checkCredentials, checkDatabase } from './access.js';
import { addressKey, parseAddress } from './address.js';
import { checkAddressPattern } from './address-pattern.js';
import { checkTopology } from './check-topology.js';
import type { ClientOptions, ViewOptions, WaitReplicas } from './client-options.js';
import type { Options } from './defaults.js';
import { checkDomains, checkKeyPrefix, checkTimeoutMs } from './domains.js';
import { checkNodes } from './nodes.js';
import { checkOffload } from './offload.js';
import { checkLatencyWindowMs, checkMaxLagBytes, checkMaxLagMs, checkReads } from './reads.js';
import { addressText } from './secrets.js';
import { checkTls } from './tls.js';
import {
  arrayOf,
  type Check,
  type ChecksOf,
  flag,
  func,
  integerBetween,
  milliseconds,
  nonEmptyString,
  notEmpty,
  oneOf,
  recordOf,
  refuseValue,
  secret,
  shape,
} from './validate.js';

// The characters that CLIENT SETNAME takes, https://redis.io/docs/latest/commands/client-setname/
export const checkClientName: Check<string> = (value, path) =>
  typeof value === 'string' && /^[!-~]+$/.test(value) ? value : refuseValue(path, 'printable ASCII without spaces', value);

const checkHostPort: Check<string> = (value, path) => {
  const address = typeof value === 'string' ? parseAddress(value, null) : null;
  if (address === null) throw new OptionsError(path, `expected host:port, got ${addressText(value)}`);
  return addressKey(address);
};
const checkMapEntries = recordOf(checkHostPort, 'a function, or an object of host:port to host:port');
const checkMapFunction = func<(address: string) => string | undefined>();

const checkAddressMap: Check<(address: string) => string | undefined> = (value, path) => {
  if (typeof value === 'function') return checkMapFunction(value, path);
  const entries = Object.entries(checkMapEntries(value, path));
  const map = new Map(entries.map(([from, to]) => [checkHostPort(from, path), to]));
  return (address) => map.get(address);
};

const checkCount = integerBetween(1, Number.MAX_SAFE_INTEGER);

/** The checks of a client's options, by name. */
export const CLIENT_CHECKS = {
  topology: checkTopology,
  previous: checkTopology,
  username: secret,
  password: secret,
  credentials: checkCredentials,
  tls: checkTls,
  database: checkDatabase,
  clientName: checkClientName,
  protocol: oneOf<2 | 3>(2, 3),
  timeoutMs: checkTimeoutMs,
  connectTimeoutMs: milliseconds(1),
  reads: checkReads,
  maxLagMs: checkMaxLagMs,
  maxLagBytes: checkMaxLagBytes,
  zone: nonEmptyString,
  latencyWindowMs: checkLatencyWindowMs,
  domains: checkDomains,
  offload: checkOffload,
  hedge: flag,
  nodes: checkNodes,
  addressMap: checkAddressMap,
  allowedAddresses: notEmpty(
    arrayOf(checkAddressPattern, 'a list of addresses, patterns and subnets such as ["10.0.1.0/24"]'),
    'at least one address, pattern or subnet',
  ),
  failFast: flag,
  maxReplyBytes: integerBetween(65_536, Number.MAX_SAFE_INTEGER),
  maxReplyItems: checkCount,
  queue: shape({ maxCommands: checkCount, maxBytes: checkCount } satisfies ChecksOf<Options['queue']>),
  pool: shape({
    shared: integerBetween(1, 1_024),
    maxExclusive: integerBetween(1, 65_535),
    minExclusive: integerBetween(0, 65_535),
    maxConnecting: integerBetween(1, 1_024),
    idleMs: milliseconds(1),
    maxLifetimeMs: milliseconds(0, 'no limit'),
    acquireTimeoutMs: milliseconds(0, 'until the deadline'),
  } satisfies ChecksOf<Options['pool']>),
  reconnect: shape({ minMs: milliseconds(1), maxMs: milliseconds(1) } satisfies ChecksOf<Options['reconnect']>),
  // The monitor itself never probes more often than this.
  monitor: shape({ periodMs: milliseconds(100), sampleMs: milliseconds(100) } satisfies ChecksOf<Options['monitor']>),
  keepAliveMs: milliseconds(0, 'off'),
  integers: oneOf<Options['integers']>('number', 'bigint', 'string'),
  keyPrefix: checkKeyPrefix,
} satisfies ChecksOf<ClientOptions>;

export const checkClient = shape(CLIENT_CHECKS);
/** The options of a client as the user gave them, each checked. */
export type GivenOptions = ReturnType<typeof checkClient>;

const checkWaitReplicas = shape({ count: checkCount, timeoutMs: milliseconds(1) } satisfies ChecksOf<WaitReplicas>);

/** Knows a signal by its interface: it may come from another realm, or from a polyfill. */
export const checkSignal: Check<AbortSignal> = (value, path) => (isAbortSignal(value) ? value : refuseValue(path, 'an AbortSignal', value));

/** Checks the options of `with()`. */
export const checkView = shape({
  timeoutMs: checkTimeoutMs,
  signal: checkSignal,
  reads: checkReads,
  maxLagMs: checkMaxLagMs,
  maxLagBytes: checkMaxLagBytes,
  hedge: flag,
  idempotent: flag,
  buffers: flag,
  integers: CLIENT_CHECKS.integers,
  waitReplicas: (value, path) => {
    const { count, timeoutMs } = checkWaitReplicas(value, path);
    return count === undefined || timeoutMs === undefined ? refuseValue(path, '{ count, timeoutMs }', value) : { count, timeoutMs };
  },
} satisfies ChecksOf<ViewOptions>);

function isAbortSignal(value: unknown): value is AbortSignal {
  return value instanceof AbortSignal || (typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value);
}
