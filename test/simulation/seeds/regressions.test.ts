import assert from 'node:assert/strict';
import { addedWorkloads } from '../workloads/index.js';
import { REGRESSION_COMMANDS, regressions } from './regressions.js';
import { assertSound } from './seeds-of-kind.js';

describe('the seeds in which the engine once broke a promise', () => {
  it('pass', async function () {
    this.timeout(0);
    await assertSound(
      regressions.map(({ seed, kind, without }) => ({ seed, kind, commands: REGRESSION_COMMANDS, without: without ?? addedWorkloads })),
    );
  });

  it('are each there once, and say what was wrong', () => {
    assert.equal(new Set(regressions.map(({ seed, kind }) => `${seed} ${kind}`)).size, regressions.length);
    for (const { was } of regressions) assert.match(was, /\.$/);
  });
});
