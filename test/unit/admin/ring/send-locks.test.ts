import assert from 'node:assert/strict';
import { SendLocks } from '../../../../lib/admin/ring/send-locks.js';

describe('the locks of servers that send keys to each other', () => {
  /** Begins a sending that lasts until `end` is called. */
  function begin(locks: SendLocks, from: string, to: string): { running: boolean; end: () => void; done: Promise<void> } {
    const sending = { running: false, end: (): void => undefined, done: Promise.resolve() };
    sending.done = locks.run(from, to, async () => {
      sending.running = true;
      await new Promise<void>((resolve) => {
        sending.end = resolve;
      });
      sending.running = false;
    });
    return sending;
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const cases: readonly (readonly [first: string, second: string, together: boolean])[] = [
    ['ab', 'ba', false],
    ['ab', 'bc', false],
    ['bc', 'ab', false],
    ['ab', 'cb', true],
    ['ab', 'cd', true],
    ['ab', 'ac', true],
  ];
  for (const [first, second, together] of cases) {
    it(`${first} and ${second} ${together ? 'run side by side' : 'run one after the other'}`, async () => {
      const locks = new SendLocks();
      const one = begin(locks, first.charAt(0), first.charAt(1));
      const other = begin(locks, second.charAt(0), second.charAt(1));
      await turn();
      assert.deepEqual([one.running, other.running], [true, together]);
      one.end();
      await turn();
      assert.deepEqual([one.running, other.running], [false, true]);
      other.end();
      await Promise.all([one.done, other.done]);
    });
  }

  it('are free again after a failure', async () => {
    const locks = new SendLocks();
    await assert.rejects(
      locks.run('a', 'b', () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await locks.run('b', 'a', () => Promise.resolve(1)), 1);
  });
});
