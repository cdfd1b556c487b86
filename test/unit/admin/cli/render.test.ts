import assert from 'node:assert/strict';
import { jsonText } from '../../../../lib/admin/cli/json.js';
import { clusterJson, renderInfo, renderPlan, renderProblems, table } from '../../../../lib/admin/cli/render.js';
import type { NodeRef } from '../../../../lib/admin/plans/steps.js';
import type { AdminNode, ClusterState } from '../../../../lib/admin/state/cluster-state.js';

describe('a table', () => {
  it('has numbers to the right and nothing behind the last text', () => {
    assert.equal(
      table(
        ['node', 'keys', 'slots'],
        [
          ['a', 1_000, '0-5'],
          ['bcdef', 5, ''],
        ],
      ),
      'node    keys  slots\na      1,000  0-5\nbcdef      5',
    );
  });
});

describe('a table of wide characters', () => {
  it('has its columns below each other', () => {
    assert.equal(
      table(
        ['node', 'keys'],
        [
          ['节点一', 5],
          ['a', 10],
        ],
      ),
      'node    keys\n节点一     5\na         10',
    );
  });
});

describe('what servers call themselves, and their error texts,', () => {
  const HOSTILE = 'evil\x1b[2J\r\n\u202egnp.exe\x9b1m';
  const node = {
    id: 'a'.repeat(40),
    name: HOSTILE,
    address: null,
    peer: { host: 'a', port: 1, busPort: 2 },
    role: 'primary',
    primaryId: null,
    slots: [1],
    keys: 0,
    epoch: 1,
    reachable: false,
    problem: HOSTILE,
    migrating: new Map([[1, HOSTILE]]),
    importing: new Map(),
    flags: [HOSTILE],
    facts: { info: new Map([['redis_version', HOSTILE]]), config: new Map([['save', HOSTILE]]), roundTripMs: 1 },
    jobs: [],
  } as unknown as AdminNode;
  const cluster = { nodes: new Map([[node.id, node]]), views: new Map() } as unknown as ClusterState;
  const problems = [{ kind: 'unreachable', severity: 'error', text: `${HOSTILE} refused: ${HOSTILE}` }] as const;
  const plan = { title: HOSTILE, notes: [HOSTILE], steps: [{ do: 'reset', node: node as NodeRef }] } as const;
  const texts: Readonly<Record<string, string>> = {
    'the list of nodes': renderInfo(cluster),
    problems: renderProblems(problems, cluster),
    'a plan': renderPlan(plan),
    JSON: jsonText(clusterJson(cluster, problems)),
  };
  for (const [what, text] of Object.entries(texts)) {
    it(`do not reach the terminal in ${what}`, () => {
      assert.match(text, /evil/);
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
      if (what !== 'JSON') assert.equal(text.split('\n').length, { 'the list of nodes': 4, problems: 2, 'a plan': 4 }[what]);
    });
  }

  it('are in JSON what they are', () => {
    const { nodes } = JSON.parse(jsonText(clusterJson(cluster, problems))) as { nodes: { address: string; problem: string }[] };
    assert.deepEqual([nodes[0]?.address, nodes[0]?.problem], [HOSTILE, HOSTILE]);
  });
});
