import assert from 'node:assert/strict';
import { bytesOption, slotsOption, weightsOption } from '../../../../lib/admin/cli/option-values.js';

describe('the options of the command line', () => {
  it('reads weights and slots', () => {
    assert.deepEqual(weightsOption({ weight: ['10.0.0.1:7000=2', 'abc=0.5'] }), { '10.0.0.1:7000': 2, abc: 0.5 });
    assert.deepEqual(slotsOption({ slots: '3,1-2' }), [1, 2, 3]);
    assert.equal(slotsOption({ count: '12' }), 12);
    assert.equal(slotsOption({ all: true }), 'all');
  });

  const sizes: readonly (readonly [given: string, bytes: number | null])[] = [
    ['8388608', 8_388_608],
    ['8mb', 8_388_608],
    ['8MiB', 8_388_608],
    ['1k', 1_000],
    ['2GB', 2_147_483_648],
    ['0', 0],
    ['', null],
    ['mb', null],
    ['-1', null],
    ['1.5mb', null],
    ['8 tb', null],
    ['99999999999999999999', null],
  ];
  for (const [given, bytes] of sizes) {
    it(`${bytes === null ? 'refuses' : 'reads'} ${JSON.stringify(given)} as a number of bytes`, () => {
      const read = (): number | undefined => bytesOption({ size: given }, 'size');
      if (bytes === null) assert.throws(read, /--size: expected bytes such as 8388608 or 8mb, got/);
      else assert.equal(read(), bytes);
    });
  }
});
