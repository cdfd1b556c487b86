import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Gap } from '../../../../lib/client/gap.js';
import { MessageQueue, type Overflow } from '../../../../lib/client/pubsub/message-queue.js';

type Message = { readonly type: 'message'; readonly n: number };

const gapOf = (reason: Gap['reason'], name: string, sinceMs: number, untilMs: number, dropped: number): Gap => ({
  type: 'gap',
  kind: 'channel',
  name,
  reason,
  from: null,
  to: null,
  sinceMs,
  untilMs,
  dropped,
});

function queueOf(overflow: Overflow): MessageQueue<Message> {
  return new MessageQueue<Message>(3, overflow, (name, sinceMs, untilMs) => gapOf('overflow', name, sinceMs, untilMs, 1));
}

/** Numbers are messages, those from 10 on of the channel b, others of a; `gap` and `gap b` put one in. */
type Step = number | 'gap' | 'gap b' | 'take';

const nameOf = (n: number): string => (n < 10 ? 'a' : 'b');

const cases: readonly [what: string, Overflow, steps: readonly Step[], left: readonly (number | string)[]][] = [
  ['keeps the order', 'drop-oldest', [1, 2, 3], [1, 2, 3]],
  ['drops the oldest, and says in its place how many', 'drop-oldest', [1, 2, 3, 4, 5], ['overflow 2', 3, 4, 5]],
  ['begins to count anew once the consumer has taken the gap', 'drop-oldest', [1, 2, 3, 4, 'take', 5], ['overflow 1', 3, 4, 5]],
  ['drops the newest, and says so behind the last', 'drop-newest', [1, 2, 3, 4, 5], [1, 2, 3, 'overflow 2']],
  ['goes on after that gap', 'drop-newest', [1, 2, 3, 4, 'take', 5], [2, 3, 'overflow 1', 5]],
  ['refuses', 'error', [1, 2, 3, 4], [1, 2, 3]],
  ['keeps a gap between its messages', 'drop-oldest', [1, 'gap', 2], [1, 'silence 0', 2]],
  ['does not count gaps', 'drop-oldest', [1, 'gap', 2, 'gap', 3, 'gap'], [1, 'silence 0', 2, 'silence 0', 3, 'silence 0']],
  ['makes one of gaps side by side', 'drop-oldest', ['gap', 'gap', 'gap', 1, 'gap', 'gap'], ['silence 0', 1, 'silence 0']],
  ['tells of a message dropped behind a gap, too', 'drop-oldest', ['gap', 1, 2, 3, 4, 5], ['silence 0', 'overflow 2', 3, 4, 5]],
  ['tells of a gap behind a dropped message, too', 'drop-oldest', [1, 'gap', 2, 'gap', 3, 4, 5], ['overflow 2', 'silence 0', 3, 4, 5]],
  ['tells of what is dropped behind a gap at the end', 'drop-newest', [1, 2, 3, 'gap', 4, 5], [1, 2, 3, 'silence 0', 'overflow 2']],
  ['tells which channels lost their oldest', 'drop-oldest', [1, 11, 2, 12, 3, 4], ['overflow 2', 'overflow b 1', 12, 3, 4]],
  ['tells which channels lost their newest', 'drop-newest', [1, 2, 3, 14, 4, 15], [1, 2, 3, 'overflow b 2', 'overflow 1']],
  ['tells of each channel that has a gap', 'drop-oldest', [1, 'gap', 'gap b', 'gap'], [1, 'silence 0', 'silence b 0']],
  ['gives a gap, and keeps the one beside it', 'drop-oldest', ['gap', 'gap b', 'take', 1], ['silence b 0', 1]],
];

const shown = ({ reason, name, dropped }: Gap): string => [reason, ...(name === 'a' ? [] : [name]), dropped].join(' ');

describe('MessageQueue', () => {
  for (const [what, overflow, steps, left] of cases) {
    it(`${what} (${overflow})`, () => {
      const queue = queueOf(overflow);
      for (const step of steps) {
        if (step === 'gap' || step === 'gap b') queue.gap(gapOf('silence', step === 'gap' ? 'a' : 'b', 1, 2, 0));
        else if (step === 'take') queue.shift();
        else queue.push({ type: 'message', n: step }, nameOf(step));
      }
      const found: (number | string)[] = [];
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
        found.push(entry.type === 'gap' ? shown(entry) : entry.n);
      }
      assert.deepEqual(found, left);
      assert.equal(queue.length, 0);
      assert.equal(queue.isEmpty, true);
    });
  }

  it('dates a gap so that what was dropped came within it', () => {
    const time = sinon.useFakeTimers({ now: 1_000, toFake: ['Date'] });
    try {
      const queue = queueOf('drop-oldest');
      for (const n of [1, 2, 3, 4]) {
        queue.push({ type: 'message', n }, 'a');
        time.setSystemTime(1_000 + n);
      }
      // The first came at 1,000; the last one pushed it out at 1,003.
      assert.deepEqual(queue.shift(), gapOf('overflow', 'a', 1_000, 1_003, 1));
    } finally {
      time.restore();
    }
  });

  it('says when a gap begins, whatever its channel', () => {
    const found = (overflow: Overflow): string[] => {
      const queue = queueOf(overflow);
      return [1, 2, 3, 14, 5, 6, 17].map((n) => queue.push({ type: 'message', n }, nameOf(n)));
    };
    const taken = ['taken', 'taken', 'taken'];
    assert.deepEqual(found('drop-newest'), [...taken, 'gap', 'gap', 'dropped', 'dropped']);
    assert.deepEqual(found('drop-oldest'), [...taken, 'gap', 'dropped', 'dropped', 'gap']);
    assert.deepEqual(found('error'), [...taken, 'refused', 'refused', 'refused', 'refused']);
  });

  it('holds as much as it may however long nobody takes anything', () => {
    for (const overflow of ['drop-oldest', 'drop-newest', 'error'] as const) {
      const queue = queueOf(overflow);
      for (let n = 0; n < 1_000; n++) {
        queue.push({ type: 'message', n }, 'a');
        if (n % 7 === 0) queue.gap(gapOf('connection', 'a', n, n, 0));
      }
      let entries = 0;
      while (queue.shift() !== undefined) entries++;
      assert.ok(entries <= 8, `${entries} entries`);
    }
  });
});
