import assert from 'node:assert/strict';
import { Ejection, mayEject } from '../../../../lib/topology/ring/ejection.js';

const OPTIONS = { after: 3, most: 0.5, flush: false, evenModula: false };
const member = (name: string, weight = 1, ejected = false) => ({ name, weight, ejected });
const THREE = [member('a'), member('b'), member('c')];

describe('ejection of a member of a ring', () => {
  /** What is ejected already, who is to be, the share that may be, and whether it may. */
  const cases = [
    [[member('a'), member('b')], 'a', 0.5, true],
    [[member('a'), member('b'), member('c')], 'a', 0.5, true],
    [[member('a'), member('b', 1, true), member('c')], 'a', 0.5, false],
    [[member('a'), member('b', 1, true), member('c')], 'a', 0.7, true],
    [[member('a', 5), member('b')], 'a', 0.5, false],
    [[member('a', 5), member('b')], 'b', 0.5, true],
    [[member('a')], 'a', 1, false],
    [[member('a'), member('b', 1, true)], 'a', 1, false],
  ] as const;
  for (const [members, name, most, expected] of cases) {
    const text = members.map((one) => `${one.name}×${one.weight}${one.ejected ? ' (out)' : ''}`).join(', ');
    it(`of ${name} among ${text} with most: ${most}: ${expected}`, () => assert.equal(mayEject(name, members, most), expected));
  }

  it('comes after so many failures in a row, with nothing answered between', () => {
    const ejection = new Ejection(OPTIONS);
    const fail = (): boolean => ejection.failed(member('a'), THREE);
    assert.deepEqual([fail(), fail()], [false, false]);
    ejection.answered('a');
    assert.deepEqual([fail(), fail(), ejection.failed(member('b'), THREE), fail()], [false, false, false, true]);
    assert.equal(ejection.failed(member('a', 1, true), THREE), false, 'it is');
    assert.deepEqual([ejection.ejections, ejection.returns], [1, 0]);
  });

  it('is none without the option', () => {
    const ejection = new Ejection(null);
    for (let i = 0; i < 10; i++) assert.equal(ejection.failed(member('a'), THREE), false);
  });

  it('ends with a look that succeeds, once what is to be emptied is', async () => {
    const ejection = new Ejection({ ...OPTIONS, flush: true });
    let flushed = 0;
    assert.equal(await ejection.bringBack('a', () => Promise.reject(new Error('LOADING'))), false);
    const [first, second] = await Promise.all([1, 2].map(() => ejection.bringBack('a', async () => void flushed++)));
    assert.deepEqual([first, second, flushed, ejection.returns], [true, false, 1, 1]);
    assert.equal(await new Ejection(OPTIONS).bringBack('a', () => assert.fail()), true, 'nothing is emptied without the option');
  });
});
