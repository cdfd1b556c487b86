import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Hedger } from '../../../../lib/client/dispatch/hedged-reads.js';
import { ReplyError, TimeoutError } from '../../../../lib/errors.js';
import { type Call, type CallOwner, newCall, SETTLED, takePromise } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';

const owner: CallOwner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: (call, { error }) => call.fail(error) };

describe('a hedged read', () => {
  let time: sinon.SinonFakeTimers;
  let hedger: Hedger;
  let seconds: Call[];
  let counts: { hedged: number; hedgeWins: number };
  let available: boolean;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    seconds = [];
    counts = { hedged: 0, hedgeWins: 0 };
    available = true;
    hedger = new Hedger({
      sendElsewhere: (second, _, first) => {
        if (!available) return null;
        assert.equal(first, 'a');
        seconds.push(second);
        second.extras?.sink?.onSent?.('b');
        return 'b';
      },
      count: (_, node, what) => {
        assert.equal(node, 'b');
        counts[what]++;
      },
    });
  });
  afterEach(() => {
    hedger.stop();
    time.restore();
  });

  /** A read that was sent to node a. */
  function read(): { call: Call; outcome: Promise<unknown>; settled: () => boolean } {
    const call = newCall(command('GET'), ['k'], null, 0, owner, 0);
    const outcome = takePromise();
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    outcome.then(mark, mark);
    hedger.track(call, -1);
    call.extras?.sink?.onSent?.('a');
    return { call, outcome, settled: () => settled };
  }

  /** Node a has a 95th percentile of 5 ms, and there is room for as many second calls. */
  async function warm(room: number): Promise<void> {
    available = false;
    for (let i = 0; i < room * 20 || i < 48; i++) {
      const { call, outcome } = read();
      time.tick(5);
      call.succeed('fast');
      assert.equal(await outcome, 'fast');
    }
    available = true;
  }

  it('asks a second node after the 95th percentile of the first, and takes the first reply', async () => {
    await warm(2);
    const { call, outcome } = read();
    time.tick(4);
    assert.equal(seconds.length, 0);
    time.tick(2);
    assert.equal(seconds.length, 1);
    seconds[0]?.succeed('second');
    assert.equal(await outcome, 'second');
    assert.equal(call.state, SETTLED, 'the late reply is dropped in its place');
    assert.deepEqual(counts, { hedged: 1, hedgeWins: 1 });
  });

  it('takes the reply of the first node where that is faster after all', async () => {
    await warm(2);
    const { call, outcome } = read();
    time.tick(6);
    call.succeed('first');
    assert.equal(await outcome, 'first');
    assert.equal(seconds[0]?.state, SETTLED);
    assert.deepEqual(counts, { hedged: 1, hedgeWins: 0 });
  });

  it('asks nobody while too little is known, and never for more than 5 % of the reads', async () => {
    const early = read();
    time.tick(100);
    assert.equal(seconds.length, 0);
    early.call.succeed('x');
    await warm(3);
    const slow = Array.from({ length: 10 }, () => read());
    time.tick(50);
    assert.equal(seconds.length, 3);
    for (const { call } of slow) call.succeed('late');
    await Promise.all(slow.map(({ outcome }) => outcome));
    assert.equal(counts.hedged, 3);
  });

  it('keeps its room where there is nobody to ask', async () => {
    await warm(1);
    available = false;
    const first = read();
    time.tick(10);
    available = true;
    const other = read();
    time.tick(10);
    assert.equal(seconds.length, 1);
    first.call.succeed('1');
    other.call.succeed('2');
    assert.deepEqual(await Promise.all([first.outcome, other.outcome]), ['1', '2']);
  });

  it('does not lose a reply to an error of the other node, and gives the first error if both fail', async () => {
    await warm(4);
    const one = read();
    time.tick(6);
    one.call.fail(new ReplyError('ERR', 'ERR first'));
    await time.tickAsync(1);
    assert.equal(one.settled(), false);
    seconds[0]?.succeed('second');
    assert.equal(await one.outcome, 'second');

    const two = read();
    time.tick(6);
    seconds[1]?.fail(new ReplyError('ERR', 'ERR second'));
    await time.tickAsync(1);
    assert.equal(two.settled(), false);
    two.call.succeed('first');
    assert.equal(await two.outcome, 'first');

    const three = read();
    time.tick(6);
    three.call.fail(new ReplyError('ERR', 'ERR first'));
    seconds[2]?.fail(new ReplyError('ERR', 'ERR second'));
    await assert.rejects(three.outcome, { message: 'ERR first' });
  });

  it('ends with the deadline, whichever call says so', async () => {
    await warm(3);
    const one = read();
    time.tick(6);
    one.call.fail(new TimeoutError('over'));
    await assert.rejects(one.outcome, { message: 'over' });
    assert.equal(seconds[0]?.state, SETTLED);

    const two = read();
    time.tick(6);
    seconds[1]?.fail(new TimeoutError('over'));
    await assert.rejects(two.outcome, { message: 'over' });
    assert.equal(two.call.state, SETTLED);
  });

  it('counts slow replies that never come as what they took at least: what is always slow is not asked for twice', async () => {
    await warm(20);
    for (let i = 0; i < 16; i++) {
      const { outcome } = read();
      time.tick(40);
      seconds.at(-1)?.succeed('second');
      await outcome;
    }
    assert.equal(seconds.length, 16);
    // 16 of the last 256 took 40 ms: that is more than 5 %.
    const { call, outcome } = read();
    time.tick(39);
    assert.equal(seconds.length, 16);
    time.tick(2);
    assert.equal(seconds.length, 17);
    call.succeed('x');
    await outcome;
  });

  it('leaves no timer behind', async () => {
    await warm(1);
    const { call, outcome } = read();
    call.succeed('x');
    await outcome;
    time.tick(20);
    assert.equal(time.countTimers(), 0);
  });
});
