import assert from 'node:assert/strict';
import type { ScreenView } from '../../../../../lib/admin/cli/top/frame.js';
import { keysOf, pressed } from '../../../../../lib/admin/cli/top/keyboard.js';

const VIEW: ScreenView = { order: { by: 'tree', reversed: false }, skipped: 0, help: false };

describe('the keyboard', () => {
  it('tells keys from each other, escape sequences as one', () => {
    assert.deepEqual(keysOf('ol\x1b[A\x1bOB\x1b[5~q'), ['o', 'l', '\x1b[A', '\x1bOB', '\x1b[5~', 'q']);
    assert.deepEqual(keysOf('\x1b'), ['\x1b']);
    assert.deepEqual(keysOf(''), []);
  });

  const presses: readonly (readonly [keys: string, expected: Partial<ScreenView> | 'quit' | 'suspend'])[] = [
    ['q', 'quit'],
    ['\x03', 'quit'],
    ['\x1a', 'suspend'],
    ['o', { order: { by: 'ops', reversed: false } }],
    ['oR', { order: { by: 'ops', reversed: true } }],
    ['oRR', { order: { by: 'ops', reversed: false } }],
    ['oRm', { order: { by: 'memory', reversed: false } }],
    ['ot', {}],
    ['?', { help: true }],
    ['??', {}],
    ['?x', {}],
    ['\x1b[B\x1b[B\x1b[A', { skipped: 1 }],
    ['\x1b[A', { skipped: 0 }],
    ['\x1b[6~', { skipped: 10 }],
    ['\x1b[6~l', { order: { by: 'lag', reversed: false }, skipped: 0 }],
    ['x\x1b[15~é', {}],
  ];
  for (const [keys, expected] of presses) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(keys)}`, () => {
      let view: ScreenView = VIEW;
      let last: ReturnType<typeof pressed> = VIEW;
      for (const key of keysOf(keys)) {
        last = pressed(view, key);
        if (typeof last !== 'string') view = last;
      }
      assert.deepEqual(last, typeof expected === 'string' ? expected : { ...VIEW, ...expected });
    });
  }
});
