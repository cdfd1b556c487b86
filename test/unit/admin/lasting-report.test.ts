import assert from 'node:assert/strict';
import type { Problem } from '../../../lib/admin/health/problem.js';
import { lastingReport } from '../../../lib/admin/lasting-report.js';
import type { TopologyReport } from '../../../lib/admin/topology-report.js';

const problem = (severity: Problem['severity'], kind: Problem['kind'], ...nodes: string[]): Problem => ({
  severity,
  kind,
  text: '',
  nodes,
});

describe('a report that lasts', () => {
  /** What is left of two looks, and how many there were. */
  async function looksAt(...looks: readonly (readonly Problem[])[]): Promise<readonly [title: string, kinds: readonly string[]]> {
    let number = 0;
    const look = (): Promise<TopologyReport> => {
      const problems = looks[number] ?? assert.fail('looked too often');
      number++;
      return Promise.resolve({ kind: 'replication', title: `look ${number}`, rows: [], problems, jobs: [] });
    };
    const { title, problems } = await lastingReport(look, 0);
    return [title, problems.map(({ severity, kind, nodes = [] }) => [severity, kind, ...nodes].join(' '))];
  }

  it('is the first one where it has no errors', async () => {
    assert.deepEqual(await looksAt([problem('warning', 'hosts')]), ['look 1', ['warning hosts']]);
  });

  it('has an error that was about more servers at first', async () => {
    const looks = [[problem('error', 'replica-link', 'a', 'b')], [problem('error', 'replica-link', 'b')]] as const;
    assert.deepEqual(await looksAt(...looks), ['look 2', ['error replica-link b']]);
  });

  it('has the errors of both looks, and the warnings of the second', async () => {
    const first = [problem('error', 'replica-link', 'a'), problem('error', 'down'), problem('warning', 'hosts')];
    const second = [problem('error', 'replica-link', 'a'), problem('error', 'replica-link', 'b'), problem('note', 'versions')];
    assert.deepEqual(await looksAt(first, second), ['look 2', ['error replica-link a', 'note versions']]);
  });
});
