import assert from 'node:assert/strict';
import { planFix } from '../../../../lib/admin/plans/fix.js';
import { movesOf } from '../../../../lib/admin/plans/request.js';
import { planReshard } from '../../../../lib/admin/plans/reshard.js';
import type { Plan } from '../../../../lib/admin/plans/steps.js';
import { preflight } from '../../../../lib/admin/preflight/preflight.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';
import { type NodeSpec, threeShards } from '../cluster-states.js';
import { batched, withTold } from './told.js';

/** Servers that allow all, and hold this many keys of 1,000 bytes in every slot that is asked for. */
function servers(keysPerSlot: number) {
  const asked: string[] = [];
  return {
    asked,
    ...batched((_: unknown, [first, second, third, fourth]: readonly Arg[]): Promise<Raw> => {
      asked.push(`${String(first)} ${String(second)}`);
      if (second === 'WHOAMI') return Promise.resolve('default');
      if (second === 'COUNTKEYSINSLOT') return Promise.resolve(keysPerSlot);
      if (second === 'GETKEYSINSLOT') {
        return Promise.resolve(
          Array.from({ length: Math.min(keysPerSlot, Number(fourth)) }, (_k, at) => Buffer.from(`${String(third)}:${at}`)),
        );
      }
      if (first === 'MEMORY') return Promise.resolve(1_000);
      return Promise.resolve(second === 'DRYRUN' ? 'OK' : null);
    }),
  };
}

const full = { info: { used_memory: '2000' }, config: { maxmemory: '1000' } };
const withKeys = (...changes: readonly NodeSpec[]): ClusterState => withTold(threeShards(...changes), { 7002: full });

describe('the look before a plan', () => {
  const reshard = (cluster: ClusterState): Plan => planReshard(cluster, { from: ['7001f'], to: '7002f', slots: [5, 6] });

  it('asks nothing for a plan without steps', async () => {
    const { asked, ...client } = servers(1);
    const cluster = withKeys();
    const plan = planReshard(cluster, { from: ['7001f'], to: '7002f', slots: [6_000] });
    assert.equal(await preflight(client, plan, cluster), plan);
    assert.deepEqual(asked, []);
  });

  it('refuses what cannot move', async () => {
    const cluster = withKeys({ id: 7001, keys: 5 });
    await assert.rejects(
      preflight(servers(1), reshard(cluster), cluster),
      /raise maxmemory there[^;]*, or move less from \S+7001\. Nothing was done$/,
    );
  });

  it('refuses it also in a plan that ends what is left of other moves', async () => {
    const marked = withKeys({ id: 7001, keys: 5, slots: '0-99,101-5460', migrating: { 100: 7002 } }, { id: 7002, slots: '100,5461-10922' });
    const plan = planReshard(marked, { from: ['7001f'], to: '7002f', slots: [5, 100] });
    const request = { command: 'reshard', moves: movesOf(plan) } as const;
    await assert.rejects(preflight(servers(1), { ...plan, request }, marked), /raise maxmemory there/);
  });

  it('says of open slots that they can be taken back', async () => {
    const cluster = withKeys({ id: 7001, keys: 5, migrating: { 5: 7002 } }, { id: 7002, importing: { 5: 7001 } });
    await assert.rejects(
      preflight(servers(1), planFix(cluster, new Map()), cluster),
      /, or take the open slots back with: slotwise cluster fix --back/,
    );
  });

  it('does not keep fix from what it can mend', async () => {
    const cluster = withKeys({ id: 7001, keys: 5, migrating: { 5: 7002 } }, { id: 7003, importing: { 9: 7001 } });
    const { notes, steps } = await preflight(servers(1), planFix(cluster, new Map()), cluster);
    assert.match(notes.join('\n'), /a part will fail: .*raise maxmemory/);
    assert.deepEqual(
      steps.map(({ do: kind }) => kind),
      ['moveSlots', 'close', 'settle'],
    );
  });

  it('looks only at what is left where slots are skipped', async () => {
    const cluster = withKeys({ id: 7001, keys: 5 });
    const { title, notes, steps } = await preflight(servers(1), reshard(cluster), cluster, { skipLarger: 999 });
    assert.equal(title, 'nothing to move but slots with large keys');
    assert.deepEqual(steps, []);
    assert.deepEqual(notes, ['slots 5-6 stay where they are: they have keys of more than 999 bytes (--skip-larger)']);
    await assert.rejects(preflight(servers(1), reshard(cluster), cluster, { skipLarger: 1_000 }), /raise maxmemory/);
  });

  for (const [what, info, least, most] of [
    ['of all keys where one could be large', { used_memory_dataset: String(8 * 1_048_576) }, 2_998, 2_998],
    ['of all keys where the server does not tell what they take together', {}, 2_998, 2_998],
    ['of some keys where none can be large', { used_memory_dataset: String(7 * 1_048_576) }, 1_000, 2_000],
  ] as const) {
    it(`asks for the size ${what}`, async () => {
      const cluster = withTold(threeShards({ id: 7001, keys: 5 }), { 7001: { info } });
      const { asked, ...client } = servers(1_499);
      const { notes } = await preflight(client, reshard(cluster), cluster);
      const sizes = asked.filter((words) => words.startsWith('MEMORY')).length;
      assert.ok(least <= sizes && sizes <= most, `${sizes} keys`);
      assert.doesNotMatch(notes.join('\n'), /may be large keys among the others/);
    });
  }

  it('tells of migrations that run, of whatever slots', async () => {
    const cluster = threeShards();
    const [node] = cluster.nodes.values();
    assert.ok(node !== undefined);
    const job = { id: 'j', direction: 'export', peer: null, slots: [70, 71], state: 's', running: true, message: '' } as const;
    const nodes = new Map([...cluster.nodes, [node.id, { ...node, jobs: [job] }]]);
    const { notes } = await preflight(servers(0), reshard(cluster), { ...cluster, nodes });
    assert.match(notes.join('\n'), /^a move is under way from \S+7001 to another node by atomic migration j, of slots 70-71/);
  });

  it('makes no plan when it is stopped', async () => {
    const cluster = threeShards({ id: 7001, keys: 5 });
    const { asked, ...client } = servers(10);
    await assert.rejects(preflight(client, reshard(cluster), cluster, { stop: AbortSignal.abort() }), /AdminError: stopped while the keys/);
    assert.deepEqual(
      asked.filter((words) => /MEMORY|COUNT/.test(words)),
      [],
    );
  });
});
