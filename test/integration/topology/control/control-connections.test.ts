import assert from 'node:assert/strict';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { single } from '../../../../lib/options/topology.js';
import { ControlConnections } from '../../../../lib/topology/control/control-connections.js';
import { FakeServer, silence } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';

describe('control connections', () => {
  it('leave nothing open at their end, also no connection that was left and waits for its last reply', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'ROLE' ? silence : undefined));
    const control = new ControlConnections(resolveOptions({ topology: single(`redis://${server.address}`) }));
    const unanswered = control.send(server, [['ROLE']], { timeoutMs: 60_000 });
    await until(() => server.count('ROLE') === 1);
    control.forget(server);
    assert.deepEqual(await control.send(server, [['PING']]), ['PONG']);
    assert.equal(server.openConnections.length, 2);
    control.destroy();
    await assert.rejects(unanswered);
    await until(() => server.openConnections.length === 0);
  });
});
