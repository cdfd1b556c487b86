import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { connectFailure } from '../../../../lib/admin/state/bus-port.js';
import { claimPort, releasePort } from '../../../support/ports.js';

describe('a look at a bus port', () => {
  let port = 0;
  beforeEach(async () => {
    port = await claimPort();
  });
  afterEach(() => releasePort(port));

  it('finds one that is open, and leaves no connection behind', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const closed = new Promise<void>((resolve) => server.once('connection', (socket) => socket.once('close', () => resolve()).resume()));
    assert.equal(await connectFailure({ host: '127.0.0.1', port }), null);
    await closed;
    server.close();
  });

  it('says why there is none', async () => {
    assert.equal(await connectFailure({ host: '127.0.0.1', port }), 'ECONNREFUSED');
    assert.match((await connectFailure({ host: 'no-such-host.invalid', port }, 5_000)) ?? '', /ENOTFOUND|EAI_AGAIN|no answer|ESERVFAIL/);
  });

  it('ends at once when it is stopped', async () => {
    const stop = new AbortController();
    const look = connectFailure({ host: '127.0.0.1', port }, 60_000, stop.signal);
    stop.abort();
    assert.equal(await look, 'stopped');
    assert.equal(await connectFailure({ host: '127.0.0.1', port }, 60_000, stop.signal), 'stopped');
  });
});
