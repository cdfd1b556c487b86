import { OptionsError } from '../errors.js';
import type { UrlAccess } from './access.js';
import type { Address } from './address.js';
import { addressKey } from './address.js';
import { refuseSurplus } from './call-form.js';
import { refuseSecret } from './secrets.js';
import { readSeeds, type Seed } from './seeds.js';
import { DEFAULT_PORT } from './url.js';
import { arrayOf, type Check, type ChecksOf, func, milliseconds, nonEmptyString, notEmpty, oneOf, refuseValue, shape } from './validate.js';

/** The proxies of which it is known which commands they refuse, and what their own errors mean. */
export type ProxyName = 'twemproxy' | 'codis' | 'predixy' | 'envoy';

/** A function that gives the endpoints of now: out of ZooKeeper, etcd, Consul, DNS, a file. */
export type EndpointSource = () => readonly Seed[] | Promise<readonly Seed[]>;

/** Options of `endpoints(list, options)`. */
export interface EndpointsOptions {
  /**
   * `auto`: the first connection to an address finds out whether it takes HELLO. `plain`: HELLO, CLIENT, ROLE, INFO and READONLY are never
   * sent; AUTH has one argument if no user is given; SELECT is sent for a database that is not 0. For proxies that share their connections
   * to the servers, such as codis-proxy, `auto` is not safe: they pass HELLO on. Default `auto`.
   */
  readonly speaks?: 'auto' | 'plain';
  /**
   * Commands that are refused here, with a `CommandRefusedError`, instead of being sent: names and categories of commands, such as
   * `['KEYS', '@pubsub']`, or a proxy by its name: that one's errors are then known as well. Default: none.
   */
  readonly refuses?: ProxyName | readonly string[];
  /** How often a function is asked for the list, in ms. It is asked as well when no endpoint can be reached. Default 30,000. */
  readonly refreshMs?: number;
  /**
   * `one`: the client keeps to one endpoint, chosen at random by weight out of its own zone (rules of `nodes`), and leaves it when it fails:
   * commands keep their order, except for those that an endpoint was left with because it hung. `spread`: commands go to all in turn, without any order between them, not even to one key. Default `one`.
   */
  readonly balance?: 'one' | 'spread';
  /**
   * With `balance: 'one'`: how often, on the average, the client chooses anew, in ms, so that endpoints that came back get their share again.
   * 0: never. Default 0.
   */
  readonly rebalanceMs?: number;
}

export interface EndpointsTopology {
  readonly kind: 'endpoints';
  /** Empty where a function gives them. */
  readonly addresses: readonly Address[];
  readonly list: EndpointSource | null;
  readonly speaks: 'auto' | 'plain';
  readonly refuses: ProxyName | readonly string[];
  readonly refreshMs: number;
  readonly balance: 'one' | 'spread';
  readonly rebalanceMs: number;
}

const proxyName = oneOf<ProxyName>('twemproxy', 'codis', 'predixy', 'envoy');
const commandNames = notEmpty(arrayOf(nonEmptyString, 'names of commands and categories'), 'at least one command or category');

/** The names are looked up where the client is made. */
const checkRefuses: Check<ProxyName | readonly string[]> = (value, path) => {
  if (Array.isArray(value)) return value.length === 0 ? [] : commandNames(value, path);
  return typeof value === 'string'
    ? proxyName(value, path)
    : refuseValue(path, 'a list of commands, or twemproxy, codis, predixy or envoy', value);
};

const OPTIONS = {
  speaks: oneOf<'auto' | 'plain'>('auto', 'plain'),
  refuses: checkRefuses,
  refreshMs: milliseconds(100),
  balance: oneOf<'one' | 'spread'>('one', 'spread'),
  rebalanceMs: milliseconds(0, 'never'),
} satisfies ChecksOf<EndpointsOptions>;

/** The options of endpoints that were given none. The documentation's table is tested against them. */
export const ENDPOINTS_DEFAULTS = Object.freeze({
  speaks: 'auto',
  refuses: Object.freeze([]),
  refreshMs: 30_000,
  balance: 'one',
  rebalanceMs: 0,
}) satisfies Required<EndpointsOptions>;

const checkOptions = shape(OPTIONS, 'an object of options');
const unchecked: Check<unknown> = (value) => value;
const checkGiven = shape({ kind: unchecked, addresses: unchecked, list: unchecked, url: unchecked, ...OPTIONS });
const checkList = func<EndpointSource>();

/** Endpoints that were given, with the login of their URLs. */
export interface GivenEndpoints {
  readonly topology: EndpointsTopology;
  readonly url: UrlAccess;
}

/** Checks the arguments of `endpoints(list, options)`. */
export function endpointsGiven(list: unknown, options: unknown, surplus: readonly unknown[]): GivenEndpoints {
  const form = "endpoints(['host:port', 'host:port'], { speaks, refuses, refreshMs, balance, rebalanceMs })";
  refuseSurplus('endpoints', 2, form, [list, options, ...surplus]);
  const { addresses, url } = typeof list === 'function' ? NONE : readEndpoints(list, (i) => `endpoints(list)${i}`);
  const given = options === undefined ? {} : checkOptions(options, 'endpoints(options)');
  const source = typeof list === 'function' ? checkList(list, 'endpoints(list)') : null;
  return { topology: { kind: 'endpoints', addresses, list: source, ...ENDPOINTS_DEFAULTS, ...given }, url };
}

/** Checks endpoints that may come from a configuration file, where no function can be. */
export function checkEndpoints(value: unknown, path: string, checkUrl: Check<UrlAccess>): GivenEndpoints {
  const { kind, addresses: list, list: source, url, ...given } = checkGiven(value, path);
  const hasSource = source !== undefined && source !== null;
  const isGiven = Array.isArray(list) ? list.length > 0 : list !== undefined;
  if (hasSource && isGiven) throw new OptionsError(`${path}.list`, 'expected either addresses, or a function that gives them');
  const read = hasSource ? NONE : readEndpoints(list, (i) => `${path}.addresses${i}`);
  return {
    topology: {
      kind: 'endpoints',
      addresses: read.addresses,
      list: hasSource ? checkList(source, `${path}.list`) : null,
      ...ENDPOINTS_DEFAULTS,
      ...given,
    },
    url: { ...read.url, ...(url === undefined ? {} : checkUrl(url, `${path}.url`)) },
  };
}

const NONE: ReturnType<typeof readSeeds> = { addresses: [], url: {} };

function readEndpoints(list: unknown, pathOf: (index: string) => string): ReturnType<typeof readSeeds> {
  if (list === undefined || list === null) refuseSecret(pathOf(''), 'addresses, or a function that gives them', list);
  const { addresses, url } = readSeeds(list, pathOf, DEFAULT_PORT, true);
  return { addresses: withoutDoubles(addresses), url };
}

/** Each address once, the first time that it comes. */
export function withoutDoubles(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map((address) => [addressKey(address), address])).values()];
}

/** The addresses that a function gave. Throws an `OptionsError` for what is no list of them. */
export function addressesFrom(given: unknown): readonly Address[] {
  const path = 'endpoints(list)';
  if (!Array.isArray(given)) return refuseSecret(path, 'a function that gives a list of addresses', given);
  if (given.length === 0) throw new OptionsError(`${path}()`, 'expected at least one endpoint, got an empty list');
  const { addresses, url } = readSeeds(given, (i) => `${path}()${i}`, DEFAULT_PORT, true);
  if (Object.keys(url).length > 0) {
    throw new OptionsError(`${path}()`, 'expected host:port, or URLs without user, password, TLS and database: those are for createClient');
  }
  return withoutDoubles(addresses);
}
