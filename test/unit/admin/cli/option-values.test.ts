import assert from 'node:assert/strict';
import { slotsOption, weightsOption } from '../../../../lib/admin/cli/option-values.js';

describe('the options of the command line', () => {
  it('reads weights and slots', () => {
    assert.deepEqual(weightsOption({ weight: ['10.0.0.1:7000=2', 'abc=0.5'] }), { '10.0.0.1:7000': 2, abc: 0.5 });
    assert.deepEqual(slotsOption({ slots: '3,1-2' }), [1, 2, 3]);
    assert.equal(slotsOption({ count: '12' }), 12);
    assert.equal(slotsOption({ all: true }), 'all');
  });
});
