import assert from 'node:assert/strict';
import { suggest } from '../../../lib/util/suggestion.js';

const KNOWN = ['json', 'user', 'reshard', 'key'];
const cases: readonly (readonly [name: string, expected: string])[] = [
  ['jsno', 'did you mean json?'],
  ['kye', 'did you mean key?'],
  ['rehsard', 'did you mean reshard?'],
  ['reshrd', 'did you mean reshard?'],
  ['USER', 'did you mean user?'],
  ['yek', 'known are json, user, reshard, key'],
  ['colour', 'known are json, user, reshard, key'],
];

describe('a suggestion', () => {
  for (const [name, expected] of cases) it(`for ${name}`, () => assert.equal(suggest(name, KNOWN), expected));

  it('knows the names that others have', () => {
    assert.equal(suggest('keyPrefix', KNOWN, { keyPrefix: 'key' }), 'did you mean key?');
  });
});
