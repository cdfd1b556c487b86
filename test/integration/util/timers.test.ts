import assert from 'node:assert/strict';
import { TimeoutError } from '../../../lib/index.js';
import { FakeServer, silence } from '../../support/fake-server.js';
import { fakeTimeOfProgram } from '../../support/fake-time.js';
import { assertNoPendingCommands, clientOf, single } from '../client/scripted.js';

describe('timers that a program fakes', () => {
  let server: FakeServer;
  let time: ReturnType<typeof fakeTimeOfProgram> | undefined;

  beforeEach(async () => {
    server = await FakeServer.start(single(([name, key]) => (name !== 'GET' ? undefined : key === 'hung' ? silence : 'value')));
  });

  afterEach(async () => {
    time?.restore();
    for (const { socket } of server.openConnections) socket.destroy();
    await assertNoPendingCommands();
    await server.stop();
  });

  it('stop neither commands nor deadlines of a client that is connected', async () => {
    const redis = clientOf(server);
    await redis.connect();
    time = fakeTimeOfProgram();
    assert.equal(await redis.get('key'), 'value');
    await assert.rejects(redis.with({ timeoutMs: 30 }).get('hung'), TimeoutError);
  });

  it('stop neither connecting nor reconnecting', async () => {
    // Node opens sockets by `process.nextTick`, which cannot be had back from a program that fakes it.
    time = fakeTimeOfProgram({ toNotFake: ['nextTick', 'queueMicrotask'] });
    const redis = clientOf(server);
    assert.equal(await redis.get('key'), 'value');
    server.refuse();
    for (const { socket } of server.openConnections) socket.destroy();
    const waiting = redis.get('key');
    await server.listen();
    assert.equal(await waiting, 'value');
  });
});
