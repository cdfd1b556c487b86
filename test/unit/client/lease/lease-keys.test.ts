import assert from 'node:assert/strict';
import { LeaseKeys } from '../../../../lib/client/lease/lease-keys.js';
import { ArgumentError, CrossSlotError, NoNodeError } from '../../../../lib/errors.js';
import { ring } from '../../../../lib/options/ring.js';
import type { RingTopology } from '../../../../lib/options/topology.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { RingSlotting } from '../../../../lib/routing/keys/ring-slotting.js';

/** A key is on the member of its first byte: `0…` on the first. */
const place = (key: Uint8Array, names: readonly string[]): number => ((key[0] ?? 48) - 48) % names.length;
const topologyOf = (names: readonly string[], options: object = {}): RingTopology =>
  ring(Object.fromEntries(names.map((name) => [name, `${name}:1`])), { place, hashTag: '{}', ...options }) as RingTopology;
type Refusal = abstract new (...args: never[]) => Error;

describe('keys of a lease of a ring', () => {
  const TABLE: [key: string | null, sameMember: boolean, words: string[], refused: Refusal | null][] = [
    [null, false, ['PING'], null],
    [null, false, ['CONFIG GET', 'maxmemory'], null],
    [null, false, ['SET', '0a', '1'], ArgumentError],
    [null, false, ['PUBLISH', '0a', '1'], ArgumentError],
    [null, false, ['SWAPDB', '0', '1'], ArgumentError],
    ['{1}', false, ['PING'], null],
    ['{1}', false, ['SWAPDB', '0', '1'], ArgumentError],
    ['{1}', false, ['SET', '{1}a', '1'], null],
    ['{1}', false, ['RENAME', '{1}a', '{1}b'], null],
    ['{1}', false, ['SET', '1', '1'], null],
    ['{1}', false, ['SET', '1a', '1'], CrossSlotError],
    ['{1}', true, ['SET', '1a', '1'], null],
    ['{1}', true, ['SET', '0a', '1'], CrossSlotError],
    ['{1}', false, ['RENAME', '{1}a', '0'], CrossSlotError],
    ['{1}', false, ['PUBLISH', '0', 'x'], CrossSlotError],
    ['{1}', false, ['SORT', '{1}a', 'BY', '{1}w_*'], null],
    ['{1}', true, ['SORT', '{1}a', 'BY', '1w_*'], CrossSlotError],
    ['{1}', false, ['EVAL', 'return 1', '0', '0'], null],
    ['{1}', false, ['EVAL', 'return 1', '1', '0'], CrossSlotError],
  ];
  for (const [key, sameMember, [name = '', ...args], refused] of TABLE) {
    it(`of key ${key}${sameMember ? ' with sameMember' : ''}: ${name} ${args.join(' ')} ${refused === null ? 'goes' : 'is refused'}`, () => {
      const keys = new LeaseKeys(new RingSlotting(topologyOf(['a', 'b', 'c'], { sameMember })), key, key === null ? -1 : 1);
      const check = (): void => keys.check(command(name), args);
      if (refused === null) check();
      else assert.throws(check, refused);
    });
  }

  it('have left it where the placement has changed', () => {
    const slotting = new RingSlotting(topologyOf(['a', 'b', 'c']));
    const keys = new LeaseKeys(slotting, '1', 1);
    slotting.setTopology(topologyOf(['a', 'd', 'b', 'c']));
    assert.throws(
      () => keys.check(command('SET'), ['1', 'x']),
      (error) => error instanceof NoNodeError && /the lease is of member b, which its keys have left for d/.test(error.message),
    );
    keys.check(command('PING'), []);
  });
});
