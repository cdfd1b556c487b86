import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { AuthError, ConnectError, TlsError } from '../../../lib/errors.js';
import { clientTls } from '../../support/certificates.js';
import { close, error, FakeServer, silence } from '../../support/fake-server.js';
import { Stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/wait.js';
import { answering, echo, Opened, received, rejected } from './opened.js';

describe('an attempt to connect', () => {
  it('keeps commands and sends them after the handshake, in order', async () => {
    await using server = await FakeServer.start(echo);
    using one = new Opened(server);
    const replies = Promise.all(['1', '2', '3'].map((text) => one.send(['ECHO', text])));
    assert.deepEqual(await replies, ['1', '2', '3']);
    assert.equal(server.received[0]?.[0], 'HELLO');
    const names = server.received.map(([name]) => name);
    assert.ok(names.indexOf('ECHO') > names.lastIndexOf('CLIENT'), names.join(' '));
  });

  it('reports a server that never answers the handshake when the connect time is up', async () => {
    await using server = await FakeServer.start(() => silence);
    const watch = Stopwatch.start();
    using one = new Opened(server, { connectTimeoutMs: 80 });
    const failed = rejected(one.send(['ECHO', '1']));
    const reason = await one.closed;
    const { tookMs, ownMs } = watch;
    assert.ok(reason instanceof ConnectError);
    assert.equal(reason.node, server.address);
    assert.ok(tookMs >= 75 && ownMs < 400, `${tookMs} ms, ${ownMs} of its own`);
    await failed;
    assert.deepEqual(one.owner.kinds, ['ECHO not-sent']);
  });

  it('reports a port that is not open', async () => {
    await using server = await FakeServer.start();
    server.refuse();
    using one = new Opened(server);
    const failed = rejected(one.send(['ECHO', '1']));
    const reason = await one.closed;
    assert.ok(reason instanceof ConnectError);
    assert.match(reason.message, /^cannot connect to 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
    await failed;
    assert.deepEqual(one.owner.kinds, ['ECHO not-sent']);
  });

  it('reports a host name that does not exist', async () => {
    using one = new Opened({ host: 'no-such-host.invalid', port: 6379 });
    const reason = await one.closed;
    assert.ok(reason instanceof ConnectError);
    assert.match(reason.message, /cannot connect to no-such-host\.invalid:6379: .*(ENOTFOUND|EAI_AGAIN)/);
  });

  it('reports a server that accepts and hangs up', async () => {
    await using server = await FakeServer.start(() => close);
    using one = new Opened(server);
    assert.ok((await one.closed) instanceof ConnectError);
  });

  it('passes on why a server refused the connection', async () => {
    await using server = await FakeServer.start(() => silence);
    using one = new Opened(server);
    await until(() => server.connections.length === 1);
    server.connections[0]?.send(Buffer.from('-ERR max number of clients reached\r\n'));
    server.disconnect();
    const reason = await one.closed;
    assert.ok(reason instanceof ConnectError);
    assert.match(reason.message, /max number of clients reached/);
  });

  it('reports wrong credentials as such', async () => {
    await using server = await FakeServer.start(answering('HELLO', error('WRONGPASS invalid username-password pair or user is disabled.')));
    using one = new Opened(server, { credentials: { password: 'wrong' } });
    const failed = rejected(one.send(['ECHO', '1']));
    assert.ok((await one.closed) instanceof AuthError);
    assert.ok((await failed) instanceof AuthError);
    assert.equal(server.count('ECHO'), 0);
  });

  it('reports credentials that cannot be had', async () => {
    await using server = await FakeServer.start(echo);
    const why = new Error('no token today');
    using one = new Opened(server, { credentials: () => Promise.reject(why) });
    const reason = await one.closed;
    assert.ok(reason instanceof ConnectError);
    assert.match(reason.message, /no token today/);
    assert.equal(reason.cause, why);
  });

  it('asks for fresh credentials and sends them', async () => {
    await using server = await FakeServer.start(echo);
    using one = new Opened(server, { credentials: async () => ({ username: 'app', password: 'token-1' }) });
    await one.ready;
    assert.deepEqual(server.received[0], ['HELLO', '3', 'AUTH', 'app', 'token-1']);
  });

  it('goes on with RESP2 where HELLO is refused', async () => {
    await using server = await FakeServer.start(answering('HELLO', error("ERR unknown command 'HELLO'")));
    using one = new Opened(server, { credentials: { password: 'p' }, database: 3 });
    assert.equal(await one.send(['ECHO', '1']), '1');
    assert.equal(one.connection.server.protocol, 2);
    const names = server.received.map((words) => words.slice(0, 2).join(' '));
    assert.deepEqual(names.slice(names.indexOf('AUTH p')), [
      'AUTH p',
      'CLIENT ID',
      'SELECT 3',
      'CLIENT SETINFO',
      'CLIENT SETINFO',
      'CLIENT INFO',
      'ECHO 1',
    ]);
  });

  it('tells a Valkey server that it follows redirections', async () => {
    const hello = new Map([
      ['server', 'valkey'],
      ['version', '9.0.0'],
      ['proto', '3'],
    ]);
    await using server = await FakeServer.start(answering('HELLO', hello));
    using one = new Opened(server);
    assert.equal(await one.send(['ECHO', '1']), '1');
    assert.deepEqual(received(server, 'CLIENT').at(-1), 'CAPA redirect');
  });
});

describe('an attempt to connect by TLS', () => {
  it('speaks TLS', async () => {
    await using server = await FakeServer.start(echo, { tls: true });
    const { ca } = clientTls();
    using one = new Opened(server, { tls: { ca } });
    assert.equal(await one.send(['ECHO', 'é'.repeat(100_000)]), 'é'.repeat(100_000));
  });

  it('names the host to the server (SNI), unless it is an address or the options say another name', async () => {
    await using server = await FakeServer.start(echo, { tls: true });
    const { ca } = clientTls();
    const named = async (host: string, tls: object): Promise<unknown> => {
      using one = new Opened({ host, port: server.port }, { tls: { ca, checkServerIdentity: () => undefined, ...tls } });
      await one.send(['ECHO', 'x']);
      const socket = server.connections.at(-1)?.socket;
      return socket !== undefined && 'servername' in socket ? socket.servername : assert.fail('no TLS');
    };
    assert.equal(await named('localhost', {}), 'localhost');
    assert.equal(await named('127.0.0.1', {}), false);
    assert.equal(await named('127.0.0.1', { servername: 'sentinels.example' }), 'sentinels.example');
  });

  it('refuses a certificate that no authority vouches for', async () => {
    await using server = await FakeServer.start(echo, { tls: true });
    using one = new Opened(server, { tls: {} });
    const reason = await one.closed;
    assert.ok(reason instanceof TlsError);
    assert.match(reason.message, /certificate|self.signed/i);
    assert.equal(server.received.length, 0);
  });

  it('resumes the session of an earlier connection to that node with those options', async () => {
    await using server = await FakeServer.start(echo, { tls: true });
    const { ca } = clientTls();
    const tls = { ca };
    const reused: unknown[] = [];
    for (const options of [tls, tls, tls, { ca }]) {
      using one = new Opened(server, { tls: options });
      assert.equal(await one.send(['ECHO', 'x']), 'x');
      const socket = server.connections.at(-1)?.socket as TLSSocket | undefined;
      reused.push(socket?.isSessionReused());
    }
    assert.deepEqual(reused, [false, true, true, false]);
  });

  it('reports TLS to a server without it', async () => {
    await using server = await FakeServer.start(() => Buffer.from('-ERR what\r\n'));
    server.handler = () => close;
    using one = new Opened(server, { tls: {}, connectTimeoutMs: 300 });
    assert.ok((await one.closed) instanceof ConnectError);
    const answered = createServer((socket) => socket.resume().end('-ERR Protocol error\r\n'));
    await new Promise<void>((resolve) => answered.listen(0, '127.0.0.1', resolve));
    const { port } = answered.address() as AddressInfo;
    using other = new Opened({ host: '127.0.0.1', port }, { tls: {} });
    const reason = await other.closed;
    assert.ok(reason instanceof TlsError);
    assert.match(reason.message, /does this port speak TLS\?$/);
    await new Promise((resolve) => answered.close(resolve));
  });
});
