import assert from 'node:assert/strict';
import { EngineRef } from '../../../../lib/entries/shared/engine-ref.js';
import { createClient, OptionsError } from '../../../../lib/index.js';

function closesOf(ref: EngineRef): string[] {
  const closes: string[] = [];
  ref.engine.on('close', () => closes.push('close'));
  return closes;
}

describe('an engine that objects share', () => {
  it('ends with the last that lets go of it', async () => {
    const ref = EngineRef.of({});
    const closes = closesOf(ref);
    assert.equal(ref.isShared, false);
    ref.retain().retain();
    assert.equal(ref.isShared, true);
    ref.abandon();
    await ref.release();
    assert.deepEqual(closes, []);
    ref.abandon();
    assert.deepEqual(closes, ['close']);
    ref.abandon();
    assert.throws(() => ref.retain(), /has ended/);
  });

  it('closes when its last holder waits for it', async () => {
    const ref = EngineRef.of({});
    const closes = closesOf(ref);
    await ref.release();
    assert.deepEqual(closes, ['close']);
  });

  it('stays open when a program made it', async () => {
    await using client = createClient('redis://127.0.0.1:1');
    for (const leave of [(ref: EngineRef) => ref.abandon(), (ref: EngineRef) => ref.release()]) {
      const ref = EngineRef.over(client);
      const closes = closesOf(ref);
      await leave(ref);
      assert.deepEqual(closes, []);
      assert.throws(() => ref.retain(), /has ended/);
    }
  });

  it('refuses options that are wrong', () => {
    assert.throws(() => EngineRef.of({ timeoutMs: -1 }), OptionsError);
  });
});
