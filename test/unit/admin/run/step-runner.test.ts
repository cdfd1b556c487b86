import assert from 'node:assert/strict';
import sinon from 'sinon';
import { StepRunner } from '../../../../lib/admin/run/step-runner.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf } from '../cluster-states.js';

describe('the wait for agreement', () => {
  let time: sinon.SinonFakeTimers;
  const notes: string[] = [];

  beforeEach(() => {
    time = sinon.useFakeTimers();
    notes.length = 0;
  });
  afterEach(() => time.restore());

  /** A shard whose replica says this of its link, and whose primary lists it in this state. */
  const shard = (link: 'up' | 'down', syncing = false, listed = ''): ClusterState => {
    const replica = {
      role: 'slave',
      master_host: '10.0.0.1',
      master_port: '7001',
      master_link_status: link,
      master_sync_in_progress: syncing ? '1' : '0',
    };
    const primary = { role: 'master', ...(listed === '' ? {} : { slave0: `ip=10.0.0.1,port=7002,state=${listed},offset=0,lag=0` }) };
    const factsOf = (info: object) => ({ info: new Map<string, string>(Object.entries(info)), config: new Map(), roundTripMs: 1 });
    return clusterOf({ id: 7001, slots: '0-16383', facts: factsOf(primary) }, { id: 7002, of: 7001, facts: factsOf(replica) });
  };

  /** Waits 2 s at most, after the replica was made one or not; the cluster looks like this, the last for good. */
  const wait = async (isNew: boolean, ...looks: readonly ClusterState[]) => {
    let reads = 0;
    const read = (): Promise<ClusterState> => Promise.resolve(looks[Math.min(reads++, looks.length - 1)] ?? assert.fail());
    const runner = new StepRunner({ send: () => Promise.resolve('OK') }, read, 2_000);
    const [primary, replica] = [7001, 7002].map((id) => looks[0]?.nodes.get(idOf(id)) ?? assert.fail());
    assert.ok(primary !== undefined && replica !== undefined);
    const waiting = { stop: undefined, note: (text: string) => notes.push(text) };
    if (isNew) await runner.run({ do: 'replicate', node: replica, primary }, waiting);
    const waited = runner.run({ do: 'settle' }, waiting);
    await time.runAllAsync();
    return { waited: await waited, reads };
  };

  it('waits until new replicas have a link, and says so after a second', async () => {
    const { waited, reads } = await wait(true, ...Array<ClusterState>(15).fill(shard('down', true)), shard('up'));
    assert.equal(waited, 'done');
    assert.equal(reads, 16);
    assert.deepEqual(notes, ['the first synchronisation of 10.0.0.1:7002 with its primary has not ended']);
  });

  it('does not wait for the links of replicas that were there', async () => {
    assert.deepEqual(await wait(false, shard('down', true)), { waited: 'done', reads: 1 });
    assert.deepEqual(notes, []);
  });

  for (const [what, look, expected] of [
    ['copies still', shard('down', true, 'send_bulk'), /full synchronisation with .* under way.*does not count as a replica before/],
    ['has no link at all', shard('down'), /no link to its primary/],
  ] as const) {
    it(`ends with a note at its time where a new replica ${what}`, async () => {
      const { waited, reads } = await wait(true, look);
      assert.equal(waited, 'done');
      assert.ok(reads > 10, `${reads} reads`);
      assert.match(notes.at(-1) ?? '', expected);
      assert.match(notes.at(-1) ?? '', /10\.0\.0\.1:7002.*; see slotwise cluster check$/);
    });
  }
});
