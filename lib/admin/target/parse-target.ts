import { OptionsError } from '../../errors.js';
import { type AccessOptions, loginOf } from '../../options/access.js';
import { type Address, addressKey, parseAddress } from '../../options/address.js';
import { addressText } from '../../options/secrets.js';
import { replication, seedsOf, type TopologyOptions } from '../../options/topology.js';
import { DEFAULT_PORT } from '../../options/url.js';
import { optionsOfUrl } from '../../options/url-parameters.js';
import type { TopologyKind } from '../health/server-kind.js';

/** The servers that words of a command line mean. */
export interface Target {
  /** The topology that the URL names; null: what the servers are is to be found out. */
  readonly kind: TopologyKind | null;
  readonly addresses: readonly Address[];
  /** Name of the group that sentinels watch; null: not given. */
  readonly name: string | null;
  /** Login and TLS that the URL names. */
  readonly access: AccessOptions;
  /** The same for sentinels. */
  readonly sentinelAccess: AccessOptions;
}

/**
 * Reads one URL of any topology, or addresses: `redis+sentinel://h1,h2/name`, `10.0.0.1:6379 10.0.0.2:6379`. `redis://` names a server whose
 * topology is to be found out. Throws an `OptionsError`.
 */
export function parseTarget(words: readonly string[]): Target {
  const [word = ''] = words;
  const ofTopology = words.find((each) => /^[a-z]+\+(cluster|sentinel|replication):\/\//i.test(each));
  if (ofTopology !== undefined && words.length > 1) {
    throw new OptionsError('target', 'expected one URL of a topology, or addresses of servers, got several words with such a URL');
  }
  const wrong = words.find((each) => !each.includes('://') && parseAddress(each, DEFAULT_PORT) === null);
  if (wrong !== undefined || words.length === 0) {
    throw new OptionsError(
      'target',
      `expected HOST:PORT (IPv6 in brackets), or a URL such as redis://host:port, got ${addressText(wrong)}`,
    );
  }
  const isUrl = ofTopology !== undefined || (words.length === 1 && word.includes('://'));
  const topology = (isUrl ? optionsOfUrl(word).topology : undefined) ?? replication(words);
  const target = targetOfTopology(topology);
  return ofTopology === undefined ? { ...target, kind: null } : target;
}

/** The servers of one group, or of a cluster. What a single one is, is to be found out; of a ring and of endpoints the addresses are given. */
export function targetOfTopology(topology: TopologyOptions): Target {
  const isSentinel = topology.kind === 'sentinel';
  return {
    kind: topology.kind === 'single' || topology.kind === 'ring' || topology.kind === 'endpoints' ? null : topology.kind,
    addresses: uniqueAddresses(seedsOf(topology)),
    name: isSentinel ? topology.name : null,
    access: loginOf(topology.url ?? {}),
    sentinelAccess: isSentinel ? topology.access : {},
  };
}

function uniqueAddresses(addresses: readonly Address[]): Address[] {
  return [...new Map(addresses.map((address) => [addressKey(address), address])).values()];
}
