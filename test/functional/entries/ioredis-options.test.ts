import assert from 'node:assert/strict';
import { once } from 'node:events';
import Redis, { type RedisOptions } from '../../../lib/entries/ioredis/index.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/wait.js';

/** Forms of the constructor that lead to the server. */
const FORMS: Readonly<Record<string, (server: Server) => ConstructorParameters<typeof Redis>>> = {
  'a port and options': ({ port }) => [port, { password: 'secret' }],
  'a port, a host and options': ({ port }) => [port, '127.0.0.1', { password: 'secret' }],
  'options with text': ({ port }) => [{ port: String(port), password: 'secret', db: '1' } as unknown as RedisOptions],
  'a URL': ({ port }) => [`redis://:secret@127.0.0.1:${port}/2`],
  'a URL with a user': ({ port }) => [`redis://default:secret@127.0.0.1:${port}`],
  'the path of a socket file': ({ socketPath }) => [String(socketPath), { password: 'secret' }],
  'the option path': ({ socketPath }) => [{ path: String(socketPath), password: 'secret' }],
  'a URL with TLS': ({ tlsPort }) => [`rediss://:secret@127.0.0.1:${tlsPort}`, { tls: { rejectUnauthorized: false } }],
  'the option tls': ({ tlsPort }) => [{ port: Number(tlsPort), password: 'secret', tls: { rejectUnauthorized: false } }],
};

describe('options of an ioredis object', () => {
  let server: Server;
  const open: Redis[] = [];
  const client = (...args: ConstructorParameters<typeof Redis>): Redis => {
    const own = new Redis(...args);
    open.push(own);
    return own;
  };

  before(async () => {
    server = await Server.start({ tls: true, unixSocket: true, password: 'secret', shared: true });
  });
  afterEach(async () => {
    for (const one of open) one.disconnect();
    for (const one of open.splice(0)) await until(() => one.status === 'end');
  });

  for (const [title, form] of Object.entries(FORMS)) {
    it(`lead to the server: ${title}`, async () => {
      const redis = client(...form(server));
      assert.equal(await redis.ping(), 'PONG');
      assert.match(String(await redis.client('INFO')), new RegExp(` db=${redis.options.db} `));
    });
  }

  it('are kept by a duplicate, those that it is given aside', async () => {
    const redis = client({ port: server.port, password: 'secret', keyPrefix: 'p:', connectionName: 'ada' });
    assert.match(String(await redis.client('INFO')), / name=ada /);
    const duplicate = redis.duplicate({ db: 3, connectionName: 'bob' });
    open.push(duplicate);
    await duplicate.set('a', '1');
    assert.match(String(await duplicate.client('INFO')), / name=bob .* db=3 /);
    assert.deepEqual(await duplicate.keys('*'), ['p:a']);
    await duplicate.flushdb();
  });

  it('warn once of what cannot be honoured, and of what nobody knows', async () => {
    const given = { port: server.port, password: 'secret', lazyConnect: true, Connector: Object, hots: 'a' } as RedisOptions;
    const warnings: Error[] = [];
    const hear = (warning: Error): number => warnings.push(warning);
    process.on('warning', hear);
    const first = once(process, 'warning');
    for (let time = 0; time < 2; time++) client(given);
    await first;
    await new Promise(setImmediate);
    process.off('warning', hear);
    assert.deepEqual(
      warnings.map(({ message }) => message.replace(/:[^:]*$/, '')),
      ['slotwise/ioredis: Connector', 'slotwise/ioredis: hots'],
    );
    assert.ok(warnings.every((warning) => 'code' in warning && warning.code === 'SLOTWISE_OPTION'));
  });

  it('bound the time of a command', async () => {
    const redis = client({ port: server.port, password: 'secret', commandTimeout: 100 });
    await redis.ping();
    server.pause();
    try {
      await assert.rejects(redis.get('a'), { name: 'Error', message: 'Command timed out' });
    } finally {
      server.resume();
    }
  });
});
