import assert from 'node:assert/strict';
import { frameText, Screen } from '../../../../../lib/admin/cli/top/screen.js';

function screenOf(size: { columns?: number; rows?: number } = {}): { screen: Screen; written: string[] } {
  const written: string[] = [];
  return { screen: new Screen({ ...size, write: (text) => written.push(text) }), written };
}

describe('the screen', () => {
  it('gives the terminal back as it was, once', () => {
    const { screen, written } = screenOf();
    screen.close();
    screen.open();
    screen.open();
    screen.close();
    screen.close();
    assert.equal(written.length, 2);
    for (const mode of ['?1049', '?25', '?7']) {
      const [on, off] = [`\x1b[${mode}h`, `\x1b[${mode}l`];
      const [opens, closes] = mode === '?1049' ? [on, off] : [off, on];
      assert.ok(written[0]?.includes(opens) && written[1]?.includes(closes), mode);
    }
  });

  it('draws a frame by one write, and nothing while it is closed', () => {
    const { screen, written } = screenOf({ columns: 10, rows: 3 });
    screen.draw(['a']);
    screen.open();
    screen.draw(['a', 'b']);
    screen.close();
    screen.draw(['c']);
    assert.equal(written.length, 3);
    assert.ok(!written[1]?.includes('\x1b[2J'), 'a full clear flickers');
  });

  it('has the size that the terminal tells, else that of an old one', () => {
    assert.deepEqual(screenOf({ columns: 70, rows: 12 }).screen.size, { columns: 70, rows: 12 });
    assert.deepEqual(screenOf().screen.size, { columns: 80, rows: 24 });
    assert.deepEqual(screenOf({ columns: 0, rows: 0 }).screen.size, { columns: 80, rows: 24 });
  });

  const frames: readonly (readonly [what: string, lines: readonly string[], text: string])[] = [
    ['clears behind short lines, and below', ['ab', 'c'], '\x1b[Hab\x1b[K\r\nc\x1b[K\r\n\x1b[J'],
    ['clears nothing behind a full line', ['abcd', 'c', ''], '\x1b[Habcd\r\nc\x1b[K\r\n\x1b[K'],
    ['cuts lines', ['abcdef'], '\x1b[Habc…\r\n\x1b[J'],
    ['leaves out what is below the last line, without a line feed', ['a', 'b', 'c', 'd'], '\x1b[Ha\x1b[K\r\nb\x1b[K\r\nc\x1b[K'],
  ];
  for (const [what, lines, text] of frames) it(what, () => assert.equal(frameText(lines, { columns: 4, rows: 3 }), text));
});
