import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import { CrossSlotError } from '../../../../lib/errors.js';
import { specOf } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';
import { HASH_SLOTS, slotOfCommand, slotOfKey } from '../../../../lib/routing/keys/slots.js';

// Numbers from CLUSTER KEYSLOT.
const keySlots: readonly (readonly [key: Arg, slot: number])[] = [
  ['foo', 12_182],
  ['', 0],
  ['{user}:1', 5474],
  ['user', 5474],
  ['{}user', 12_192],
  ['a{b}{c}', 3300],
  ['{b', 6215],
  ['é', 10_180],
  [12, 8373],
  [12n, 8373],
  [Buffer.from('foo'), 12_182],
  [new Uint8Array([0x66, 0x6f, 0x6f]), 12_182],
  [Buffer.from([0xff, 0x00, 0xfe]), 434],
  [Buffer.from('{user}:1'), 5474],
  // Keys may be any view, though the types name one.
  [new DataView(Uint8Array.from(Buffer.from('xfoo')).buffer, 1) as unknown as Uint8Array, 12_182],
  [new BigInt64Array(Uint8Array.from(Buffer.from('{user}:1')).buffer) as unknown as Uint8Array, 5474],
  // An empty pair of braces is no tag, and no later pair is one then.
  ['{}a}', 4370],
  ['{}{a}', 13_650],
  ['a{}b}c{d}', 12_617],
  // The encoder sends U+FFFD for half of a surrogate pair.
  ['a\ud800', 6947],
];

const commandSlots: readonly (readonly [words: readonly Arg[], slot: number])[] = [
  [['GET', 'foo'], 12_182],
  [['PING'], -1],
  [['DBSIZE'], -1],
  [['CONFIG', 'GET', 'maxmemory'], -1],
  [['OBJECT', 'ENCODING', 'foo'], 12_182],
  [['MGET', '{a}1', '{a}2'], 15_495],
  [['EVAL', 'return 1', 0], -1],
  [['EVAL', 'return 1', 1, 'foo', 'other'], 12_182],
  [['XREAD', 'COUNT', 1, 'STREAMS', 'foo', '0'], 12_182],
  [['GET'], -1],
];

const crossing: readonly (readonly Arg[])[] = [
  ['MGET', 'a', 'b'],
  ['RENAME', 'a', 'b'],
  ['MSETNX', 'a', 1, 'b', 2],
  ['EVAL', 'return 1', 2, 'a', 'b'],
  ['SINTERSTORE', 'a', 'b', 'c'],
];

describe('hash slots', () => {
  for (const [key, slot] of keySlots) {
    it(`give ${typeof key} ${JSON.stringify(String(key))} the slot ${slot}`, () => assert.equal(slotOfKey(key), slot));
  }

  it('are those of the package cluster-key-slot, which is wrong about `{}` and half surrogate pairs', () => {
    const parts = ['{', '}', 'a', 'user:', '0123456789', 'ß', '漢', '👩‍🚀', '\0', '\r\n', '\x7f', '\x80'];
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed % below;
    };
    for (let round = 0; round < 5_000; round++) {
      const key = Array.from({ length: random(8) }, () => parts[random(parts.length)]).join('');
      if (key.includes('{}')) continue;
      assert.equal(slotOfKey(key), calculateSlot(key), JSON.stringify(key));
      assert.equal(slotOfKey(new Uint8Array(Buffer.from(key))), calculateSlot(key), `bytes of ${JSON.stringify(key)}`);
    }
  });

  for (const [words, slot] of commandSlots) {
    it(`give ${words.join(' ')} the slot ${slot}`, () => {
      const { spec, args } = specOf(words);
      assert.equal(slotOfCommand(HASH_SLOTS, spec, args), slot);
    });
  }

  for (const words of crossing) {
    it(`refuse ${words.join(' ')}`, () => {
      const { spec, args } = specOf(words);
      assert.throws(() => slotOfCommand(HASH_SLOTS, spec, args), CrossSlotError);
    });
  }

  it('are named with their keys when they differ', () => {
    assert.throws(
      () => HASH_SLOTS.commonSlot('RENAME', ['a', Buffer.from('b')]),
      (error: CrossSlotError) => {
        assert.equal(error.code, 'ERR_CROSS_SLOT');
        assert.equal(error.executed, 'no');
        assert.equal(error.command, 'RENAME');
        assert.deepEqual(error.keys, ['a', 'b']);
        assert.deepEqual(error.slots, [15_495, 3300]);
        assert.match(error.message, /^RENAME: its keys must share one slot.*"a" \(slot 15495\), "b" \(slot 3300\)$/);
        return true;
      },
    );
  });

  it('are not all listed in the message when there are many', () => {
    const keys = Array.from({ length: 12 }, (_, i) => `key:${i}`);
    assert.throws(() => HASH_SLOTS.commonSlot('MGET', keys), /"key:4" \(slot \d+\) and 7 more$/);
  });

  it('are -1 for no keys', () => assert.equal(HASH_SLOTS.commonSlot('MULTI', []), -1));
});
