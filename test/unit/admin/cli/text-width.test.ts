import assert from 'node:assert/strict';
import { cutTo, forReader, padEndTo, padStartTo, widthOf, wrapTo } from '../../../../lib/admin/cli/text-width.js';

describe('the width of a text', () => {
  const widths: readonly (readonly [text: string, columns: number])[] = [
    ['', 0],
    ['10.0.0.1:7000', 13],
    ['größe', 5],
    ['节点', 4],
    ['ﾉｰﾄﾞ', 4],
    ['ノード', 6],
    ['e\u0301', 1],
    ['🚀', 2],
    ['…', 1],
  ];
  for (const [text, columns] of widths) it(`is ${columns} for ${JSON.stringify(text)}`, () => assert.equal(widthOf(text), columns));

  const cuts: readonly (readonly [text: string, columns: number, cut: string])[] = [
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['abc def', 5, 'abc…'],
    ['节点一', 5, '节点…'],
    ['节点一', 4, '节…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ];
  for (const [text, columns, cut] of cuts) {
    it(`lets ${JSON.stringify(text)} be cut to ${columns}`, () => {
      assert.equal(cutTo(text, columns), cut);
      assert.ok(widthOf(cut) <= columns);
    });
  }

  it('is filled with spaces', () => {
    assert.deepEqual([padEndTo('节', 4), padStartTo('节', 4), padEndTo('abc', 2)], ['节  ', '  节', 'abc']);
  });

  const wraps: readonly (readonly [text: string, columns: number, lines: readonly string[]])[] = [
    ['abc def', 7, ['abc def']],
    ['abc def', 6, ['abc', '  def']],
    ['error: a b c d e f', 10, ['error: a b', '  c d e f']],
    ['abcdefgh ij', 5, ['abcdefgh', '  ij']],
    ['节点 节点', 5, ['节点', '  节点']],
    ['  1  move 3', 9, ['  1  move', '  3']],
    ['a:1  primary  0-5', 13, ['a:1  primary', '  0-5']],
    ['', 5, ['']],
  ];
  for (const [text, columns, lines] of wraps) {
    it(`lets ${JSON.stringify(text)} be wrapped to ${columns}`, () => assert.deepEqual(wrapTo(text, columns), lines));
  }

  it('is for a reader at a terminal', () => {
    const text = 'a long line\nshort\nmend it with: slotwise cluster fix a:1\n';
    assert.equal(forReader(text, { isTTY: true, columns: 8 }), 'a long\n  line\nshort\nmend it with: slotwise cluster fix a:1\n');
    assert.equal(forReader(text, { isTTY: false, columns: 8 }), text);
    assert.equal(forReader(text, { isTTY: true }), text);
  });
});
