import assert from 'node:assert/strict';
import { arrayOf, flag, integerBetween, milliseconds, recordOf, shape } from '../../../lib/options/validate.js';

describe('checks of options', () => {
  it('suggests the nearest known name, and lists all of them where none is near', () => {
    const check = shape({ timeoutMs: milliseconds(0), database: integerBetween(0, 9), failFast: flag });
    const cases = [
      ['timeoutMS', /o\.timeoutMS: unknown option; did you mean timeoutMs\?/],
      ['timeout', /did you mean timeoutMs\?/],
      ['failfast', /did you mean failFast\?/],
      ['db', /did you mean database\?/],
      ['commandTimeout', /did you mean timeoutMs\?/],
      ['zebra', /o\.zebra: unknown option; known are timeoutMs, database, failFast/],
      ['constructor', /unknown option; known are/],
      ['a b', /o\["a b"\]: unknown option/],
    ] as const;
    for (const [name, message] of cases) assert.throws(() => check({ [name]: 1 }, 'o'), message);
  });

  it('takes undefined as not given, but not under an unknown name', () => {
    const check = shape({ failFast: flag });
    assert.deepEqual(check({ failFast: undefined }, 'o'), {});
    assert.throws(() => check({ nope: undefined }, 'o'), /unknown option/);
  });

  it('refuses objects whose contents are no properties', () => {
    for (const value of [new Map(), new URL('redis://h'), [], new Date(), () => 1, null, 'x']) {
      assert.throws(() => shape({})(value, 'o'), /o: expected an object/);
    }
  });

  it('keeps a key named __proto__ a key', () => {
    const record = recordOf(flag, 'flags')(JSON.parse('{"__proto__": true}'), 'o');
    assert.deepEqual(Object.keys(record), ['__proto__']);
    assert.equal(Object.getPrototypeOf(record), Object.prototype);
  });

  it('sees holes in a list', () => {
    const list: boolean[] = [true];
    list[2] = true;
    assert.throws(() => arrayOf(flag, 'flags')(list, 'o'), /o\[1\]: expected true or false, got undefined/);
  });

  it('takes what an object has from its class, and nothing from what all objects have', () => {
    class Config {
      get timeoutMs(): number {
        return 5;
      }
    }
    class Own extends Config {
      failFast = true;
    }
    const check = shape({ timeoutMs: milliseconds(0), database: integerBetween(0, 9), failFast: flag });
    assert.deepEqual(check(new Own(), 'o'), { timeoutMs: 5, failFast: true });
    assert.deepEqual(check(Object.create({ database: 3 }), 'o'), { database: 3 });
    assert.throws(() => check(Object.create({ database: 'x' }), 'o'), /o\.database: expected an integer/);
    try {
      Object.assign(Object.prototype, { database: 7 });
      assert.deepEqual(check(JSON.parse('{"failFast":true}'), 'o'), { failFast: true });
    } finally {
      Reflect.deleteProperty(Object.prototype, 'database');
    }
  });
});
