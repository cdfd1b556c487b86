import assert from 'node:assert/strict';
import { single } from '../../lib/options/topology.js';
import { ReplicationGroup } from '../support/replication.js';
import { primariesOf, RunningMonitor } from '../support/running-monitor.js';
import { Server } from '../support/server.js';

describe('the topology of real servers: single', () => {
  it('is its server, whatever its role', async () => {
    await using group = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = group.replicas;
    assert.ok(replica !== undefined);
    using asPrimary = await RunningMonitor.start({ topology: single(`redis://${group.primary.address}`) });
    using asReplica = await RunningMonitor.start({ topology: single(`redis://${replica.address}`) });
    assert.deepEqual(asPrimary.snapshot.shards[0]?.primary?.role, 'primary');
    assert.deepEqual([asReplica.snapshot.shards[0]?.primary?.role, asReplica.replicas.length], ['replica', 1]);
  });

  it('is found by a user who may hardly do anything', async () => {
    await using server = await Server.start();
    await server.ask('ACL', 'SETUSER', 'poor', 'on', '>secret', '+get', '~*');
    using running = await RunningMonitor.start({ topology: single(`redis://${server.address}`), username: 'poor', password: 'secret' });
    assert.deepEqual(primariesOf(running.snapshot), [server.address]);
  });

  it('is found on a socket file', async () => {
    await using server = await Server.start({ unixSocket: true });
    using running = await RunningMonitor.start({ topology: single(`unix://${server.socketPath}`) });
    assert.deepEqual(primariesOf(running.snapshot), [server.socketPath]);
  });
});
