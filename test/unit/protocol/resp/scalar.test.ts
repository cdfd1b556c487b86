import assert from 'node:assert/strict';
import { decimal } from '../../../../lib/protocol/resp/scalar.js';
import { random } from '../../../support/random.js';

const read = (text: string, fraction = true): number => decimal(Buffer.from(`9${text}9`), 1, 1 + text.length, fraction);

describe('decimal', () => {
  it('rounds as Number does, to the last bit', () => {
    const next = random(3);
    for (let round = 0; round < 50_000; round++) {
      const digits = Array.from({ length: 1 + next(15) }, () => next(10)).join('');
      const point = 1 + next(digits.length);
      const text = `${next(2) === 0 ? '-' : ''}${next(4) === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`}`;
      assert.equal(Object.is(read(text), Number(text)), true, text);
    }
  });

  const left: readonly string[] = ['', '-', '.', '.5', '-.5', '1.2.3', '1e5', 'inf', '+1', '1 ', '1234567890123456', '123456789012345.6'];
  for (const text of left) {
    it(`leaves ${JSON.stringify(text)} to the thorough way`, () => {
      assert.equal(read(text), Number.NaN);
    });
  }

  it('takes no fraction where an integer is wanted', () => {
    assert.equal(read('1.0', false), Number.NaN);
    assert.equal(read('-15', false), -15);
  });
});
