import assert from 'node:assert/strict';
import { canContinue, History, lostBetween, type Position } from './history.js';

const WRITE = ['SET', 'k', 'v'];
/** `*3 $3 SET $1 k $1 v` with line ends. */
const BYTES = 27;

/** `P` is written by the first primary, `R` began from it after two of its three writes, `Q` from `R` after one. `N` begins with nothing. */
function histories(): Record<'P' | 'R' | 'Q' | 'N' | 'L', History> {
  const P = History.empty('P');
  for (let count = 0; count < 3; count++) P.append(0, WRITE);
  const R = History.promoted('R', { history: P, offset: 2 * BYTES });
  for (let count = 0; count < 3; count++) R.append(0, WRITE);
  const Q = History.promoted('Q', { history: R, offset: 3 * BYTES });
  Q.append(0, WRITE);
  // Loaded from disk, after a restart of who had all of Q.
  const L = History.reloaded('L', { history: Q, offset: 4 * BYTES });
  L.append(0, WRITE);
  return { P, R, Q, N: History.empty('N'), L };
}

/** `R5`: what R has up to the end of the fifth write. */
function place(all: ReturnType<typeof histories>, text: string): Position {
  return { history: all[text[0] as keyof typeof all], offset: Number(text.slice(1)) * BYTES };
}

describe('histories of writes', () => {
  it('count the bytes on the wire', () => {
    const { P } = histories();
    assert.equal(P.end, 3 * BYTES);
    P.skip(14);
    assert.equal(P.end, 3 * BYTES + 14);
  });

  const lost: readonly (readonly [before: string, after: string, lost: readonly string[]])[] = [
    ['P3', 'R5', ['P2']],
    ['P2', 'R5', []],
    ['R5', 'Q4', ['R3']],
    ['P3', 'Q4', ['P2']],
    ['Q4', 'P3', ['Q3', 'R2']],
    ['Q4', 'N0', ['Q3', 'R2', 'P0']],
    ['Q4', 'L0', []],
    ['L1', 'N0', ['L0', 'Q3', 'R2', 'P0']],
  ];
  for (const [before, after, expected] of lost) {
    it(`from ${before} to ${after} ${expected.join(', ') || 'nothing'} is lost`, () => {
      const all = histories();
      const found = lostBetween(place(all, before), place(all, after)).map(({ id, from }) => `${id}${from / BYTES}`);
      assert.deepEqual(found, expected);
    });
  }

  const ranges: readonly (readonly [history: 'P' | 'R' | 'Q', from: number, upTo: number, ends: readonly string[]])[] = [
    ['P', 0, 3, ['P1', 'P2', 'P3']],
    ['P', 1, 2, ['P2']],
    ['R', 1, 4, ['P2', 'R3', 'R4']],
    ['Q', 0, 4, ['P1', 'P2', 'R3', 'Q4']],
    ['Q', 4, 4, []],
  ];
  for (const [name, from, upTo, ends] of ranges) {
    it(`${name} has ${ends.length} writes from ${from} to ${upTo}`, () => {
      const all = histories();
      const owner = new Map([all.P, all.R, all.Q].flatMap((history) => history.entries.map((entry) => [entry, history.id] as const)));
      const found: string[] = [];
      all[name].each(from * BYTES, upTo * BYTES, (entry) => found.push(`${owner.get(entry)}${entry.end / BYTES}`));
      assert.deepEqual(found, ends);
    });
  }
});

describe('a partial synchronisation', () => {
  const history = History.empty('now');
  const backlog = { history, offset: 100, second: { id: 'before', until: 51 }, from: 20 };
  const cases: readonly (readonly [name: string, asked: readonly [string, number], from: number | null, continues: boolean])[] = [
    ['from a place in the backlog', ['now', 60], 20, true],
    ['from the end', ['now', 100], 20, true],
    ['from before the backlog', ['now', 19], 20, false],
    ['from beyond the end', ['now', 101], 20, false],
    ['where there is no backlog', ['now', 60], null, false],
    ['of another history', ['other', 60], 20, false],
    ['of the one before, up to where it was left', ['before', 50], 20, true],
    ['of the one before, behind that', ['before', 51], 20, false],
  ];
  for (const [name, [id, offset], from, continues] of cases) {
    it(`is ${continues ? 'granted' : 'refused'} ${name}`, () => {
      assert.equal(canContinue({ ...backlog, from }, { id, offset }), continues);
    });
  }
});
