import assert from 'node:assert/strict';
import { once } from 'node:events';
import { openSocket, type SocketHandlers } from '../../../lib/connection/socket.js';
import { clientTls } from '../../support/certificates.js';
import { FakeServer } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';

describe('a socket', () => {
  for (const tls of [false, true]) {
    it(`${tls ? 'with TLS' : 'in plain text'} tells its end as soon as the server's FIN is read, once, and after the last bytes`, async () => {
      await using server = await FakeServer.start(undefined, { tls });
      const told: string[] = [];
      const handlers: SocketHandlers = {
        connected: () => {},
        data: (bytes, length) => told.push(bytes.toString('latin1', 0, length)),
        drained: () => {},
        closed: (error) => told.push(`closed: ${error}`),
      };
      const address = { host: server.host, port: server.port };
      const socket = openSocket({ address, tls: tls ? { ...clientTls(), servername: 'localhost' } : null, keepAliveMs: 0 }, handlers);
      // Node refuses writes from this event on.
      socket.on('end', () => told.push('end'));
      (await until(() => server.connections[0], { everyMs: 1 })).socket.end('+last\r\n');
      await once(socket, 'close');
      assert.deepEqual(told, ['+last\r\n', 'closed: null', 'end']);
    });
  }

  it('tells an error once, with the error', async () => {
    await using server = await FakeServer.start();
    server.refuse();
    const told: (Error | null)[] = [];
    const unused = (): void => assert.fail('nothing connects');
    const address = { host: server.host, port: server.port };
    const handlers = { connected: unused, data: unused, drained: unused, closed: (error: Error | null) => void told.push(error) };
    const socket = openSocket({ address, tls: null, keepAliveMs: 0 }, handlers);
    await new Promise((resolve) => socket.once('close', resolve));
    assert.match(String(told), /ECONNREFUSED/);
    assert.equal(told.length, 1);
  });
});
