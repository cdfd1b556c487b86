import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import { Cluster } from '../../support/cluster.js';
import { describeOn } from '../../support/other-servers.js';
import { assertOnce, at, idOf, runCommand, slotwise } from './admin-cluster.js';

// Since Redis 8.4 a node hides the keys of slots that it does not own.
describeOn('redis-8.6', 'keys in slots that a node does not own, and does not show', (program) => {
  let cluster: Cluster;
  before('start a cluster', async function () {
    this.timeout(30_000);
    cluster = await Cluster.start({ replicas: 0, program });
  });
  after('stop it', () => cluster.stop());

  it('are found by check, and fix takes them to their owner', async function () {
    this.timeout(60_000);
    const slot = calculateSlot('stray');
    const owner = await cluster.nodeForSlot(slot);
    const stranger = at(
      (await cluster.primaries()).filter((server) => server !== owner),
      0,
    );
    await owner.ask('SET', 'own{stray}', 'here');
    await stranger.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(owner));
    using connection = await stranger.connect();
    for (const key of ['stray', 'other{stray}']) {
      await connection.ask('ASKING');
      await connection.ask('SET', key, 'lost');
    }
    await stranger.ask('CLUSTER', 'SETSLOT', slot, 'STABLE');

    const { code, output } = await runCommand(['check', owner.address]);
    assert.equal(code, 1, output);
    assert.match(output, new RegExp(`^error: ${stranger.address} has 2 keys in slots that it does not own`, 'm'));

    const mended = await slotwise('fix', owner.address, '--yes');
    assert.match(mended, new RegExp(`take the keys of slots ${slot} from ${stranger.address} to their owner ${owner.address}`));
    assert.equal(String(await owner.ask('GET', 'stray')), 'lost');
    await assertOnce(cluster.servers, slot, 3);
    assert.doesNotMatch(String(await stranger.ask('CLUSTER', 'NODES')), /\[/, 'no slot is open');
    assert.match(await slotwise('check', owner.address), /^ok: /m);
    assert.match(await slotwise('fix', owner.address, '--yes'), /nothing to fix/);
  });
});
