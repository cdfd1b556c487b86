import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stopwatch } from '../../support/stopwatch.js';

describe('a stopwatch', () => {
  it('counts what this process computes in full, whoever else computes', () => {
    const watch = Stopwatch.start();
    const before = process.cpuUsage();
    let ownMs = 0;
    while (ownMs < 60) {
      const { user, system } = process.cpuUsage(before);
      ownMs = (user + system) / 1_000;
    }
    // The other threads of the process have a part in this.
    assert.ok(watch.ownMs > 20, `${watch.ownMs} ms`);
  });

  it('counts what is waited for, and tells the rest apart', async () => {
    const watch = Stopwatch.start();
    await sleep(30);
    const { heldUpMs, ownMs, tookMs } = watch;
    assert.ok(tookMs > 29 && ownMs <= tookMs);
    assert.ok(ownMs === 0 || Math.abs(tookMs - heldUpMs - ownMs) < 5, `${tookMs} - ${heldUpMs} = ${ownMs} ms`);
  });
});
