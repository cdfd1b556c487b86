import assert from 'node:assert/strict';
import { lookJson } from '../../../../../lib/admin/cli/top/json-lines.js';
import { serverLines } from '../../../../../lib/admin/cli/top/model.js';
import { rowOf, sampleAt, samplesOf } from './samples.js';

describe('a look as JSON', () => {
  it('is one line with everything that is known', () => {
    const before = sampleAt(0, { total_commands_processed: 0 });
    const last = sampleAt(3_000, { total_commands_processed: 100, used_memory: 5 });
    const servers = serverLines([rowOf('a\n:1')], () => samplesOf(before, last), 3_000);
    const move = { from: 'a:1', to: null, slots: [1, 2, 3], state: 'open', slotsPerSecond: 1 / 3, keysPerSecond: null, secondsLeft: null };
    const problem = { severity: 'error', kind: 'down', text: 'a:1 is down', slots: [4, 5] } as const;
    const look = { at: 0, kind: 'cluster', title: 'cluster of 1', servers, moves: [move], problems: [problem] } as const;
    const text = lookJson(look, { by: 'tree', reversed: false });
    assert.doesNotMatch(text, /\n/);
    const { servers: listed, ...rest } = JSON.parse(text) as { servers: Record<string, unknown>[] };
    assert.deepEqual(rest, {
      time: '1970-01-01T00:00:00.000Z',
      topology: 'cluster',
      title: 'cluster of 1',
      ok: false,
      moves: [{ ...move, slots: '1-3', slotsPerSecond: 0.33 }],
      problems: [{ ...problem, slots: '4-5' }],
    });
    const { name, state, opsPerSecond, memoryBytes, lagBytes, silentMs } = listed[0] ?? {};
    assert.deepEqual([name, state, opsPerSecond, memoryBytes, lagBytes, silentMs], ['a\n:1', 'ok', 33.33, 5, null, null]);
  });
});
