import assert from 'node:assert/strict';
import { outcomeJson, renderMovePlan, renderOutcome, renderRing, ringJson } from '../../../../../lib/admin/cli/ring/render-ring.js';
import type { RingMoveOutcome } from '../../../../../lib/admin/ring/move-run.js';
import type { RingMemberFacts } from '../../../../../lib/admin/ring/ring-report.js';
import { NOT_VERIFIED } from '../../../../../lib/admin/ring/verify-moved.js';

const NONE = { count: 0, first: [] };
const done: RingMoveOutcome = {
  status: 'done',
  keys: 2_000,
  bytes: 4_096,
  durationMs: 2_000,
  conflicts: NONE,
  failures: NONE,
  skipped: NONE,
  strays: NONE,
  problems: [],
  verified: { ...NOT_VERIFIED, looked: 10, there: 10 },
};
const named = (key: string) => ({ key: Buffer.from(key), from: 'a', to: 'b', problem: 'another value is there already' });

describe('a move of keys in words', () => {
  it('is a plan with its steps and notes', () => {
    const steps = [{ do: 'move', from: 'a', to: 'b', keys: 2_000, bytes: null }] as const;
    const numbers = { totalKeys: 10_000, sampled: 100, share: 0.2, leastShare: 0.2, strayShare: 0, durationMs: 80 };
    const text = renderMovePlan({ title: 'move', steps, notes: ['one'], ...numbers });
    assert.equal(text, 'move\n   1  move 2,000 keys from a to b\nnote: by 100 keys that were looked at\nnote: one\n');
  });

  it('is done', () => {
    assert.equal(
      renderOutcome(done),
      'done: 2,000 keys (4 KiB) moved in 2 s, 1,000 a second\nlooked for 10 keys that moved: all are at their new place\n',
    );
  });

  it('names what is left, the first of it', () => {
    const keys = Array.from({ length: 7 }, (_, index) => named(`k\u001b${index}`));
    const text = renderOutcome({
      ...done,
      status: 'incomplete',
      conflicts: { count: 7, first: keys },
      problems: [{ source: 'c', problem: 'it is down' }],
      verified: { ...NOT_VERIFIED, looked: 3, there: 1, expired: 1, gone: [Buffer.from('x')] },
    });
    assert.match(
      text,
      /^incomplete: .*\n7 conflicts: another value .* --duplicates new .*\n {2}"k\\u001b0" at a, for b: another value is there already\n/,
    );
    assert.match(text, /\n {2}and 2 more\nnot all of c: it is down\nlooked for 3 keys that moved: 1 are at their new place; 1 have ended/);
    assert.match(text, /; 1 are at neither place, deleted by clients meanwhile or lost: "x"\n$/);
  });

  it('is JSON in which keys are texts', () => {
    const json = outcomeJson({ ...done, conflicts: { count: 1, first: [named('k')] } }) as { conflicts: { first: { key: string }[] } };
    assert.equal(json.conflicts.first[0]?.key, 'k');
    assert.ok(!JSON.stringify(json).includes('Buffer'));
  });
});

describe('a ring in words', () => {
  const member = (name: string, more: Partial<RingMemberFacts> = {}): RingMemberFacts => {
    const unknown = { address: null, runId: null, keys: null, otherDatabases: new Map<number, number>(), sampled: 0, strays: [] };
    return { ...unknown, name, weight: 1, problem: null, ...more };
  };

  it('has a line a member, and what is wrong', () => {
    const members = [member('a', { address: '10.0.0.1:6379', keys: 30, sampled: 30 }), member('b', { problem: 'refused' })];
    const problems = [{ severity: 'error', kind: 'unreachable', text: 'b cannot be asked: refused' }] as const;
    assert.deepEqual(renderRing({ members, problems }).split('\n'), [
      'member  primary        weight  keys  share    strays',
      'a       10.0.0.1:6379       1  30    100.0 %       0',
      'b       down                1  ?                   0',
      'error: b cannot be asked: refused',
      '30 keys of 30 looked at',
      '',
    ]);
    const { ok, kind } = ringJson({ members, problems });
    assert.deepEqual([ok, kind], [false, 'ring']);
  });
});
