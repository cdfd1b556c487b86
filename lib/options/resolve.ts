import { OptionsError } from '../errors.js';
import { type Credentials, checkGroup, credentialsOf, type GroupOptions, tlsOf } from './access.js';
import { type Address, addressKey } from './address.js';
import { compileAddressPattern } from './address-pattern.js';
import { checkClient, checkView, type GivenOptions } from './checks.js';
import type { ClientOptions, ViewOptions } from './client-options.js';
import { DEFAULTS, type Options } from './defaults.js';
import { resolveDomains } from './domains.js';
import { resolveNodes } from './nodes.js';
import { previousOptions } from './previous.js';
import { refuseUnknownTags } from './replica-sets.js';
import { checkRing } from './ring.js';
import { refuseSecret } from './secrets.js';
import { type RingTopology, seedsOf } from './topology.js';
import { optionsOfUrl } from './url-parameters.js';
import { deepFreeze, nonEmptyString, refuseValue } from './validate.js';

/** Checks a client's options or URL and fills in the defaults. Throws an `OptionsError` that names the first mistake. */
export function resolveOptions(input: string | ClientOptions = {}): Options {
  if (typeof input === 'string') return withDefaults(optionsOfUrl(input), 'url');
  if (typeof input !== 'object' || input === null) return refuseSecret('options', 'a URL or an object of options', input);
  return withDefaults(checkClient(input, 'options'), 'options');
}

/** Checks the options of `with()`. */
export function resolveView(input: ViewOptions): ViewOptions {
  return Object.freeze(checkView(input, 'with'));
}

/** The options of a client on another group of the same sentinels. */
export function resolveGroup(client: Options, name: string, input: GroupOptions): Options {
  if (client.topology.kind !== 'sentinel')
    throw new OptionsError('group(name)', `expected a client of sentinels; this one's topology is ${client.topology.kind}`);
  const given = checkGroup(input, 'group(name, options)');
  const hasLogin = given.username !== undefined || given.password !== undefined || given.credentials !== undefined;
  return deepFreeze(
    {
      ...client,
      topology: { ...client.topology, name: nonEmptyString(name, 'group(name)') },
      // Its keys were elsewhere, if anywhere.
      previous: null,
      credentials: hasLogin ? credentialsOf(given, {}, 'group(name, options)') : client.credentials,
      tls: given.tls === undefined ? client.tls : tlsOf(given, {}, 'group(name, options)'),
      database: given.database ?? client.database,
    },
    ['tls'],
  );
}

/** The ring of a client with other members, which are reached as the others are. */
export function resolveMembers(client: Options, ring: RingTopology, members: unknown): RingTopology {
  const path = 'setMembers(members)';
  const { placement, onDown, eject, sameMember } = ring;
  const { url = {}, ...next } = checkRing({ kind: 'ring', members, placement, onDown, eject, sameMember }, path);
  const login: Partial<Credentials> = typeof client.credentials === 'function' ? {} : (client.credentials ?? {});
  const isSame =
    (url.username ?? login.username) === login.username &&
    (url.password ?? login.password) === login.password &&
    (url.tls !== true || client.tls !== null) &&
    (url.database ?? client.database) === client.database;
  if (!isSame) throw new OptionsError(path, 'expected no other scheme, user, password or database than the client has');
  if (next.kind !== 'ring') throw new OptionsError(path, 'expected a ring');
  refuseStrangers(client, seedsOf(next), path);
  return next;
}

/** Throws for an address that neither the client's own options name nor `allowedAddresses` allows. */
function refuseStrangers({ topology, allowedAddresses }: Options, addresses: readonly Address[], path: string): void {
  if (allowedAddresses === null) return;
  const allowed = allowedAddresses.flatMap((text) => compileAddressPattern(text) ?? []);
  const known = new Set(seedsOf(topology).map(addressKey));
  const stranger = addresses.find((address) => !known.has(addressKey(address)) && !allowed.some((matches) => matches(address)));
  if (stranger !== undefined) throw new OptionsError(path, `expected addresses that allowedAddresses allows, got ${addressKey(stranger)}`);
}

function withDefaults(given: GivenOptions, path: string): Options {
  const { url = {}, ...topology } = given.topology ?? DEFAULTS.topology;
  const reads = given.reads ?? DEFAULTS.reads;
  const timeoutMs = given.timeoutMs ?? DEFAULTS.timeoutMs;
  const keyPrefix = given.keyPrefix || DEFAULTS.keyPrefix;
  const readLimits = {
    maxLagMs: given.maxLagMs ?? DEFAULTS.maxLagMs,
    maxLagBytes: given.maxLagBytes ?? DEFAULTS.maxLagBytes,
    zone: given.zone ?? DEFAULTS.zone,
    latencyWindowMs: given.latencyWindowMs ?? DEFAULTS.latencyWindowMs,
  };
  const nodes = resolveNodes(given.nodes ?? [], path);
  const offload = given.offload ?? DEFAULTS.offload;
  for (const { replicas } of offload) refuseUnknownTags(replicas, nodes, `${path}.offload`);
  const reconnect = { ...DEFAULTS.reconnect, ...given.reconnect };
  if (reconnect.minMs > reconnect.maxMs)
    refuseValue(`${path}.reconnect.minMs`, `at most reconnect.maxMs (${reconnect.maxMs})`, reconnect.minMs);
  const options: Options = {
    topology,
    previous: null,
    credentials: credentialsOf(given, url, path),
    tls: tlsOf(given, url, path),
    database: given.database ?? url.database ?? DEFAULTS.database,
    clientName: given.clientName ?? DEFAULTS.clientName,
    protocol: given.protocol ?? DEFAULTS.protocol,
    timeoutMs,
    connectTimeoutMs: given.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs,
    reads,
    ...readLimits,
    domains: resolveDomains(
      given.domains ?? {},
      { reads, ...readLimits, timeoutMs, keyPrefix, hedge: given.hedge ?? DEFAULTS.hedge, nodes },
      path,
    ),
    offload,
    hedge: given.hedge ?? DEFAULTS.hedge,
    nodes,
    addressMap: given.addressMap ?? DEFAULTS.addressMap,
    allowedAddresses: given.allowedAddresses ?? DEFAULTS.allowedAddresses,
    failFast: given.failFast ?? DEFAULTS.failFast,
    maxReplyBytes: given.maxReplyBytes ?? DEFAULTS.maxReplyBytes,
    maxReplyItems: given.maxReplyItems ?? DEFAULTS.maxReplyItems,
    queue: { ...DEFAULTS.queue, ...given.queue },
    pool: { ...DEFAULTS.pool, ...given.pool },
    reconnect,
    monitor: { ...DEFAULTS.monitor, ...given.monitor },
    keepAliveMs: given.keepAliveMs ?? DEFAULTS.keepAliveMs,
    integers: given.integers ?? DEFAULTS.integers,
    keyPrefix,
  };
  const previous = given.previous === undefined ? null : previousOptions(options, given, `${path}.previous`);
  return deepFreeze({ ...options, previous }, ['tls']);
}
