import assert from 'node:assert/strict';
import { type SinonFakeTimers, useFakeTimers } from 'sinon';
import type { Driver } from '../../../chaos/driver.js';
import { keysOf } from '../../../chaos/key-space.js';
import { Load } from '../../../chaos/load.js';
import { FAILED, OK, PENDING, Recorder, UNKNOWN } from '../../../chaos/operations.js';
import { slotOfKey } from '../../../lib/routing/keys/slots.js';

class RefusedError extends Error {}

function driver(incr: (key: string, nth: number) => Promise<unknown>): Driver & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    incr: (key) => {
      written.push(key);
      return incr(key, written.length);
    },
    set: async () => 'OK',
    get: () => Promise.resolve('1'),
    lrange: async () => [],
    rpush: () => Promise.resolve(1),
    blpop: () => Promise.resolve(null),
    explain: (error) => ({ code: 'E', message: String(error), mayHaveRun: !(error instanceof RefusedError) }),
    close: () => Promise.resolve(),
  };
}

describe('the load', () => {
  const keys = keysOf({ kind: 'own', tag: 't' });

  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'hrtime'] });
  });
  afterEach(() => clock.restore());

  it('keeps its rate although nothing is answered, and ends when its patience does', async () => {
    const load = new Load(
      driver(() => new Promise(() => {})),
      { rate: 1_000, keys },
    );
    await clock.tickAsync(200);
    const stopped = load.stop(20);
    await clock.tickAsync(20);
    await stopped;
    const { length, outcome } = load.writes.operations;
    assert.equal(length, 200);
    assert.ok(outcome.every((one) => one === PENDING));
    assert.ok(load.reads.operations.outcome.every((one) => one === OK));
    await clock.tickAsync(20);
    assert.equal(load.writes.length, length);
  });

  it('writes down what became of each write, one that throws included, with a counter for each', async () => {
    const fake = driver((_, nth) => {
      if (nth === 1) return Promise.resolve(1);
      if (nth === 2) return Promise.reject(new RefusedError('refused'));
      if (nth === 3) throw new Error('broken');
      return Promise.resolve(1);
    });
    const load = new Load(fake, { rate: 1_000, keys });
    await clock.tickAsync(50);
    await load.stop(1_000);
    const { outcome, errors, messages, issuedAt, settledAt } = load.writes.operations;
    assert.deepEqual([...outcome.slice(0, 4)], [OK, FAILED, UNKNOWN, OK]);
    assert.deepEqual(errors, { E: 2 });
    assert.deepEqual(messages, ['Error: refused', 'Error: broken']);
    assert.deepEqual(fake.written.slice(0, 3), ['{t}:0', '{t}:1', '{t}:2']);
    assert.ok(settledAt.every((at, n) => at >= (issuedAt[n] ?? 0)));
  });

  it('says when its process stood still', async () => {
    const load = new Load(
      driver(() => Promise.resolve(1)),
      { rate: 100, keys },
    );
    await clock.tickAsync(20);
    assert.deepEqual(load.stalls, []);
    clock.jump(60);
    await clock.tickAsync(20);
    await load.stop(1_000);
    assert.deepEqual(
      load.stalls.map(({ ms }) => ms),
      [60],
    );
  });
});

describe('a recorder', () => {
  it('grows', () => {
    const recorder = new Recorder(2);
    for (let i = 0; i < 9; i++) recorder.succeeded(recorder.issued());
    const { length, outcome } = recorder.operations;
    assert.deepEqual([length, [...outcome]], [9, new Array(9).fill(OK)]);
  });
});

describe('the keys of a load', () => {
  it('are all in the slot of a tag, or spread', () => {
    const tagged = keysOf({ kind: 'own', tag: 't' });
    const spread = keysOf({ kind: 'own', tag: null });
    const slots = (keys: typeof tagged): number =>
      new Set(Array.from({ length: 100 }, (_, n) => slotOfKey(keys.key(keys.counterOf(n))))).size;
    assert.equal(slots(tagged), 1);
    assert.ok(slots(spread) > 90);
  });

  it('are in the ranges asked for, and take turns', () => {
    const keys = keysOf({
      kind: 'ranges',
      ranges: [
        [0, 99],
        [5_000, 5_099],
      ],
      count: 50,
    });
    const counters = Array.from({ length: 50 }, (_, n) => keys.counterOf(n));
    assert.equal(new Set(counters).size, 50);
    for (const counter of counters) {
      const slot = slotOfKey(keys.key(counter));
      assert.ok(slot < 100 || (slot >= 5_000 && slot < 5_100), `${slot}`);
    }
    assert.equal(new Set(counters.map((counter) => keys.key(counter))).size, 50);
  });
});
