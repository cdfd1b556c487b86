import assert from 'node:assert/strict';
import { SentinelAdmin } from '../../../lib/admin/index.js';
import { createClient, sentinel } from '../../../lib/index.js';
import { describeOn } from '../../support/other-servers.js';
import { SentinelGroup } from '../../support/sentinel.js';
import { AcknowledgedLoad } from './acknowledged-load.js';
import { at } from './admin-cluster.js';

describeOn('valkey-9', 'a failover by Sentinels that the primary takes part in', (program) => {
  it('is what the plan says by default, and loses no acknowledged write', async function () {
    this.timeout(60_000);
    await using group = await SentinelGroup.start({ downAfterMs: 2_000, program });
    for (const each of group.sentinels) await each.ask('SENTINEL', 'DEBUG', 'PUBLISH-PERIOD', 500, 'INFO-PERIOD', 200);
    const sentinels = group.sentinels.map(({ address }) => address);
    await using admin = new SentinelAdmin({ nodes: [at(sentinels, 0)] });
    await using redis = createClient({ topology: sentinel(sentinels, group.name) });
    const load = new AcknowledgedLoad(redis);
    await load.advance(100);
    const old = await group.primary();
    const plan = await admin.planFailover();
    assert.match(plan.notes.join('\n'), /writes are held until the replica has all of them.*unknown outcome/);
    const { status, primary } = await admin.run(plan);
    await load.advance(100);
    await load.stop();
    assert.equal(status, 'done');
    assert.notEqual(primary, old.address);
    assert.deepEqual(load.failures, []);
    const replication = await old.info('replication');
    assert.equal(`${replication.master_host}:${replication.master_port}`, primary);
  });
});
