import assert from 'node:assert/strict';
import type { Problem } from '../../../../lib/admin/health/problem.js';
import { checkRing, type RingMemberFacts, ringProblems, type StrayKey } from '../../../../lib/admin/ring/ring-report.js';

const member = (name: string, more: Partial<RingMemberFacts> = {}): RingMemberFacts => ({
  name,
  weight: 1,
  address: `${name}:6379`,
  problem: null,
  runId: `run of ${name}`,
  keys: 1_000,
  otherDatabases: new Map(),
  sampled: 100,
  strays: [],
  ...more,
});
const strays = (count: number, isTwice: boolean | null): StrayKey[] =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, home: 'b', isTwice }));

describe('the check of a ring', () => {
  const cases: readonly (readonly [what: string, members: readonly RingMemberFacts[], found: readonly string[]])[] = [
    ['nothing is wrong', [member('a'), member('b')], []],
    ['a member is down', [member('a'), member('b', { problem: 'refused' })], ['error unreachable: b cannot be asked: refused']],
    [
      'strays in a sample',
      [member('a', { strays: strays(2, false) })],
      ['error stray-keys: a has about 20 keys of 1,000 that the placement puts elsewhere, where nobody finds them: "k0" of b, "k1" of b'],
    ],
    [
      'strays where all keys were looked at',
      [member('a', { keys: 100, strays: strays(4, null) })],
      ['error stray-keys: a has 4 keys that the placement puts elsewhere, where nobody finds them: "k0" of b, "k1" of b, "k2" of b …'],
    ],
    [
      'keys that are twice',
      [member('a', { keys: 100, strays: strays(1, true) })],
      ['warning stray-keys: a has copies of 1 key whose home is elsewhere and has them, too: nobody reads these here: "k0" of b'],
    ],
    ['members that are one server', [member('a'), member('b', { runId: 'run of a' })], ['error same-server: a and b are one server']],
    ['members whose run ids are not known', [member('a', { runId: null }), member('b', { runId: null })], []],
    [
      'other databases',
      [member('a', { otherDatabases: new Map([[3, 1]]) })],
      ['note databases: a has keys in other databases, which are no part of the ring: 3 (1 key)'],
    ],
  ];
  for (const [what, members, found] of cases) {
    it(`finds: ${what}`, () => {
      assert.deepEqual(
        checkRing(members).map(({ severity, kind, text }) => `${severity} ${kind}: ${text}`),
        found,
      );
    });
  }
});

describe('the problems of the servers and the keys of a ring', () => {
  const problem = (severity: Problem['severity'], kind: Problem['kind'], text: string, ...nodes: string[]): Problem => ({
    severity,
    kind,
    text,
    nodes,
  });
  const cases: readonly (readonly [what: string, servers: readonly Problem[], keys: readonly Problem[], texts: readonly string[]])[] = [
    [
      'of a member that cannot be asked are one',
      [problem('error', 'unreachable', 'a: refused', 'a')],
      [problem('error', 'unreachable', 'a: timeout', 'a'), problem('error', 'unreachable', 'b: no primary', 'b')],
      ['a: refused', 'b: no primary'],
    ],
    [
      'begin with errors',
      [problem('note', 'persistence', 'saves nothing', 'a:1')],
      [problem('error', 'stray-keys', 'strays', 'a')],
      ['strays', 'saves nothing'],
    ],
  ];
  for (const [what, servers, keys, texts] of cases) {
    it(what, () => {
      const found = ringProblems({ problems: servers }, { problems: keys });
      assert.deepEqual(
        found.map(({ text }) => text),
        texts,
      );
    });
  }
});
