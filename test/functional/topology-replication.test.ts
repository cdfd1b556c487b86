import assert from 'node:assert/strict';
import { replication } from '../../lib/options/topology.js';
import { ReplicationGroup } from '../support/replication.js';
import { keysOf, primariesOf, RunningMonitor, usableKeys } from '../support/running-monitor.js';
import { until } from '../support/wait.js';

describe('the topology of real servers: replication', () => {
  let group: ReplicationGroup;
  before(async () => {
    group = await ReplicationGroup.start({ replicas: 2, cascaded: 1 });
  });
  after(() => group.stop());

  it('is found from any member, with replicas of replicas', async () => {
    for (const seed of group.servers) {
      using running = await RunningMonitor.start({ topology: replication([`redis://${seed.address}`]) });
      assert.deepEqual(primariesOf(running.snapshot), [group.primary.address]);
      assert.deepEqual(usableKeys(running.replicas), keysOf([...group.replicas, ...group.cascaded]));
      assert.deepEqual(usableKeys(running.replicas.filter(({ depth }) => depth === 2)), keysOf(group.cascaded));
    }
  });

  it('has each server once, under the name it announces', async () => {
    const seeds = group.servers.flatMap(({ port }) => [`redis://localhost:${port}`, `redis://127.0.0.1:${port}`]);
    using running = await RunningMonitor.start({ topology: replication(seeds) });
    assert.equal(running.snapshot.nodes.size, group.servers.length);
  });

  it('follows a change of roles that was made by hand, and waits while two call themselves primary', async () => {
    await using other = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = other.replicas;
    assert.ok(replica !== undefined);
    using running = await RunningMonitor.start({
      topology: replication([`redis://${other.primary.address}`, `redis://${replica.address}`]),
    });
    await replica.ask('REPLICAOF', 'NO', 'ONE');
    running.monitor.wake('test');
    await until(() => running.snapshot.problem?.code === 'ERR_SPLIT_GROUP');
    assert.deepEqual(primariesOf(running.snapshot), []);
    await other.primary.ask('REPLICAOF', replica.host, replica.port);
    const servedMs = performance.now();
    await running.seesSoon(replica.address, servedMs);
    await until(() => usableKeys(running.replicas).includes(other.primary.address));
    assert.equal(running.snapshot.problem, undefined);
  });
});
