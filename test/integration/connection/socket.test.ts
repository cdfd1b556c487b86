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
      const events: string[] = [];
      const handlers: SocketHandlers = {
        connected: () => {},
        data: (bytes, length) => events.push(bytes.toString('latin1', 0, length)),
        drained: () => {},
        closed: (error) => events.push(`closed: ${error}`),
      };
      const address = { host: server.host, port: server.port };
      const socket = openSocket({ address, tls: tls ? { ...clientTls(), servername: 'localhost' } : null, keepAliveMs: 0 }, handlers);
      // Node refuses writes from this event on.
      socket.on('end', () => events.push('end'));
      (await until(() => server.connections[0], { everyMs: 1 })).socket.end('+last\r\n');
      await once(socket, 'close');
      assert.deepEqual(events, ['+last\r\n', 'closed: null', 'end']);
    });
  }

  it('reads into a buffer that grows while it is filled, to 256 KiB', async () => {
    await using server = await FakeServer.start();
    const sent = Buffer.alloc(4 * 1024 * 1024, 'slotwise ');
    const chunks: Buffer[] = [];
    const handlers: SocketHandlers = {
      connected: () => {},
      data: (bytes, length) => chunks.push(Buffer.from(bytes.subarray(0, length))),
      drained: () => {},
      closed: () => {},
    };
    const socket = openSocket({ address: { host: server.host, port: server.port }, tls: null, keepAliveMs: 0 }, handlers);
    (await until(() => server.connections[0], { everyMs: 1 })).socket.end(sent);
    await once(socket, 'close');
    assert.ok(Buffer.concat(chunks).equals(sent));
    const longest = chunks.reduce((most, { length }) => Math.max(most, length), 0);
    assert.ok(chunks.every(({ length }, at) => length <= Math.min(16 * 1024 * 2 ** at, 256 * 1024)));
    assert.ok(longest > 64 * 1024, `${longest} bytes at once`);
  });

  for (const tls of [false, true]) {
    for (const part of ['connected', 'data', 'drained'] as const) {
      it(`${tls ? 'with TLS' : 'in plain text'} ends with what its handler of ${part} throws`, async () => {
        await using server = await FakeServer.start(undefined, { tls });
        const boom = new Error('a defect');
        const ended: (Error | null)[] = [];
        const handlers: SocketHandlers = {
          connected: () => {},
          data: () => {},
          drained: () => {},
          closed: (error) => void ended.push(error),
          [part]: () => {
            throw boom;
          },
        };
        const address = { host: server.host, port: server.port };
        const socket = openSocket({ address, tls: tls ? { ...clientTls(), servername: 'localhost' } : null, keepAliveMs: 0 }, handlers);
        if (part === 'data') (await until(() => server.connections[0], { everyMs: 1 })).socket.write('+a\r\n');
        if (part === 'drained') (await until(() => server.connections[0] && !socket.connecting && socket, { everyMs: 1 })).emit('drain');
        await until(() => ended.length > 0, { everyMs: 1 });
        assert.deepEqual(ended, [boom]);
      });
    }
  }

  it('tells an error once, with the error', async () => {
    await using server = await FakeServer.start();
    server.refuse();
    const events: (Error | null)[] = [];
    const unused = (): void => assert.fail('nothing connects');
    const address = { host: server.host, port: server.port };
    const handlers = { connected: unused, data: unused, drained: unused, closed: (error: Error | null) => void events.push(error) };
    const socket = openSocket({ address, tls: null, keepAliveMs: 0 }, handlers);
    await new Promise((resolve) => socket.once('close', resolve));
    assert.match(String(events), /ECONNREFUSED/);
    assert.equal(events.length, 1);
  });
});
