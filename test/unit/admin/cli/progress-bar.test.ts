import assert from 'node:assert/strict';
import { type BarProgress, barText, ProgressBar } from '../../../../lib/admin/cli/progress-bar.js';

const slotsOf = (done: number, total: number, keys: number): BarProgress => ({
  done,
  total,
  noun: 'slot',
  more: `${keys.toLocaleString('en-US')} key${keys === 1 ? '' : 's'}`,
});

describe('the progress bar', () => {
  it('tells how far and how long', () => {
    assert.equal(barText(slotsOf(512, 2_048, 1_200), 3_000), '[######------------------] 512 of 2,048 slots, 25 %, 1,200 keys, 9 s left');
    assert.equal(barText(slotsOf(1, 1, 1), 5), '[########################] 1 of 1 slot, 100 %, 1 key');
  });

  it('is shorter on a narrow terminal, and never wider than that', () => {
    const progress = slotsOf(512, 2_048, 1_200);
    assert.equal(barText(progress, 3_000, 60), '[##---------] 512 of 2,048 slots, 25 %, 1,200 keys, 9 s left');
    assert.equal(barText(progress, 3_000, 50), '512 of 2,048 slots, 25 %, 1,200 keys, 9 s left');
    let text = '';
    const output = { isTTY: true, columns: 60, write: (more: string) => (text += more) };
    let now = 0;
    const bar = new ProgressBar(output, () => now);
    for (const columns of [60, 20, 80]) {
      now += 1_000;
      output.columns = columns;
      text = '';
      bar.show(progress);
      assert.ok(text.length - '\r'.length < columns, text);
    }
  });

  it('draws over itself on a terminal, ten times a second at most', () => {
    let now = 0;
    let text = '';
    const bar = new ProgressBar({ isTTY: true, write: (more: string) => (text += more) }, () => now);
    for (let slots = 1; slots <= 1_000; slots++) {
      now += 1;
      bar.show(slotsOf(slots, 1_000, 0));
    }
    bar.end();
    const draws = text.split('\r').length - 1;
    assert.ok(draws >= 9 && draws <= 12, `${draws}`);
    assert.ok(text.endsWith('\n') && text.split('\n').length === 2);
  });

  it('writes a line now and then elsewhere, and the last one', () => {
    let now = 0;
    const lines: string[] = [];
    const bar = new ProgressBar({ write: (line: string) => lines.push(line) }, () => now);
    for (let slots = 1; slots <= 100; slots++) {
      now += 200;
      bar.show(slotsOf(slots, 100, slots));
    }
    bar.end();
    assert.equal(lines.length, 4);
    assert.ok(lines.every((line) => line.endsWith('\n') && !line.includes('\r')));
    assert.match(lines.at(-1) ?? '', /100 of 100 slots/);
  });
});
