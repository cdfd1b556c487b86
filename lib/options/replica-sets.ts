import { OptionsError } from '../errors.js';
import { checkAddressPattern } from './address-pattern.js';
import { checkTags, type NodeRule } from './nodes.js';
import { arrayOf, type Check, type ChecksOf, notEmpty, oneOf, refuseValue, shape } from './validate.js';

/** A set of replicas, narrowed by every field that is given. With `nearest`, of primary and replicas. */
export interface ReplicaSet {
  /** The node has all of these tags (see `nodes`). */
  readonly tags?: Readonly<Record<string, string>>;
  /** As in `nodes[].match`: `host:port`, `host`, a subnet, or a pattern in which `*` stands for any run of characters: `10.0.1.*:6379`. */
  readonly addresses?: readonly string[];
}

/** Nodes for reads of which no replica set has a usable replica. */
export type Fallback = 'anyReplica' | 'primary';

const checkAddresses = notEmpty(arrayOf(checkAddressPattern, 'a list of addresses such as ["10.0.1.*:6379"]'), 'at least one address');
const checkSet = shape(
  { tags: checkTags, addresses: checkAddresses } satisfies ChecksOf<ReplicaSet>,
  'a set of replicas such as { tags: { use: "video" } }',
);
const checkSets = notEmpty(arrayOf(checkSet, 'a list of sets of replicas'), 'at least one set of replicas');
const checkFallbackSteps = arrayOf(oneOf<Fallback>('anyReplica', 'primary'), 'a list of anyReplica and primary');

export const checkReplicas: Check<readonly ReplicaSet[]> = (value, path) =>
  Array.isArray(value) ? checkSets(value, path) : [checkSet(value, path)];

export const checkFallback: Check<readonly Fallback[]> = (value, path) => {
  const steps = checkFallbackSteps(value, path);
  return new Set(steps).size === steps.length ? steps : refuseValue(path, 'every step at most once', value);
};

/** Throws for a set whose tags no rule gives: tags come from the rules only, so the set could never match a node. */
export function refuseUnknownTags(replicas: readonly ReplicaSet[], rules: readonly NodeRule[], at: string): void {
  for (const set of replicas) {
    const tags = Object.entries(set.tags ?? {});
    if (rules.some((rule) => tags.every(([tag, value]) => rule.tags?.[tag] === value)) || tags.length === 0) continue;
    const list = tags.map(([tag, value]) => `${tag}=${value}`).join(' and ');
    throw new OptionsError(`${at}.replicas`, `no rule of options.nodes gives a node the tags ${list}`);
  }
}
