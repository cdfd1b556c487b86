import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { broken } from './break.js';
import { breaks } from './index.js';

describe('the breaks of the engine', () => {
  it('are at least 60, each with a name of its own', () => {
    assert.ok(breaks.length >= 60, String(breaks.length));
    assert.equal(new Set(breaks.map(({ name }) => name)).size, breaks.length);
  });

  it('find their text in the engine exactly once', () => {
    for (const one of breaks) assert.notEqual(broken(readFileSync(one.file, 'utf8'), one), readFileSync(one.file, 'utf8'), one.name);
  });

  it('name tests that exist', () => {
    for (const { name, tests } of breaks) {
      assert.ok(tests.length > 0, name);
      for (const test of tests) assert.ok(test.startsWith('test/unit/') && existsSync(test), `${test} of ${name}`);
    }
  });

  it('that find their text twice, or not at all, are refused', () => {
    const one = { name: 'x', harm: '', file: 'f.ts', find: 'a', replace: 'b', tests: [] };
    assert.equal(broken('-a-', one), '-b-');
    for (const text of ['-', 'a a']) assert.throws(() => broken(text, one), /the break x finds its text [02] times in f\.ts/);
  });
});
