import assert from 'node:assert/strict';
import { AuthError, createClient, type Redis, single } from '../../../lib/index.js';
import { close, error, FakeServer, type Handler, ok, status } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { rejected } from './opened.js';

/** Commands at which a proxy like twemproxy does not close. */
const TAKEN: ReadonlySet<string> = new Set(['PING', 'GET', 'SET', 'AUTH']);
const closing: Handler = ([name = '']) => (TAKEN.has(name) ? (name === 'GET' ? 'value' : name === 'SET' ? ok : undefined) : close);

/** A proxy that answers what it does not know with an error. */
const refusing =
  (unknown: string): Handler =>
  ([name = '']) =>
    TAKEN.has(name) ? (name === 'GET' ? 'value' : name === 'SET' ? ok : undefined) : error(unknown);

describe('a client of a proxy', () => {
  let server: FakeServer;
  let redis: Redis;

  const started = async (handler: Handler, options: Parameters<typeof createClient>[0] & object = {}): Promise<void> => {
    server = await FakeServer.start(handler);
    redis = createClient({ topology: single(server.address), timeoutMs: 2_000, ...options });
    redis.on('error', () => undefined);
  };
  afterEach(async () => {
    redis.destroy();
    await server.stop();
  });

  it('finds out that it closes at HELLO, and then sends nothing but what it takes, on any connection', async () => {
    await started(closing);
    assert.equal(await redis.get('k'), 'value');
    const names = new Set(server.received.map(([name]) => name));
    assert.deepEqual([...names].sort(), ['GET', 'HELLO', 'PING']);
    const before = server.count('HELLO');
    for (const { socket } of server.openConnections) socket.destroy();
    await until(async () => (await redis.get('k')) === 'value');
    assert.equal(server.count('HELLO'), before);
  });

  it('does not take a server that dies at HELLO for one, and gets all it can from it when it is back', async () => {
    let dies = true;
    await started(([name]) => {
      if (name === 'INFO' || name === 'ROLE') return error('ERR no');
      if (name !== 'HELLO' || !dies) return name === 'GET' ? 'value' : undefined;
      dies = false;
      return close;
    });
    assert.equal(await redis.get('k'), 'value');
    assert.ok(server.received.some(([name, sub]) => name === 'CLIENT' && sub === 'INFO'));
  });

  for (const text of ['ERR unknown command', 'ERR unsupported command', "ERR unknown command 'X'", "ERR command 'CLIENT' is not allowed"]) {
    it(`knows one by "${text}", and asks it for no more`, async () => {
      await started(refusing(text));
      await redis.connect();
      assert.equal(await redis.get('k'), 'value');
      assert.equal(server.count('INFO'), 0);
      assert.equal(server.count('ROLE'), 0);
      // A command that we do not know is not asked about.
      await rejected(redis.call('NO.SUCH', 'k'));
      assert.equal(server.count('COMMAND'), 0);
    });
  }

  it('sends one argument of AUTH where no user is given, and SELECT for a database that is not 0', async () => {
    await started(([name]) => (name === 'SELECT' ? ok : closing([name ?? ''], undefined as never)), { password: 'secret', database: 3 });
    await redis.connect();
    const plain = server.connections.at(-1)?.received;
    assert.deepEqual(plain?.slice(0, 2), [
      ['AUTH', 'secret'],
      ['SELECT', '3'],
    ]);
  });

  it('says at what it closes', async () => {
    await started(closing, { database: 3 });
    assert.match((await rejected(redis.connect())).message, /closed it at SELECT, which a proxy may not take/);
    redis.destroy();
    redis = createClient({ topology: single(server.address), username: 'u', password: 'p', timeoutMs: 500 });
    redis.on('error', () => undefined);
    server.handler = (command, connection) => (command[0] === 'AUTH' && command.length > 2 ? close : closing(command, connection));
    assert.match((await rejected(redis.connect())).message, /closed it at AUTH with a user, which a proxy may not take/);
  });

  it('says that credentials are wanted, as predixy and others do', async () => {
    for (const text of ['ERR auth permission deny', 'NOAUTH Authentication required.']) {
      await started(([name]) => (name === 'HELLO' || name === 'CLIENT' ? error('ERR unknown command') : error(text)));
      const wanted = await rejected(redis.connect());
      assert.ok(wanted instanceof AuthError, String(wanted));
      assert.match(wanted.message, /wants credentials and got none/);
      redis.destroy();
      await server.stop();
    }
    await started(() => status('OK'));
  });

  it('sends HELLO alone to an address that it does not know, and all in one write from then on', async () => {
    await started(([name]) => (name === 'GET' ? 'value' : name === 'INFO' || name === 'ROLE' ? error('ERR no') : undefined));
    await redis.connect();
    assert.equal(await redis.get('k'), 'value');
    const [first] = server.connections;
    assert.deepEqual(
      first?.received.slice(0, 2).map(([name, sub]) => `${name} ${sub}`),
      ['HELLO 3', 'CLIENT SETINFO'],
    );
    assert.equal(server.count('PING'), 0);
  });
});
