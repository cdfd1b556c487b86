import assert from 'node:assert/strict';
import { jsonProblem } from '../../../lib/admin/json-problem.js';

describe('what keeps a text from being JSON', () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ['', 'line 1, column 1: expected a value'],
    ['{', 'line 1, column 2: expected a name in "'],
    ['{ a: 1 }', 'line 1, column 3: expected a name in "'],
    ["{ 'a': 1 }", 'line 1, column 3: expected a name in "'],
    ['{ "a" 1 }', 'line 1, column 7: expected : after the name'],
    ['{\n  "a": replica\n}', 'line 2, column 8: expected a value'],
    ['{ "a": 1 "b": 2 }', 'line 1, column 10: expected , or }'],
    ['{ "a": 1, }', 'line 1, column 11: expected a name in "'],
    ['[1, 2', 'line 1, column 6: expected , or ]'],
    ['{}\n{}', 'line 2, column 1: expected nothing behind the value'],
    ['{ "a": 1, // so\n "b": 2 }', 'line 1, column 11: expected a name in "'],
    ['{ "a": 1, "a": 2 }', 'line 1, column 11: expected each name once in an object'],
    ['"a\nb"', 'line 1, column 1: expected a value'],
    ['[01]', 'line 1, column 3: expected , or ]'],
    [`${'['.repeat(5_000)}`, 'line 1, column 1002: expected at most 1000 levels'],
  ];
  for (const [text, expected] of cases) it(`${text.slice(0, 20)} is refused`, () => assert.equal(jsonProblem(text), expected));

  const good = [
    '{}',
    ' [ ] ',
    '{"a":[1,-2.5e+3,true,false,null,"\\u00e9\\n\\"",""],"b":{"a":{}}}',
    '"é\u2028\u007f\u0085😀"',
    '0',
    '{"a":1}\r\n',
  ];
  for (const text of good) {
    it(`${text.trim()} is taken, as by JSON.parse`, () => {
      assert.equal(jsonProblem(text), null);
      JSON.parse(text);
    });
  }
});
