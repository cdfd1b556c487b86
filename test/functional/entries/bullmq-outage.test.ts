import assert from 'node:assert/strict';
import { type BullConnection, createBullConnection } from '../../../lib/entries/bullmq/index.js';
import { createClient, single } from '../../../lib/index.js';
import { Server } from '../../support/server.js';
import { chosenKinds } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

const MARKER = '{bull}:mails:marker';
const NAME = `{bull}:${Buffer.from('mails').toString('base64')}`;
const CLOSED = 'Connection is closed.';

describe('a connection for BullMQ whose servers are away', function () {
  this.timeout(60_000);
  let server: Server;
  let connection: BullConnection;
  let worker: BullConnection;
  /** What was told, in order. */
  let told: string[];

  before(function () {
    if (!chosenKinds().includes('single')) this.skip();
  });
  beforeEach(async () => {
    told = [];
    server = await Server.start();
    connection = createBullConnection({ topology: single(server.address) });
    worker = connection.duplicate({ connectionName: NAME });
    worker.on('error', () => told.push('error'));
    worker.on('end', () => told.push('end'));
    connection.on('error', () => {});
    await worker.connect();
  });
  afterEach(async () => {
    connection?.disconnect();
    worker?.disconnect();
    await server?.stop();
  });

  /** Has a worker wait for a job, on the server. */
  const block = async (): Promise<void> => {
    worker.bzpopmin(MARKER, 60).then(
      (element) => told.push(`popped ${element}`),
      ({ message }) => told.push(message),
    );
    await until(async () => /cmd=bzpopmin/.test(await connection.clientList()), { what: 'it blocks', timeoutMs: 20_000 });
  };

  it('blocks until there is one, or until it is closed', async () => {
    await block();
    await server.kill();
    // Its own connection is lost before the server is found to be away.
    await until(() => told.includes('error'), { what: 'the server is away', timeoutMs: 20_000 });
    assert.deepEqual([...new Set(told.splice(0))], ['error']);
    worker.disconnect();
    await until(() => told.length === 2, { what: 'it has ended' });
    assert.deepEqual(told.splice(0).sort(), [CLOSED, 'end']);
    const again = worker.connect();
    await server.restart();
    await again;
    await block();
    await server.kill();
    await server.restart();
    await until(() => told.includes('popped null'), { what: 'it has looked', timeoutMs: 20_000 });
  });

  it('asks again what was lost on the way, as a queue that begins does', async () => {
    server.pause();
    const answers = [connection.info(), connection.clientList(), worker.info()];
    await new Promise((resolve) => setImmediate(resolve));
    await server.kill();
    await server.restart();
    const [info, list] = await Promise.all(answers);
    assert.match(info ?? '', /redis_version:/);
    assert.match(list ?? '', /^id=/);
  });

  it('tells of no error while it ends', async () => {
    await block();
    server.pause();
    try {
      const errors = new Promise((resolve) => connection.once('error', resolve));
      worker.disconnect();
      void connection.get('a').catch(() => {});
      await errors;
      await until(() => told.includes('end') && told.includes(CLOSED), { what: 'it has ended', timeoutMs: 20_000 });
      assert.equal(told.length, 2, told.join());
    } finally {
      server.resume();
    }
  });
});

describe('a connection for BullMQ whose client the program closes', () => {
  it('ends, and opens no more', async function () {
    if (!chosenKinds().includes('single')) this.skip();
    const server = await Server.start();
    try {
      const redis = createClient({ topology: single(server.address) });
      const connection = createBullConnection(redis);
      const worker = connection.duplicate({ connectionName: NAME });
      await Promise.all([connection.connect(), worker.connect()]);
      const popped = worker.bzpopmin(MARKER, 60);
      const ended = Promise.all([connection, worker].map((each) => new Promise((resolve) => each.once('end', resolve))));
      await Promise.all([redis.close(), assert.rejects(popped, { message: CLOSED }), ended]);
      for (const each of [connection, worker, createBullConnection(redis)]) {
        await assert.rejects(each.connect(), { name: 'ClosedError', message: CLOSED });
        await assert.rejects(each.get('a'), { message: CLOSED });
        await until(() => each.status === 'end', { what: 'it has ended' });
        assert.equal(await each.quit(), 'OK');
      }
    } finally {
      await server.stop();
    }
  });
});
