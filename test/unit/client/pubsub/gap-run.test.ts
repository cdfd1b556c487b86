import assert from 'node:assert/strict';
import type { Gap } from '../../../../lib/client/gap.js';
import { GapRun } from '../../../../lib/client/pubsub/gap-run.js';
import { gapOf } from './fakes.js';

function runOf(...gaps: readonly Gap[]): GapRun {
  const run = new GapRun();
  for (const gap of gaps) run.add(gap);
  return run;
}

function taken(run: GapRun): string[] {
  const found: string[] = [];
  for (let gap = run.shift(); gap !== undefined; gap = run.shift()) found.push(`${gap.name} ${gap.reason} ${gap.from} to ${gap.to}`);
  return found;
}

describe('GapRun', () => {
  it('has a gap for each name', () => {
    const run = runOf(gapOf('moved', { name: 'a' }), gapOf('moved', { name: 'b' }), gapOf('silence', { name: 'a' }));
    assert.deepEqual(taken(run), ['a moved null to null', 'b moved null to null']);
    assert.equal(run.isEmpty, true);
  });

  it('has a gap for each node whose events are missing, and goes on where one led to', () => {
    const run = runOf(
      gapOf('connection', { from: 'x', to: 'x' }),
      gapOf('connection', { from: 'y', to: 'y' }),
      gapOf('failover', { from: 'x', to: 'z' }),
    );
    assert.deepEqual(taken(run), ['c connection x to z', 'c connection y to y']);
  });

  it('says whether a gap is one of its own', () => {
    const run = runOf(gapOf('overflow'));
    assert.deepEqual([run.add(gapOf('overflow')), run.add(gapOf('overflow', { name: 'b' }))], [false, true]);
  });

  it('takes the gaps of another', () => {
    const run = runOf(gapOf('moved', { name: 'a' }));
    run.addAll(runOf(gapOf('moved', { name: 'a' }), gapOf('moved', { name: 'b' })));
    assert.deepEqual(taken(run), ['a moved null to null', 'b moved null to null']);
  });

  it('costs no more however often the same is missing', () => {
    const run = new GapRun();
    for (let n = 0; n < 1_000; n++) run.add(gapOf('failover', { from: n % 3 === 0 ? null : `n${n % 3}`, to: `n${(n + 1) % 3}` }));
    assert.ok(taken(run).length <= 4);
  });
});
