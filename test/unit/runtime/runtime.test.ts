import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sinon from 'sinon';
import * as timers from '../../../lib/runtime/runtime.js';
import { readImportGraph } from '../../../scripts/import-graph.js';
import { fakeRandom, fakeTimeOfProgram } from '../../support/fake-time.js';

const lib = resolve(dirname(fileURLToPath(import.meta.url)), '../../../lib');

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

describe('the runtime', () => {
  const unused = (): never => assert.fail('nothing is called');
  const other: timers.Runtime = {
    ...{ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask },
    nextTick: () => {},
    performance: { now: () => 1 },
    wallClock: { now: () => 2 },
    random: () => 0.5,
    connect: unused,
    connectTls: unused,
    lookup: unused,
  };
  const exported = (): timers.Runtime => ({ ...timers });
  const members = Object.keys(other) as (keyof timers.Runtime)[]; // of that record
  afterEach(() => timers.useRuntime({}));

  it('is another one as a whole', () => {
    timers.useRuntime(other);
    for (const name of members) assert.equal(exported()[name], other[name], name);
  });

  for (const name of members) {
    it(`has another ${name}, and Node's of all else, which comes back`, () => {
      timers.useRuntime({});
      const nodes = exported();
      const double = Object.assign(() => {}, { now: () => 3 });
      timers.useRuntime({ [name]: double });
      for (const each of members) assert.equal(exported()[each], each === name ? double : nodes[each], each);
      timers.useRuntime({});
      assert.equal(exported()[name], nodes[name]);
    });

    it(`has ${name} for a reason: the library uses it`, () => {
      const users = [...readImportGraph().keys()].filter((file) => !file.startsWith('runtime/'));
      const imports = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '[^']*/runtime\\.js'`);
      assert.ok(users.some((file) => imports.test(readFileSync(join(lib, file), 'utf8'))));
    });
  }

  it('sleeps by its own timer', async () => {
    const delays: unknown[] = [];
    const setTimeout = ((run: () => void, ms?: number) => delays.push(ms) && queueMicrotask(run)) as unknown as typeof timers.setTimeout;
    timers.useRuntime({ setTimeout });
    await timers.sleep(1_000_000);
    assert.deepEqual(delays, [1_000_000]);
  });

  it('has the chance of the process as it was when the library was loaded', () => {
    timers.useRuntime({});
    sinon.stub(Math, 'random').returns(0.25);
    try {
      assert.notEqual(timers.random(), 0.25);
    } finally {
      sinon.restore();
    }
  });

  it('has the chance that a test of this library gives it, until that is taken back', () => {
    fakeRandom(0.25);
    assert.equal(timers.random(), 0.25);
    sinon.restore();
    assert.notEqual(timers.random(), 0.25);
  });
});
