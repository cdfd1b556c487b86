import assert from 'node:assert/strict';
import { table } from '../../../../lib/admin/cli/render.js';

describe('a table', () => {
  it('has numbers to the right and nothing behind the last text', () => {
    assert.equal(
      table(
        ['node', 'keys', 'slots'],
        [
          ['a', 1_000, '0-5'],
          ['bcdef', 5, ''],
        ],
      ),
      'node    keys  slots\na      1,000  0-5\nbcdef      5',
    );
  });
});
