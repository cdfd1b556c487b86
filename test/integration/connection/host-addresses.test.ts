import assert from 'node:assert/strict';
import dns from 'node:dns';
import { createServer, type Server, type Socket } from 'node:net';
import sinon from 'sinon';
import { FakeServer } from '../../support/fake-server.js';
import { echo, Opened } from './opened.js';

describe('a host name with two addresses', () => {
  let server: FakeServer;
  let hung: Server;
  let hungConnections: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = await FakeServer.start(echo);
    hungConnections = 0;
    hung = createServer((socket) => {
      hungConnections++;
      sockets.push(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => hung.listen(server.port, '127.0.0.2', resolve));
    sinon.stub(dns, 'lookup').callsFake(((_: string, __: object, callback: (error: null, found: object[]) => void) =>
      callback(null, [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ])) as typeof dns.lookup);
  });

  afterEach(async () => {
    sinon.restore();
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => hung.close(resolve));
    await server.stop();
  });

  it('leads to the second one after an attempt at which the first took the connection and said nothing', async () => {
    const address = { host: 'two.example', port: server.port };
    {
      using first = new Opened(address, { connectTimeoutMs: 100 });
      assert.match(String(await first.closed), /did not finish the connection's handshake in 100 ms/);
    }
    assert.equal(hungConnections, 1);
    for (let n = 0; n < 2; n++) {
      using next = new Opened(address, { connectTimeoutMs: 5_000 });
      assert.equal(await next.send(['ECHO', '1']), '1');
    }
    assert.equal(hungConnections, 1);
  });
});
