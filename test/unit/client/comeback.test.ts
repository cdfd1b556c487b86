import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeServer } from '../../support/fake-server.js';
import { checkBooks, clientOf, single } from './scripted.js';

describe('a server that was away', () => {
  afterEach(checkBooks);

  it('serves as soon as a probe reaches it, however long the data connection would have waited', async () => {
    const server = await FakeServer.start(single(([name]) => (name === 'GET' ? 'value' : undefined)));
    const redis = clientOf(server, { reconnect: { minMs: 8_000, maxMs: 10_000 } });
    try {
      assert.equal(await redis.get('k'), 'value');
      server.refuse();
      server.disconnect();
      const answer = redis.get('k');
      await sleep(200);
      await server.listen();
      const began = performance.now();
      assert.equal(await answer, 'value');
      assert.ok(performance.now() - began < 1_000);
    } finally {
      redis.destroy();
      await server.stop();
    }
  });
});
