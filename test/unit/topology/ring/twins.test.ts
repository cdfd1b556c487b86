import assert from 'node:assert/strict';
import { mergeMembers } from '../../../../lib/topology/ring/merge.js';
import { Twins } from '../../../../lib/topology/ring/twins.js';
import { makeTopology, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';

/** Keys of the primaries of `m0`, `m1` …; null: none is known. */
const ringOf = (keys: readonly (string | null)[]): TopologySnapshot =>
  mergeMembers(
    keys.map((key, slot) => {
      const facts = { id: key ?? '', address: { host: key ?? '', port: 1 }, key: key ?? '', role: 'primary', usable: true } as const;
      const primary = key === null ? null : { ...facts, replicaOf: null, depth: 0, priority: 100, tags: {} };
      const snapshot = makeTopology('single', [{ primary, replicas: [] }], null);
      return { name: `m${slot}`, kind: 'single', slot, snapshot, error: null, ejected: false };
    }),
    keys.length,
  );

describe('members of a ring that are one server', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** The process behind each key, keys of primaries, and pairs that are told. */
  const cases = [
    [{ a: '1', b: '2' }, ['a', 'b'], []],
    [{ a: '1', b: '1' }, ['a', 'b'], ['m0 and m1']],
    [{ a: '1', b: '2' }, ['a', 'a'], ['m0 and m1']],
    [{ a: '1', b: '2', c: '1' }, ['a', 'b', 'c'], ['m0 and m2']],
    [{ a: null, b: null }, ['a', 'b'], []],
    [{ a: '1' }, ['a', null], []],
  ] as const;
  for (const [processes, keys, told] of cases) {
    it(`${JSON.stringify(processes)} as ${keys.join(', ')}: ${told.length === 0 ? 'none' : told.join()}`, async () => {
      const reports: string[] = [];
      let asked = 0;
      const processOf = async ({ key }: { key: string }): Promise<string | null> => {
        asked++;
        return (processes as Record<string, string | null>)[key] ?? null;
      };
      const twins = new Twins(processOf, (text) => reports.push(text));
      twins.follow(ringOf(keys));
      await settle();
      const before = asked;
      twins.follow(ringOf(keys));
      await settle();
      assert.equal(asked, before, 'each once');
      assert.deepEqual(
        reports.map((text) => /^the members (\S+ and \S+) of/.exec(text)?.[1]),
        told,
      );
    });
  }

  it('are found in whatever order they answer, and asked again where one did not', async () => {
    const reports: string[] = [];
    const answers: ((process: string | null) => void)[] = [];
    let failing = true;
    const processOf = ({ key }: { key: string }): Promise<string | null> => {
      if (key === 'b' && failing) return Promise.reject(new Error('no answer'));
      return key === 'a' ? new Promise((resolve) => answers.push(resolve)) : Promise.resolve('1');
    };
    const twins = new Twins(processOf, (text) => reports.push(text));
    twins.follow(ringOf(['a', null]));
    const both = ringOf(['a', 'b']);
    twins.follow(both);
    await settle();
    failing = false;
    twins.follow(both);
    await settle();
    assert.deepEqual([reports.length, answers.length], [0, 1]);
    answers[0]?.('1');
    await settle();
    assert.equal(reports.length, 1);
  });
});
