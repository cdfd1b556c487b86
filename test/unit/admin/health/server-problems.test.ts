import assert from 'node:assert/strict';
import { listedOf } from '../../../../lib/admin/health/listed-replica.js';
import type { NodeFacts } from '../../../../lib/admin/health/node-facts.js';
import { replicationOf } from '../../../../lib/admin/health/replication-facts.js';
import { folded, serverProblems } from '../../../../lib/admin/health/server-problems.js';
import { SERVER_RULES } from '../../../../lib/admin/health/server-rules.js';
import { factsOf } from './invented-facts.js';
import { CASES, type ServerCase } from './server-cases.js';

function problemsOf({ role = 'primary', own = {}, other = {} }: ServerCase): string[] {
  const neighbour = (of: 'primary' | 'replica'): NodeFacts | null => (other === null ? null : factsOf(of, other));
  const primary = neighbour('primary');
  const facts = factsOf(role, own);
  const known = { addresses: [{ host: '10.0.0.1', port: 7002 }], facts };
  const context =
    role === 'primary'
      ? { replicas: [{ name: '10.0.0.1:7002', facts: neighbour('replica') }] }
      : {
          primary: { name: '10.0.0.1:7001', facts: primary },
          listed: primary === null ? null : listedOf(replicationOf(primary), known, []),
        };
  const name = role === 'primary' ? '10.0.0.1:7001' : '10.0.0.1:7002';
  return serverProblems(name, facts, context).map(({ severity, kind, text }) => `${severity} ${kind} ${text}`);
}

describe('the problems of a server', () => {
  for (const each of CASES) {
    it(`of ${each.name}`, () => {
      const found = problemsOf(each);
      assert.equal(found.length, each.expected.length, found.join('\n'));
      for (const [index, pattern] of each.expected.entries()) assert.match(found[index] ?? '', pattern);
    });
  }

  it('have a case for every rule', () => {
    const found = new Set(CASES.flatMap(problemsOf).map((text) => text.split(' ').slice(0, 2).join(' ')));
    assert.deepEqual(
      SERVER_RULES.filter(({ severity, kind }) => !found.has(`${severity} ${kind}`)).map(({ severity, kind }) => `${severity} ${kind}`),
      [],
    );
    for (const text of CASES.flatMap(problemsOf)) assert.doesNotMatch(text, /\n|undefined|null|NaN/);
  });

  it('know the clock of another supervisor than the cluster', () => {
    const facts = factsOf('primary', { info: { latest_fork_usec: 1_500_000, cluster_enabled: 0 } });
    const clock = { setting: 'down-after-milliseconds', ms: 1_000 };
    assert.match(serverProblems('a', facts, { clock })[0]?.text ?? '', /1 s \(down-after-milliseconds\)/);
    assert.deepEqual(serverProblems('a', facts), []);
  });

  it('are told once for all servers that have the same', () => {
    const names = Array.from({ length: 10 }, (_, index) => `10.0.0.${index}:7000`);
    const problems = names.flatMap((name) => serverProblems(name, factsOf('primary', { config: { save: '' } })));
    const one = serverProblems('10.0.0.1:7000', factsOf('replica', { info: { slave_read_only: 0 } }));
    const other = { severity: 'error', kind: 'down', text: 'something else' } as const;
    const [first, ...more] = folded([...problems, ...one, other, other]);
    assert.match(first?.text ?? '', /^10\.0\.0\.0:7000, .*10\.0\.0\.7:7000 and 2 more: keeps nothing/);
    assert.deepEqual(first?.nodes, names);
    assert.deepEqual(more, [...one, other, other]);
  });
});
