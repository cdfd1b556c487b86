import assert from 'node:assert/strict';
import { ConnectionLostError, IntegerRangeError, ProtocolError, ReplyError, ReplyTooLargeError } from '../../../lib/errors.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { error, FakeServer, ok, pieces } from '../../support/fake-server.js';
import { encodeReply } from '../../support/resp.js';
import { answering, echo, Opened, rejected } from './opened.js';

describe('the reader of a connection', () => {
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

  it('ignores pushes without a listener', async () => {
    await using server = await FakeServer.start((words, connection) => {
      if (words[0] === 'ECHO') connection.send(Buffer.from('>2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n'));
      return echo(words, connection);
    });
    using one = new Opened(server, {}, false);
    assert.deepEqual(await Promise.all([one.send(['ECHO', '1']), one.send(['ECHO', '2'])]), ['1', '2']);
  });

  it('hands pushes to the listener, apart from the replies', async () => {
    await using server = await FakeServer.start((words, connection) => {
      if (words[0] === 'ECHO') connection.send(Buffer.from('>3\r\n+message\r\n$1\r\nc\r\n$1\r\nm\r\n'));
      return echo(words, connection);
    });
    using one = new Opened(server);
    assert.equal(await one.send(['ECHO', '1']), '1');
    assert.deepEqual(one.pushes, [['message', 'c', 'm']]);
  });

  it('hands an atomic batch whose last reply is an error back once, with the replies before it', async () => {
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

  for (const [name, garbage] of [
    ['no RESP at all', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a length that cannot be', '$-7\r\n'],
  ] as const) {
    it(`closes the connection on ${name} and loses what was in flight`, async () => {
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

  it('closes the connection on a reply beyond the limits and rejects its command for good, because the next one would fare no better', async () => {
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

  it('closes the connection on a reply that no command asked for', async () => {
    await using server = await FakeServer.start(echo);
    using one = new Opened(server);
    await one.ready;
    server.connections[0]?.send('surprise');
    const reason = await one.closed;
    assert.ok(reason instanceof ConnectionLostError);
    assert.match(reason.message, /sent a reply that no command asked for/);
  });
});
