import assert from 'node:assert/strict';
import sinon from 'sinon';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import { settleTimeMs, waitUntil } from '../../../../lib/admin/run/waiting.js';
import { ReplyError } from '../../../../lib/errors.js';
import { threeShards } from '../cluster-states.js';

describe('a wait of a step', () => {
  let time: sinon.SinonFakeTimers;
  const notes: string[] = [];
  const stop = new AbortController();
  const waiting = { stop: stop.signal, note: (text: string) => notes.push(text) };

  beforeEach(() => {
    time = sinon.useFakeTimers();
    notes.length = 0;
  });
  afterEach(() => time.restore());

  it('ends once there is no reason left, and says what it waits for only after a second', async () => {
    const reasons = [...Array<string>(5).fill('a'), ...Array<string>(20).fill('b'), ...Array<string>(5).fill('c')];
    const waited = waitUntil(() => Promise.resolve(reasons.shift() ?? null), 10_000, waiting);
    await time.runAllAsync();
    assert.equal(await waited, 'done');
    assert.deepEqual(notes, ['b', 'c']);
  });

  it('ends at its time with the last reason, which may be an error', async () => {
    const waited = waitUntil(() => Promise.reject(new Error('no answer')), 2_000, waiting).catch((error: unknown) => error);
    await time.runAllAsync();
    const error = await waited;
    assert.ok(error instanceof AdminError);
    assert.match(error.message, /^still not so after 2\.1 s: no answer$/);
  });

  it('ends at once with a refusal', async () => {
    const refusal = new ReplyError('ERR', 'ERR no');
    await assert.rejects(
      waitUntil(() => Promise.reject(refusal), 2_000, waiting),
      (error) => error === refusal,
    );
  });

  it('ends at once with the signal, also while a node does not answer, and leaves no listener', async () => {
    const own = new AbortController();
    const removed = sinon.spy(own.signal, 'removeEventListener');
    const waited = waitUntil(() => new Promise(() => undefined), 60_000, { ...waiting, stop: own.signal });
    own.abort();
    assert.equal(await waited, 'stopped');
    assert.ok(removed.calledOnce);
    assert.equal(await waitUntil(() => Promise.resolve('more'), 60_000, { ...waiting, stop: own.signal }), 'stopped');
  });

  it('takes its time from the nodes: four times their timeout, and no less than 20 s', () => {
    const state = threeShards();
    const withTimeouts = (...timeouts: readonly string[]) => ({
      ...state,
      nodes: new Map(
        [...state.nodes].map(([id, node], index) => {
          const config = new Map(timeouts[index] === undefined ? [] : [['cluster-node-timeout', timeouts[index]]]);
          return [id, { ...node, facts: { info: new Map(), config, roundTripMs: 1 } }];
        }),
      ),
    });
    assert.equal(settleTimeMs(withTimeouts('2000', '1000')), 20_000);
    assert.equal(settleTimeMs(withTimeouts('15000', '30000')), 120_000);
    assert.equal(settleTimeMs(withTimeouts('what')), 60_000);
    assert.equal(settleTimeMs(state), 60_000);
  });
});
