import assert from 'node:assert/strict';
import { CallLine } from '../../../../lib/client/dedicated/call-line.js';
import { type Call, newCall, SETTLED } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { clock } from '../../../../lib/util/clock.js';

const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {} };

describe('the line of a dedicated connection', () => {
  let calls: Call[];
  let line: CallLine;
  const call = (deadline = 0): Call => {
    const own = newCall(command('GET'), [calls.length], null, 0, owner, deadline);
    calls.push(own);
    return own;
  };
  const next = (): number => calls.indexOf(line.shift() ?? assert.fail('the line is empty'));
  beforeEach(() => {
    calls = [];
    line = new CallLine((own) => calls.indexOf(own));
  });

  it('has calls that come back before those that were issued after them, in their order', () => {
    const [a, b, c, d] = [call(), call(), call(), call()];
    for (const own of [a, b, c, d]) line.add(own);
    assert.deepEqual([next(), next(), next()], [0, 1, 2]);
    line.return(c);
    line.return(a);
    assert.equal(line.length, 3);
    assert.deepEqual([next(), next(), next()], [0, 2, 3]);
    assert.equal(line.shift(), null);
  });

  it('pauses when connections are left one after the other, and none of them answered', () => {
    const limits = { minMs: 60_000, maxMs: 60_000 };
    line.add(call());
    const pauses = (): boolean => {
      line.move(limits);
      return line.isPaused;
    };
    assert.equal(pauses(), false);
    line.answered();
    assert.deepEqual([pauses(), pauses()], [false, true]);
  });

  it('lets nothing leave while it pauses, and takes all out for those who reject them', () => {
    line.add(call());
    line.pause(60_000);
    assert.deepEqual([line.isPaused, line.shift()], [true, null]);
    assert.deepEqual(line.takeAll(), calls);
  });

  it('forgets the settled ones', () => {
    line.add(call());
    line.add(call());
    const [first] = calls;
    if (first !== undefined) first.state = SETTLED;
    assert.equal(next(), 1);
  });

  it('rejects at the deadline, with why there is no connection', async () => {
    const outcome = new Promise((_, reject) => {
      const own = call(Math.ceil(clock.now()) + 1);
      own.resolve = (rejection) => void (rejection as { then(_: unknown, fail: (error: unknown) => void): void }).then(null, reject);
      line.return(own);
    });
    line.tick(clock.now() + 100);
    await assert.rejects(outcome, { name: 'TimeoutError', executed: 'no', message: /its dedicated connection could not be had/ });
  });
});
