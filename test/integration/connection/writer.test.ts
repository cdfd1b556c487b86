import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sinon from 'sinon';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { useRuntime } from '../../../lib/runtime/runtime.js';
import { FakeServer, ok, status } from '../../support/fake-server.js';
import { takeGlobals } from '../../support/fake-time.js';
import { echo, Opened, received } from './opened.js';

describe('the writer of a connection', () => {
  afterEach(() => sinon.restore());

  it('writes all commands of a tick at once', async () => {
    await using server = await FakeServer.start(echo);
    using one = new Opened(server);
    await one.ready;
    const writes = sinon.spy(Socket.prototype, 'write');
    const now = performance.now();
    useRuntime({ performance: { now: () => now } });
    const sent = Array.from({ length: 1_000 }, (_, i) => one.send(['ECHO', `e${i}`]));
    takeGlobals();
    const replies = await Promise.all(sent);
    const ours = writes.thisValues.filter((socket: Socket) => socket.remotePort === server.port);
    assert.equal(ours.length, 1);
    assert.deepEqual(
      replies,
      Array.from({ length: 1_000 }, (_, i) => `e${i}`),
    );
  });

  it('writes what comes in another tick in another write', async () => {
    await using server = await FakeServer.start(echo);
    using one = new Opened(server);
    await one.ready;
    const writes = sinon.spy(Socket.prototype, 'write');
    const first = one.send(['ECHO', '1']);
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, one.send(['ECHO', '2'])]);
    assert.equal(writes.thisValues.filter((socket: Socket) => socket.remotePort === server.port).length, 2);
  });

  it('sends an atomic batch in one piece and settles it with its last reply', async () => {
    await using server = await FakeServer.start(([name]) => {
      if (name === 'MULTI') return ok;
      if (name === 'SET' || name === 'INCR') return status('QUEUED');
      return name === 'EXEC' ? ['OK', 2] : undefined;
    });
    using one = new Opened(server);
    const { call, outcome } = one.owner.make(['EXEC']);
    call.ensureExtras().batch = {
      commands: [
        { spec: command('MULTI'), args: [] },
        { spec: command('SET'), args: ['a', '1'] },
        { spec: command('INCR'), args: ['a'] },
      ],
      replies: [],
    };
    const before = one.send(['PING']);
    one.connection.send(call);
    const after = one.send(['PING']);
    assert.deepEqual(await Promise.all([before, outcome, after]), ['PONG', ['OK', 2], 'PONG']);
    assert.equal(one.owner.usage.commands, 0);
  });

  it('sends ASKING right before a command that wants it, and drops its reply', async () => {
    await using server = await FakeServer.start(echo);
    using one = new Opened(server);
    const { call, outcome } = one.owner.make(['ECHO', 'asked']);
    call.ensureExtras().asking = true;
    const before = one.send(['ECHO', 'before']);
    one.connection.send(call);
    assert.deepEqual(await Promise.all([before, outcome, one.send(['ECHO', 'after'])]), ['before', 'asked', 'after']);
    const names = server.received.map((words) => words.join(' ')).slice(-4);
    assert.deepEqual(names, ['ECHO before', 'ASKING', 'ECHO asked', 'ECHO after']);
  });
});

describe('the writer whose server stops reading', () => {
  afterEach(() => sinon.restore());

  it('keeps commands unwritten, and sends them when it reads again', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const count = 512;
    await using server = await FakeServer.start(([name]) => (name === 'SET' ? ok : undefined));
    using one = new Opened(server);
    await one.ready;
    const writes = sinon.spy(Socket.prototype, 'write');
    const socket = server.connections[0]?.socket;
    socket?.pause();
    const all = Promise.all(Array.from({ length: count }, (_, i) => one.send(['SET', `k${i}`, chunk])));
    await sleep(100);
    const ours = writes.thisValues.filter((each: Socket) => each.remotePort === server.port);
    const queued = ours[0] === undefined ? 0 : (ours[0] as Socket).writableLength;
    assert.ok(queued > 0, 'the kernel takes no more');
    assert.ok(queued < 2 * 1024 * 1024, `${queued} of ${count * chunk.length} bytes wait in the socket`);
    socket?.resume();
    assert.equal((await all).length, count);
    assert.deepEqual(
      received(server, 'SET').map((args) => args.split(' ')[0]),
      Array.from({ length: count }, (_, i) => `k${i}`),
    );
  });
});
