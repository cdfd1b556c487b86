import assert from 'node:assert/strict';
import { soundText } from '../../../../lib/admin/check/sound-text.js';
import type { Problem } from '../../../../lib/admin/health/problem.js';

describe('what is in order in a cluster', () => {
  const problem = (severity: Problem['severity'], kind: Problem['kind']): Problem => ({ severity, kind, text: '' });
  const all = 'all slots are covered, agreed on, none is open, all nodes answer, every primary has a replica that follows it';
  const cases: readonly (readonly [name: string, problems: readonly Problem[], expected: string | null])[] = [
    ['is all without problems', [], all],
    ['is all with problems of another kind', [problem('warning', 'memory'), problem('note', 'hosts')], all],
    ['is not told with errors', [problem('error', 'memory')], null],
    [
      'leaves out what problems deny',
      [problem('warning', 'no-replica'), problem('note', 'moving'), problem('warning', 'unreachable')],
      'all slots are covered, agreed on',
    ],
  ];
  for (const [name, problems, expected] of cases) {
    it(name, () => assert.equal(soundText(problems, true), expected));
  }

  it('is not that replicas follow where they do not say so', () => {
    assert.equal(soundText([], false), 'all slots are covered, agreed on, none is open, all nodes answer');
  });
});
