import assert from 'node:assert/strict';
import sinon from 'sinon';
import * as timers from '../../../lib/runtime/runtime.js';
import { fakeTimeOfProgram } from '../../support/fake-time.js';

describe('timers', () => {
  it('go on when a program fakes the time', async () => {
    const time = fakeTimeOfProgram({
      toFake: ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Date', 'queueMicrotask', 'nextTick'],
    });
    try {
      const before = timers.performance.now();
      const wall = timers.wallClock.now();
      assert.ok(wall > 1_000_000_000_000, `${wall}`);
      await timers.sleep(2);
      await new Promise<void>((done) => timers.setImmediate(done));
      await new Promise<void>((done) => timers.nextTick(done));
      await new Promise<void>((done) => timers.queueMicrotask(done));
      assert.ok(timers.performance.now() > before);
    } finally {
      time.restore();
    }
  });

  it('are the real ones, too, when the program fakes the time before it loads the library', async () => {
    const time = fakeTimeOfProgram({
      now: 5,
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'performance',
        'Date',
        'queueMicrotask',
        'nextTick',
      ],
    });
    let loaded: typeof timers;
    try {
      const again = '../../../lib/runtime/runtime.js?faked';
      loaded = (await import(again)) as typeof timers;
    } finally {
      time.restore();
    }
    const names = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'queueMicrotask', 'nextTick'] as const;
    const globals = { ...globalThis, nextTick: process.nextTick };
    for (const name of names) assert.equal(loaded[name], globals[name], name);
    assert.ok(loaded.wallClock.now() > 1_000_000_000_000);
    const before = loaded.performance.now();
    await timers.sleep(2);
    assert.ok(loaded.performance.now() > before);
  });

  it('are those of a test of this library that fakes the time', () => {
    const time = sinon.useFakeTimers({ now: 5, toFake: ['Date', 'setTimeout'] });
    try {
      const done = sinon.spy();
      timers.setTimeout(done, 1_000);
      time.tick(1_000);
      assert.equal(done.callCount, 1);
      assert.equal(timers.wallClock.now(), 1_005);
    } finally {
      time.restore();
    }
    assert.ok(timers.wallClock.now() > 1_000_000);
  });
});
