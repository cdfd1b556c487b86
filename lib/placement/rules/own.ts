import { PlacementFunctionError, show } from '../../errors.js';
import { disregard } from '../../util/user-function.js';
import type { OwnPlacement, PlacedMember } from '../placement.js';
import type { KeyRule } from './key-rule.js';

/** Asks the user's function. Throws a `PlacementFunctionError` that says what is wrong with it: an error of the call that has the key. */
export function ownRule({ place }: OwnPlacement, members: readonly PlacedMember[]): KeyRule {
  const names = Object.freeze(members.map(({ name }) => name));
  return ({ bytes, start, end }) => {
    // A copy: the memory is used again for the next key, and the function may keep what it gets.
    const index = ask(place, new Uint8Array(bytes.subarray(start, end)), names);
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < names.length) return index;
    disregard(index);
    const what = index instanceof Promise ? 'a promise' : show(index);
    throw new PlacementFunctionError(`the placement of the ring returned ${what}, not the index of one of its ${names.length} members`);
  };
}

function ask(place: OwnPlacement['place'], key: Uint8Array, names: readonly string[]): unknown {
  try {
    return place(key, names);
  } catch (error) {
    throw new PlacementFunctionError(`the placement of the ring threw ${show(error)}`, { cause: error });
  }
}
