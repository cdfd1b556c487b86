import assert from 'node:assert/strict';
import { UnblockConnection } from '../../../lib/pool/unblock-connection.js';
import { FakeServer, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { quickConfig } from '../connection/opened.js';

describe('an unblock connection', () => {
  it('counts how long the node has owed an answer, anew after each answer', async () => {
    let isSilent = false;
    await using server = await FakeServer.start(([name]) => (isSilent && name === 'PING' ? silence : undefined));
    const unblock = new UnblockConnection({ ...quickConfig, address: { host: server.host, port: server.port } }, () => {});
    const ticks = (count: number): void => {
      for (let tick = 0; tick < count; tick++) unblock.tick();
    };
    ticks(1);
    await until(() => unblock.ready !== null, { everyMs: 1 });
    assert.equal(unblock.silentMs, 0);
    isSilent = true;
    ticks(200);
    await until(() => server.count('PING') === 1, { everyMs: 1 });
    const { silentMs } = unblock;
    assert.ok(silentMs > 0, `${silentMs} ms`);
    // The connection breaks: the node is not silent.
    isSilent = false;
    server.disconnect();
    await until(() => unblock.silentMs === 0, { everyMs: 1 });
    ticks(200);
    await until(() => unblock.ready !== null, { everyMs: 1 });
    await until(() => unblock.silentMs === 0, { everyMs: 1 });
    unblock.destroy();
  });
});
