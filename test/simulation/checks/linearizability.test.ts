import assert from 'node:assert/strict';
import { Random } from '../time/random.js';
import { isLinearizable, type Operation, type Verdict } from './linearizability.js';
import { type StringStep, stepOf, stringModel } from './string-model.js';

/** `0-5 SET k a`, `3-? GET k -> a`: from when until when, what, and what it gave. */
function operation(text: string): Operation<StringStep> {
  const [, from = '', until = '', command = '', , gave] = /^(\S+?)-(\S+) (.+?)( -> (.*))?$/.exec(text) ?? [];
  const step = stepOf(command.split(' '), 'k', gave === undefined ? undefined : gave === 'null' ? null : gave);
  assert.ok(step !== null, text);
  return { from: Number(from), until: until === '?' ? Number.POSITIVE_INFINITY : Number(until), step };
}

function verdict(history: readonly string[], mostSteps?: number): Verdict['is'] {
  return isLinearizable(history.map(operation), stringModel, mostSteps).is;
}

const good: Readonly<Record<string, readonly string[]>> = {
  'nothing at all': [],
  'one after the other': ['0-1 SET k a', '2-3 GET k -> a', '4-5 SET k b', '6-7 GET k -> b'],
  'a read beside a write gives the old value': ['0-1 SET k a', '2-9 SET k b', '3-4 GET k -> a'],
  'a read beside a write gives the new value': ['0-1 SET k a', '2-9 SET k b', '3-4 GET k -> b'],
  'two writes side by side, in the order in which they were not called': ['0-9 SET k a', '1-8 SET k b', '10-11 GET k -> a'],
  'a write of which nobody knows took effect': ['0-? SET k a', '5-6 GET k -> a'],
  'a write of which nobody knows took effect late': ['0-? SET k a', '1-2 SET k b', '3-4 GET k -> b', '5-6 GET k -> a'],
  'a write of which nobody knows never took effect': ['0-? SET k a', '5-6 GET k -> null'],
  'increments side by side': ['0-9 INCRBY k 5 -> 12', '1-8 INCRBY k 7 -> 7', '10-11 GET k -> 12'],
  'a sum with an increment of which nobody knows': ['0-? INCRBY k 5', '1-2 INCRBY k 7 -> 7', '3-4 INCRBY k 1 -> 13'],
  'parts of a log': ['0-1 APPEND k ab -> 2', '2-9 APPEND k c -> 4', '3-8 APPEND k d -> 3', '10-11 GET k -> abdc'],
  'only the first of two is new': ['0-9 SET k a NX -> null', '1-8 SET k b NX -> OK', '10-11 GET k -> b'],
  'a key that was removed and came again': ['0-1 SET k a', '2-3 DEL k -> 1', '4-5 DEL k -> 0', '6-7 SET k b GET -> null', '8-9 GET k -> b'],
  // From Herlihy & Wing, "Linearizability", figure 1 (registers).
  'three callers': ['0-4 SET k 0', '1-6 SET k 1', '5-8 GET k -> 1', '7-9 SET k 0', '10-12 GET k -> 0'],
};

const bad: Readonly<Record<string, readonly string[]>> = {
  'a value that nobody wrote': ['0-1 SET k a', '2-3 GET k -> b'],
  'a value that was overwritten before': ['0-1 SET k a', '2-3 SET k b', '4-5 GET k -> a'],
  'a write that was acknowledged and is not there': ['0-1 SET k a', '2-3 GET k -> null'],
  'back and forth': ['0-9 SET k a', '1-8 SET k b', '10-11 GET k -> a', '12-13 GET k -> b'],
  'two reads in a row beside a write, the new value first': ['0-1 SET k a', '2-9 SET k b', '3-4 GET k -> b', '5-6 GET k -> a'],
  'a write before it was issued': ['5-? SET k a', '1-2 GET k -> a'],
  'a write of which nobody knows, back and forth': ['0-1 SET k b', '2-? SET k a', '3-4 GET k -> a', '5-6 GET k -> b'],
  'the same sum twice': ['0-1 INCRBY k 5 -> 5', '2-3 INCRBY k 5 -> 5'],
  'an increment that ran twice': ['0-1 INCRBY k 5 -> 5', '2-3 GET k -> 10'],
  'a part of a log twice': ['0-1 APPEND k a -> 1', '2-3 GET k -> aa'],
  'parts of a log out of order': ['0-1 APPEND k a -> 1', '2-3 APPEND k b -> 2', '4-5 GET k -> ba'],
  'two are new': ['0-9 SET k a NX -> OK', '1-8 SET k b NX -> OK'],
  'removed twice': ['0-1 SET k a', '2-3 DEL k -> 1', '4-5 DEL k -> 1'],
};

describe('simulation: linearizability', () => {
  for (const [name, history] of Object.entries(good)) {
    it(`finds an order for ${name}`, () => assert.equal(verdict(history), 'linearizable'));
  }

  for (const [name, history] of Object.entries(bad)) {
    it(`finds none for ${name}`, () => assert.equal(verdict(history), 'not linearizable'));
  }

  it('says which operation fits nowhere', () => {
    const history = ['0-1 SET k a', '2-3 GET k -> a', '4-5 GET k -> b', '6-7 GET k -> a'].map(operation);
    assert.deepEqual(isLinearizable(history, stringModel), { is: 'not linearizable', at: 2 });
  });

  it('gives up after so many steps, and says so', () => {
    const history = Array.from({ length: 20 }, (_, n) => `0-? INCRBY k ${2 ** n}`);
    assert.equal(verdict([...history, '1-2 GET k -> -1'], 1_000), 'gave up');
  });

  it('judges histories that were made by one who does one thing after the other, and those in which one reply was exchanged', () => {
    for (let seed = 0; seed < 40; seed++) {
      const history = overlapping(new Random(String(seed)), 300);
      assert.equal(isLinearizable(history, stringModel).is, 'linearizable', `seed ${seed}`);
      // All orders of a part are tried, which takes 4,000 steps at most.
      const part = history.slice(0, 100);
      const at = part.findIndex(({ step }, n) => n > 60 && step.does === 'read');
      const read = part[at] as Operation<StringStep>;
      const spoilt = part.map((one, n) => (n === at ? { ...read, step: { ...read.step, gave: 'v1' } } : one));
      assert.equal(isLinearizable(spoilt, stringModel, 1_000_000).is, 'not linearizable', `seed ${seed}`);
    }
  });
});

/** Callers that overlap by ten or so, at an object that does what they ask at some moment between call and return. */
function overlapping(random: Random, count: number): Operation<StringStep>[] {
  const effects = Array.from({ length: count }, (_, n) => ({ n, from: n * 3, at: n * 3 + random.next() * 8 })).sort((a, b) => a.at - b.at);
  let value: string | null = null;
  const operations = effects.map(({ n, from, at }): Operation<StringStep> => {
    const does = random.weighted({ read: 5, write: 5, lost: 0.05 });
    if (does === 'lost') return { from, until: Number.POSITIVE_INFINITY, step: { does: 'write', word: `lost ${n}`, gave: undefined } };
    const step: StringStep = does === 'read' ? { does, word: '', gave: value } : { does, word: `v${n}`, gave: undefined };
    if (does === 'write') value = `v${n}`;
    return { from, until: at + random.next() * 5, step };
  });
  return operations.sort((a, b) => a.from - b.from);
}
