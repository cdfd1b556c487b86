import { checkAddressPattern } from './address-pattern.js';
import { arrayOf, type Check, type ChecksOf, integerBetween, nonEmptyString, recordOf, refuseValue, shape } from './validate.js';

/** Facts about nodes that the servers do not tell. The first rule that matches a node applies. */
export interface NodeRule {
  /** `host:port`, `host`, a pattern with `*`, or a subnet such as `10.0.1.0/24`. */
  readonly match: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Tier: reads use the lowest one that has a usable node. Default 0. */
  readonly priority?: number;
  /** Share of the reads among nodes that would do equally well. Default 1. */
  readonly weight?: number;
  /** Availability zone; wins over the `availability_zone` that the server tells (Valkey 8 and newer). */
  readonly zone?: string;
}

export const checkTags = recordOf(nonEmptyString, 'an object of tags such as { use: "video" }');

const checkWeight: Check<number> = (value, path) =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY ? value : refuseValue(path, 'a number above 0', value);

export const checkNodes = arrayOf(
  shape(
    {
      match: checkAddressPattern,
      tags: checkTags,
      priority: integerBetween(0, 1_000_000),
      weight: checkWeight,
      zone: nonEmptyString,
    } satisfies ChecksOf<NodeRule>,
    'a rule such as { match: "10.0.1.0/24", tags: { use: "video" } }',
  ),
  'a list of rules',
);

/** The rules of a client. Throws for one without `match`, which would match no node. */
export function resolveNodes(given: ReturnType<typeof checkNodes>, path: string): readonly NodeRule[] {
  return given.map((rule, i) => ({
    ...rule,
    match: rule.match ?? refuseValue(`${path}.nodes[${i}].match`, 'an address, a pattern or a subnet', rule.match),
  }));
}
