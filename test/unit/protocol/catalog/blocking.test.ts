import assert from 'node:assert/strict';
import { blockingOf, withTimeout } from '../../../../lib/protocol/catalog/blocking.js';
import { specOf } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';

interface Case {
  readonly words: readonly Arg[];
  /** How long the server may wait in ms; null: it never waits, or refuses. */
  readonly ms: number | null;
  /** The same words with 250 ms. */
  readonly shorter?: readonly Arg[];
}

const cases: readonly Case[] = [
  { words: ['BLPOP', 'a', 5], ms: 5_000, shorter: ['BLPOP', 'a', 0.25] },
  { words: ['BLPOP', 'a', 'b', '0.5'], ms: 500, shorter: ['BLPOP', 'a', 'b', 0.25] },
  { words: ['BRPOP', 'a', 0], ms: 0 },
  { words: ['BRPOP', 'a', Buffer.from('1.5')], ms: 1_500, shorter: ['BRPOP', 'a', 0.25] },
  { words: ['BLMOVE', 'a', 'b', 'LEFT', 'RIGHT', 2], ms: 2_000, shorter: ['BLMOVE', 'a', 'b', 'LEFT', 'RIGHT', 0.25] },
  { words: ['BRPOPLPUSH', 'a', 'b', 3n], ms: 3_000, shorter: ['BRPOPLPUSH', 'a', 'b', 0.25] },
  { words: ['BLMPOP', 4, 2, 'a', 'b', 'LEFT', 'COUNT', 9], ms: 4_000, shorter: ['BLMPOP', 0.25, 2, 'a', 'b', 'LEFT', 'COUNT', 9] },
  { words: ['BZMPOP', 0, 1, 'a', 'MIN'], ms: 0 },
  { words: ['BZMPOP', 0.001, 1, 'a', 'MIN'], ms: 1, shorter: ['BZMPOP', 0.25, 1, 'a', 'MIN'] },
  { words: ['BZPOPMIN', 'a', 7], ms: 7_000, shorter: ['BZPOPMIN', 'a', 0.25] },
  { words: ['BZPOPMAX', 'a', 'b', 7], ms: 7_000, shorter: ['BZPOPMAX', 'a', 'b', 0.25] },
  { words: ['XREAD', 'BLOCK', 700, 'STREAMS', 's', '$'], ms: 700, shorter: ['XREAD', 'BLOCK', 250, 'STREAMS', 's', '$'] },
  { words: ['XREAD', 'COUNT', 2, 'block', '0', 'STREAMS', 's', '$'], ms: 0 },
  { words: ['XREAD', 'COUNT', 2, 'STREAMS', 's', '0'], ms: null },
  { words: ['XREAD', 'STREAMS', 'BLOCK', '0'], ms: null },
  {
    words: ['XREAD', Buffer.from('BLOCK'), 9, 'STREAMS', 's', '0'],
    ms: 9,
    shorter: ['XREAD', Buffer.from('BLOCK'), 250, 'STREAMS', 's', '0'],
  },
  { words: ['XREADGROUP', 'GROUP', 'BLOCK', 'STREAMS', 'STREAMS', 's', '>'], ms: null },
  {
    words: ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 1, 'BLOCK', 80, 'NOACK', 'STREAMS', 's', '>'],
    ms: 80,
    shorter: ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 1, 'BLOCK', 250, 'NOACK', 'STREAMS', 's', '>'],
  },
  { words: ['WAIT', 1, 100], ms: 100, shorter: ['WAIT', 1, 250] },
  { words: ['WAITAOF', 1, 0, 200], ms: 200, shorter: ['WAITAOF', 1, 0, 250] },
  // What the server refuses at once.
  { words: ['BLPOP', 'a', 'soon'], ms: null },
  { words: ['BLPOP', 'a', -1], ms: null },
  { words: ['BLPOP', 'a', ''], ms: null },
  { words: ['BLPOP', 'a', 'inf'], ms: null },
  { words: ['BLMPOP'], ms: null },
  { words: ['XREAD', 'BLOCK'], ms: null },
  { words: ['XREAD', 'BLOCK', 'long', 'STREAMS', 's', '0'], ms: null },
  // Commands that never wait.
  { words: ['LPOP', 'a', 5], ms: null },
  { words: ['GET', 'BLOCK'], ms: null },
];

describe('how long a server may let a command wait', () => {
  for (const { words, ms, shorter } of cases) {
    const shown = words.map(String).join(' ');
    it(`${ms === null ? 'is nothing to wait for' : ms === 0 ? 'is for ever' : `is ${ms} ms`} in ${shown}`, () => {
      const { spec, args } = specOf(words);
      const blocking = blockingOf(spec, args);
      assert.equal(blocking?.ms ?? null, ms);
      if (blocking === null || shorter === undefined) return;
      assert.deepEqual(withTimeout(args, blocking, 250), specOf(shorter).args);
      assert.deepEqual(specOf(words).args, args, 'the arguments given are left alone');
    });
  }

  it('never becomes for ever when no time is left', () => {
    for (const words of [
      ['BLPOP', 'a', 1],
      ['XREAD', 'BLOCK', 1, 'STREAMS', 's', '0'],
    ] as const) {
      const { spec, args } = specOf(words);
      const blocking = blockingOf(spec, args);
      assert.ok(blocking !== null);
      for (const left of [0.2, 0, -700]) {
        const again = blockingOf(spec, withTimeout(args, blocking, left));
        assert.equal(again?.ms, 1);
      }
    }
  });
});
