import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sinon from 'sinon';
import {
  AuthError,
  ConnectError,
  ConnectionLostError,
  IntegerRangeError,
  ProtocolError,
  ReplyError,
  ReplyTooLargeError,
  SlotwiseError,
  TimeoutError,
} from '../../../lib/errors.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { clientTls } from '../../support/certificates.js';
import { close, error, FakeServer, type Handler, ok, pieces, reset, silence, status } from '../../support/fake-server.js';
import { encodeReply } from '../../support/resp.js';
import { until } from '../../support/wait.js';
import { Opened } from './opened.js';

/** Answers ECHO with its argument; the handshake by the defaults. */
const echo: Handler = ([name, arg]) => (name === 'ECHO' ? (arg ?? '') : undefined);
const answering =
  (name: string, answer: ReturnType<Handler>): Handler =>
  (words, connection) =>
    words[0] === name ? answer : echo(words, connection);

const rejected = async (promise: Promise<unknown>): Promise<SlotwiseError> => {
  const result: unknown = await promise.then(
    (value) => assert.fail(`resolved with ${String(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(result instanceof SlotwiseError, String(result));
  return result;
};

const received = (server: FakeServer, name: string): string[] =>
  server.received.filter(([first]) => first === name).map((words) => words.slice(1).join(' '));

describe('a connection', () => {
  afterEach(() => sinon.restore());

  describe('that is ready', () => {
    it('writes all commands of a tick at once', async () => {
      await using server = await FakeServer.start(echo);
      using one = new Opened(server);
      await one.ready;
      const writes = sinon.spy(Socket.prototype, 'write');
      const replies = await Promise.all(Array.from({ length: 1_000 }, (_, i) => one.send(['ECHO', `e${i}`])));
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

    it('gives replies to the commands in their order, however the bytes are cut', async () => {
      await using server = await FakeServer.start(([name, arg]) => (name === 'ECHO' ? pieces(encodeReply(arg ?? ''), 1, 0) : undefined));
      using one = new Opened(server);
      const replies = await Promise.all(['a', 'bb', '', 'dddd', '\r\n'].map((text) => one.send(['ECHO', text])));
      assert.deepEqual(replies, ['a', 'bb', '', 'dddd', '\r\n']);
    });

    it('takes a reply of 32 MiB', async () => {
      const text = 'x'.repeat(32 * 1024 * 1024);
      await using server = await FakeServer.start(answering('GET', text));
      using one = new Opened(server);
      const [huge, next] = await Promise.all([one.send(['GET', 'k']), one.send(['ECHO', 'next'])]);
      assert.equal(String(huge).length, text.length);
      assert.equal(next, 'next');
    });

    it('rejects a command whose reply is an error, and only that', async () => {
      await using server = await FakeServer.start(answering('GET', error('WRONGTYPE not a string')));
      using one = new Opened(server);
      const [wrong, next] = await Promise.all([rejected(one.send(['GET', 'k'])), one.send(['ECHO', 'next'])]);
      assert.ok(wrong instanceof ReplyError);
      assert.equal(wrong.code, 'WRONGTYPE');
      assert.deepEqual([wrong.executed, wrong.node, wrong.command], ['yes', server.address, 'GET']);
      assert.equal(next, 'next');
    });

    it('rejects only the command whose decoder throws', async () => {
      await using server = await FakeServer.start(echo);
      using one = new Opened(server);
      const broken = new Error('decoder');
      const decode = (): never => {
        throw broken;
      };
      const results = await Promise.allSettled([one.send(['ECHO', '1']), one.send(['ECHO', '2'], { decode }), one.send(['ECHO', '3'])]);
      assert.deepEqual(results, [
        { status: 'fulfilled', value: '1' },
        { status: 'rejected', reason: broken },
        { status: 'fulfilled', value: '3' },
      ]);
      assert.equal(one.owner.usage.commands, 0);
    });

    it('rejects only the command whose integer is beyond 2^53', async () => {
      await using server = await FakeServer.start(answering('INCR', 2n ** 60n));
      using one = new Opened(server);
      const [beyond, next] = await Promise.all([rejected(one.send(['INCR', 'k'])), one.send(['ECHO', 'next'])]);
      assert.ok(beyond instanceof IntegerRangeError);
      assert.equal(beyond.value, 2n ** 60n);
      assert.equal(next, 'next');
      assert.equal(one.owner.usage.commands, 0);
    });

    it('ignores pushes nobody listens to', async () => {
      await using server = await FakeServer.start((words, connection) => {
        if (words[0] === 'ECHO') connection.send(Buffer.from('>2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n'));
        return echo(words, connection);
      });
      using one = new Opened(server, {}, false);
      assert.deepEqual(await Promise.all([one.send(['ECHO', '1']), one.send(['ECHO', '2'])]), ['1', '2']);
    });

    it('hands pushes to who listens, apart from the replies', async () => {
      await using server = await FakeServer.start((words, connection) => {
        if (words[0] === 'ECHO') connection.send(Buffer.from('>3\r\n+message\r\n$1\r\nc\r\n$1\r\nm\r\n'));
        return echo(words, connection);
      });
      using one = new Opened(server);
      assert.equal(await one.send(['ECHO', '1']), '1');
      assert.deepEqual(one.pushes, [['message', 'c', 'm']]);
    });

    it('sends a unit in one piece and settles it with its last reply', async () => {
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

    it('hands a unit whose last reply is an error back once, with the replies before it', async () => {
      await using server = await FakeServer.start(([name]) => {
        if (name === 'MULTI') return ok;
        if (name === 'SET') return error('MOVED 1 h:1');
        return name === 'EXEC' ? error('EXECABORT Transaction discarded') : undefined;
      });
      using one = new Opened(server);
      const { call, outcome } = one.owner.make(['EXEC']);
      const commands = [
        { spec: command('MULTI'), args: [] },
        { spec: command('SET'), args: ['a', '1'] },
      ];
      call.ensureExtras().batch = { commands, replies: [] };
      one.connection.send(call);
      assert.equal((await rejected(outcome)).code, 'EXECABORT');
      assert.deepEqual(one.owner.kinds, ['EXEC error-reply']);
      assert.equal(String(call.batch?.replies[1]), 'ReplyError: MOVED 1 h:1');
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

  describe('that is not ready yet', () => {
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
      using one = new Opened(server, { connectTimeoutMs: 80 });
      const started = performance.now();
      const failed = rejected(one.send(['ECHO', '1']));
      const reason = await one.closed;
      const tookMs = performance.now() - started;
      assert.ok(reason instanceof ConnectError);
      assert.equal(reason.node, server.address);
      assert.ok(tookMs >= 75 && tookMs < 400, `${tookMs} ms`);
      await failed;
      assert.deepEqual(one.owner.kinds, ['ECHO not-sent']);
    });

    it('reports a port where nobody listens', async () => {
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
      await using server = await FakeServer.start(
        answering('HELLO', error('WRONGPASS invalid username-password pair or user is disabled.')),
      );
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
      assert.deepEqual(names.slice(names.indexOf('AUTH p')), ['AUTH p', 'SELECT 3', 'CLIENT SETINFO', 'CLIENT SETINFO', 'ECHO 1']);
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

  describe('with callers who gave up', () => {
    it('never writes a command that timed out before the handshake ended', async () => {
      let answer = (): void => {};
      const waits = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await using server = await FakeServer.start(async (words, connection) => {
        if (words[0] === 'HELLO') await waits;
        return echo(words, connection);
      });
      using one = new Opened(server);
      const late = await rejected(one.send(['ECHO', 'late'], { timeoutMs: 30 }));
      assert.ok(late instanceof TimeoutError);
      assert.equal(late.executed, 'no');
      assert.match(late.message, /^ECHO timed out: 127\.0\.0\.1:\d+ has not finished the connection's handshake$/);
      answer();
      assert.equal(await one.send(['ECHO', 'next']), 'next');
      assert.deepEqual(received(server, 'ECHO'), ['next']);
      assert.equal(one.owner.usage.commands, 0);
    });

    it('never writes a command that was settled in the tick of its write', async () => {
      await using server = await FakeServer.start(echo);
      using one = new Opened(server);
      await one.ready;
      const { call } = one.owner.make(['ECHO', 'given up']);
      one.connection.send(call);
      call.fail(new Error('aborted'));
      assert.equal(await one.send(['ECHO', 'next']), 'next');
      assert.deepEqual(received(server, 'ECHO'), ['next']);
      assert.equal(one.owner.usage.commands, 0);
    });

    it('does not bring a command that was settled before back to life', async () => {
      await using server = await FakeServer.start(echo);
      using one = new Opened(server);
      await one.ready;
      const { call } = one.owner.make(['ECHO', 'given up']);
      call.fail(new Error('aborted'));
      one.connection.send(call);
      assert.equal(await one.send(['ECHO', 'next']), 'next');
      assert.deepEqual(received(server, 'ECHO'), ['next']);
      assert.equal(one.owner.usage.commands, 0);
    });

    it('drops a late reply and keeps the others with their commands', async () => {
      await using server = await FakeServer.start(async (words, connection) => {
        if (words[1] === 'slow') await sleep(80);
        return echo(words, connection);
      });
      using one = new Opened(server);
      await one.ready;
      const slow = rejected(one.send(['ECHO', 'slow'], { timeoutMs: 30 }));
      const next = one.send(['ECHO', 'next']);
      const late = await slow;
      assert.ok(late instanceof TimeoutError);
      assert.equal(late.executed, 'unknown');
      assert.match(late.message, /^ECHO timed out: no reply from 127\.0\.0\.1:\d+$/);
      assert.equal(await next, 'next');
      assert.equal(await one.send(['ECHO', 'another']), 'another');
      assert.equal(one.owner.usage.commands, 0);
    });

    it('drops a late error the same way', async () => {
      await using server = await FakeServer.start(async (words, connection) => {
        if (words[0] !== 'GET') return echo(words, connection);
        await sleep(60);
        return error('LOADING');
      });
      using one = new Opened(server);
      await one.ready;
      const slow = rejected(one.send(['GET', 'k'], { timeoutMs: 20 }));
      const next = one.send(['ECHO', 'next']);
      assert.ok((await slow) instanceof TimeoutError);
      assert.equal(await next, 'next');
      assert.equal(one.owner.usage.commands, 0);
    });

    it('rejects them within about 10 ms of their deadline', async () => {
      await using server = await FakeServer.start(([name]) => (name === 'ECHO' ? silence : undefined));
      using one = new Opened(server);
      await one.ready;
      const started = performance.now();
      const lates = await Promise.all(
        [20, 60, 100, 140].map(async (timeoutMs) => {
          await rejected(one.send(['ECHO', 'x'], { timeoutMs }));
          return performance.now() - started - timeoutMs;
        }),
      );
      // The least of them, because a machine that is busy with something else may be late by any time.
      assert.ok(Math.min(...lates) < 25, lates.join(', '));
      assert.ok(
        lates.every((late) => late > -1),
        lates.join(', '),
      );
    });
  });

  describe('that breaks', () => {
    for (const [name, garbage] of [
      ['no RESP at all', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
      ['a length that cannot be', '$-7\r\n'],
    ] as const) {
      it(`closes on ${name} and loses what was in flight`, async () => {
        await using server = await FakeServer.start(answering('GET', Buffer.from(garbage)));
        using one = new Opened(server);
        await one.ready;
        const results = [one.send(['ECHO', '1']), rejected(one.send(['GET', 'k'])), rejected(one.send(['ECHO', '2']))];
        const reason = await one.closed;
        assert.ok(reason instanceof ConnectionLostError);
        assert.ok(reason.cause instanceof ProtocolError, String(reason.cause));
        assert.equal(await results[0], '1');
        await Promise.all(results);
        assert.deepEqual(one.owner.kinds, ['GET connection-lost', 'ECHO connection-lost']);
        assert.equal(one.owner.usage.commands, 0);
        assert.equal(one.connection.state, 'closed');
      });
    }

    it('closes on a reply beyond the limits and rejects its command for good, because the next connection would fare no better', async () => {
      await using server = await FakeServer.start(answering('GET', Buffer.from('*99999999999\r\n')));
      using one = new Opened(server);
      await one.ready;
      const refused = rejected(one.send(['GET', 'k']));
      const lost = rejected(one.send(['ECHO', '2']));
      const reason = await one.closed;
      assert.ok(reason instanceof ConnectionLostError && reason.cause instanceof ReplyTooLargeError, String(reason));
      assert.ok((await refused) instanceof ReplyTooLargeError);
      await lost;
      assert.deepEqual(one.owner.kinds, ['ECHO connection-lost']);
      assert.equal(one.owner.usage.commands, 0);
    });

    it('closes on a reply nobody asked for', async () => {
      await using server = await FakeServer.start(echo);
      using one = new Opened(server);
      await one.ready;
      server.connections[0]?.send('surprise');
      const reason = await one.closed;
      assert.ok(reason instanceof ConnectionLostError);
      assert.match(reason.message, /sent a reply that no command asked for/);
    });

    for (const [name, how] of [
      ['FIN', close],
      ['RST', reset],
    ] as const) {
      it(`reports what was in flight as lost after a ${name}`, async () => {
        await using server = await FakeServer.start(answering('GET', how));
        using one = new Opened(server);
        await one.ready;
        const failed = [rejected(one.send(['GET', 'k'])), rejected(one.send(['ECHO', '1']))];
        const reason = await one.closed;
        assert.ok(reason instanceof ConnectionLostError);
        assert.equal(reason.node, server.address);
        await Promise.all(failed);
        assert.deepEqual(one.owner.kinds, ['GET connection-lost', 'ECHO connection-lost']);
        assert.equal(one.closedTimes, 1);
        assert.equal(one.owner.usage.commands, 0);
      });
    }

    it('hands a unit back once, however many replies it waits for', async () => {
      await using server = await FakeServer.start(([name]) => (name === 'MULTI' ? ok : name === 'SET' ? close : undefined));
      using one = new Opened(server);
      const { call, outcome } = one.owner.make(['EXEC']);
      const set = { spec: command('SET'), args: ['a', '1'] };
      call.ensureExtras().batch = { commands: [{ spec: command('MULTI'), args: [] }, set, set], replies: [] };
      one.connection.send(call);
      await rejected(outcome);
      assert.deepEqual(one.owner.kinds, ['EXEC connection-lost']);
    });
  });

  describe('whose server stops reading', () => {
    const chunk = 'x'.repeat(64 * 1024);
    const count = 512;

    it('keeps commands unwritten, and sends them when it reads again', async () => {
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

    it('tells lost commands from unwritten ones when it breaks', async () => {
      await using server = await FakeServer.start(([name]) => (name === 'SET' ? ok : undefined));
      using one = new Opened(server);
      await one.ready;
      server.connections[0]?.socket.pause();
      const all = Promise.allSettled(Array.from({ length: count }, (_, i) => one.send(['SET', `k${i}`, chunk])));
      await sleep(100);
      server.connections[0]?.send(Buffer.from('?garbage\r\n'));
      await all;
      const lost = one.owner.kinds.filter((kind) => kind === 'SET connection-lost').length;
      const unwritten = one.owner.kinds.filter((kind) => kind === 'SET not-sent').length;
      assert.ok(lost > 0 && unwritten > 0, `${lost} lost, ${unwritten} unwritten`);
      assert.equal(lost + unwritten, count);
      assert.equal(one.owner.kinds.indexOf('SET not-sent'), lost, 'in order');
      assert.equal(one.owner.usage.commands, 0);
    });

    it('gives its unwritten commands to who asks for them', async () => {
      await using server = await FakeServer.start(echo);
      using one = new Opened(server);
      const calls = ['1', '2', '3'].map((text) => one.owner.make(['ECHO', text]).call);
      for (const call of calls) one.connection.send(call);
      assert.deepEqual(one.connection.takeUnwritten(), calls);
      await one.ready;
      assert.equal(await one.send(['ECHO', 'next']), 'next');
      assert.deepEqual(received(server, 'ECHO'), ['next']);
    });
  });

  describe('that is closed', () => {
    it('answers what it accepted, and takes no more', async () => {
      await using server = await FakeServer.start(async (words, connection) => {
        if (words[0] === 'ECHO') await sleep(20);
        return echo(words, connection);
      });
      const one = new Opened(server);
      await one.ready;
      const accepted = [one.send(['ECHO', '1']), one.send(['ECHO', '2'])];
      const closed = one.connection.close();
      const refused = rejected(one.send(['ECHO', '3']));
      assert.equal((await refused).code, 'ERR_CLOSED');
      assert.deepEqual(one.owner.kinds, ['ECHO not-sent']);
      assert.deepEqual(await Promise.all(accepted), ['1', '2']);
      await closed;
      assert.equal(await one.closed, null);
      assert.equal(one.connection.state, 'closed');
    });

    it('closes at once when there is nothing to answer', async () => {
      await using server = await FakeServer.start(echo);
      const one = new Opened(server);
      await one.ready;
      await one.connection.close();
      assert.equal(await one.closed, null);
      await until(() => server.openConnections.length === 0);
    });

    it('while it opens with commands waiting, answers them first', async () => {
      await using server = await FakeServer.start(echo);
      const one = new Opened(server);
      const accepted = one.send(['ECHO', '1']);
      await one.connection.close();
      assert.equal(await accepted, '1');
      assert.equal(await one.closed, null);
    });

    it('while it opens without commands, just ends', async () => {
      await using server = await FakeServer.start(echo);
      const one = new Opened(server);
      await one.connection.close();
      assert.equal(await one.closed, null);
    });

    it('can be closed again and again', async () => {
      await using server = await FakeServer.start(echo);
      const one = new Opened(server);
      await one.ready;
      await Promise.all([one.connection.close(), one.connection.close()]);
      await one.connection.close();
      one.connection.destroy(null);
      assert.equal(one.closedTimes, 1);
    });

    it('settles `close` also when the connection breaks meanwhile', async () => {
      await using server = await FakeServer.start(answering('GET', close));
      const one = new Opened(server);
      await one.ready;
      const failed = rejected(one.send(['GET', 'k']));
      await one.connection.close();
      assert.ok((await failed) instanceof ConnectionLostError);
      assert.ok((await one.closed) instanceof ConnectionLostError);
    });

    it('by destroy(), does not wait: what was written is lost, the rest goes back', async () => {
      await using server = await FakeServer.start(([name]) => (name === 'ECHO' ? silence : undefined));
      const one = new Opened(server);
      await one.ready;
      const written = rejected(one.send(['ECHO', '1']));
      await until(() => server.count('ECHO') === 1);
      const unwritten = rejected(one.send(['ECHO', '2']));
      one.connection.destroy(new ConnectionLostError('enough'));
      await Promise.all([written, unwritten]);
      assert.deepEqual(one.owner.kinds, ['ECHO connection-lost', 'ECHO not-sent']);
      assert.equal(one.owner.usage.commands, 0);
    });
  });

  describe('of another kind', () => {
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

    it('refuses a certificate nobody vouches for', async () => {
      await using server = await FakeServer.start(echo, { tls: true });
      using one = new Opened(server, { tls: {} });
      const reason = await one.closed;
      assert.ok(reason instanceof ConnectError);
      assert.match(reason.message, /certificate|self.signed/i);
      assert.equal(server.received.length, 0);
    });

    it('reports TLS to a server without it', async () => {
      await using server = await FakeServer.start(() => Buffer.from('-ERR what\r\n'));
      server.handler = () => close;
      using one = new Opened(server, { tls: {}, connectTimeoutMs: 300 });
      assert.ok((await one.closed) instanceof ConnectError);
    });
  });
});
