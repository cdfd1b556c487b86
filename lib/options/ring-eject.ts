import { OptionsError } from '../errors.js';
import type { PlacementOptions } from '../placement/placement.js';
import type { EjectOptions, RingTopology } from './topology.js';
import { type Check, type ChecksOf, deepFreeze, flag, integerBetween, oneOf, refuseValue, shape } from './validate.js';

/** What a ring does beside placing keys. */
export interface RingOptions {
  /**
   * What becomes of the keys of a member that is down. `wait`: their calls wait for it, inside their deadlines. `eject`: for caches; they are
   * placed on the others until it is back. Default `wait`.
   */
  readonly onDown?: 'wait' | 'eject';
  /** With `onDown: 'eject'`. */
  readonly eject?: {
    /** Failed looks and lost connections in a row, with nothing answered between, after which a member is ejected. Default 3. */
    readonly after?: number;
    /** Share of the ring's weight that may be ejected, above 0 and at most 1. Beyond it nobody more is. Default 0.5. */
    readonly most?: number;
    /** Empty the databases of a member that is back before it serves again. Default false. */
    readonly flush?: boolean;
    /** Eject with modula and predixy, too, by which most keys of the others move as well. Default false. */
    readonly evenModula?: boolean;
  };
  /** Allow several keys of one command where they share a member by chance, not by their tag. Default false. */
  readonly sameMember?: boolean;
}

/** The defaults of `eject`. The documentation's table is tested against them. */
export const EJECT_DEFAULTS: EjectOptions = deepFreeze({ after: 3, most: 0.5, flush: false, evenModula: false });

const checkShare: Check<number> = (value, path) =>
  typeof value === 'number' && value > 0 && value <= 1 ? value : refuseValue(path, 'a number above 0 and at most 1', value);

export const RING_CHECKS = {
  onDown: oneOf<'wait' | 'eject'>('wait', 'eject'),
  eject: shape({ after: integerBetween(1, 1_000), most: checkShare, flush: flag, evenModula: flag } satisfies ChecksOf<EjectOptions>),
  sameMember: flag,
} satisfies ChecksOf<RingOptions>;

/** Checked options with the defaults. Throws where they contradict the placement or one another. */
export function withRingDefaults(
  given: { readonly [Name in keyof typeof RING_CHECKS]?: ReturnType<(typeof RING_CHECKS)[Name]> },
  placement: PlacementOptions,
  path: string,
): Pick<RingTopology, 'onDown' | 'eject' | 'sameMember'> {
  const { onDown = 'wait', sameMember = false } = given;
  const eject: EjectOptions = { ...EJECT_DEFAULTS, ...given.eject };
  const isDefault = JSON.stringify(eject) === JSON.stringify(EJECT_DEFAULTS);
  if (onDown === 'wait' && !isDefault) throw new OptionsError(`${path}.eject`, "is for onDown: 'eject', which is not set");
  if (onDown === 'eject' && isModula(placement) && !eject.evenModula) {
    const why = 'by modula nearly all keys of the other members move, too, when one is ejected';
    throw new OptionsError(`${path}.onDown`, `expected wait, got eject: ${why}; eject: { evenModula: true } allows it`);
  }
  return { onDown, eject, sameMember };
}

function isModula(placement: PlacementOptions): boolean {
  return placement.as === 'predixy' || (placement.as === 'twemproxy' && placement.distribution === 'modula');
}
