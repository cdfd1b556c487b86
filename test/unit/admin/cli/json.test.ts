import assert from 'node:assert/strict';
import { withSlotRanges } from '../../../../lib/admin/cli/json.js';
import { clusterJson } from '../../../../lib/admin/cli/render.js';
import { reportJson } from '../../../../lib/admin/cli/render-report.js';
import { threeShards } from '../cluster-states.js';

const all = Array.from({ length: 16_384 }, (_, slot) => slot);
const uncovered = { severity: 'error', kind: 'uncovered', text: 'none', slots: all } as const;
const job = { id: 'j', direction: 'export', peer: null, slots: [1, 2, 9], state: 's', running: true, message: '' } as const;

describe('slots in JSON', () => {
  for (const [slots, expected] of [
    [all, '0-16383'],
    [[1, 2, 9], '1-2,9'],
    [[], ''],
  ] as const) {
    it(`are ranges: ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(withSlotRanges({ kind: 'open', slots }), { kind: 'open', slots: expected }));
  }

  it('are not there where there are none', () => {
    const problem: { readonly kind: string; readonly slots?: readonly number[] } = { kind: 'down' };
    assert.deepEqual(withSlotRanges(problem), { kind: 'down' });
  });

  it('are ranges in what check says of a cluster', () => {
    const { ok, problems } = clusterJson(threeShards(), [uncovered]);
    assert.deepEqual({ ok, problems }, { ok: false, problems: [{ ...uncovered, slots: '0-16383' }] });
  });

  it('are ranges in what check says of any topology', () => {
    const { problems, jobs } = reportJson({ kind: 'cluster', title: '', rows: [], problems: [uncovered], jobs: [job], moves: [] });
    assert.deepEqual(problems, [{ ...uncovered, slots: '0-16383' }]);
    assert.deepEqual(jobs, [{ ...job, slots: '1-2,9' }]);
  });
});
