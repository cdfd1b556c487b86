import assert from 'node:assert/strict';
import sinon, { type SinonFakeTimers } from 'sinon';
import { RunningTimeout } from '../../../lib/util/running-timeout.js';

describe('a timeout in time of a running event loop', () => {
  let time: SinonFakeTimers;
  let ended: number;
  let timeout: RunningTimeout;
  const start = (ms: number): void => {
    timeout = new RunningTimeout(ms, () => ended++);
  };

  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    ended = 0;
  });
  afterEach(() => {
    timeout.clear();
    time.restore();
  });

  it('ends once, when the time has run', () => {
    start(500);
    time.tick(499);
    assert.equal(ended, 0);
    time.tick(1_000);
    assert.equal(ended, 1);
    assert.equal(time.countTimers(), 0);
  });

  it('ends on time where it is shorter than a step', () => {
    start(5);
    time.tick(6);
    assert.equal(ended, 1);
  });

  it('does not count the time in which the loop stood still', () => {
    start(500);
    time.tick(100);
    time.jump(10_000);
    assert.equal(ended, 0);
    time.tick(300);
    assert.equal(ended, 0);
    time.tick(100);
    assert.equal(ended, 1);
  });

  it('lets one step on time pass after the loop stood still', () => {
    start(500);
    time.tick(480);
    time.jump(10_000);
    assert.equal(ended, 0);
    time.tick(20);
    assert.equal(ended, 1);
  });

  it('ends all the same where the loop stands still again and again', () => {
    start(500);
    for (let i = 0; i < 30; i++) time.jump(1_000);
    assert.equal(ended, 1);
  });

  it('ends no more once it is cleared', () => {
    start(500);
    timeout.clear();
    time.tick(1_000);
    assert.equal(ended, 0);
  });
});
