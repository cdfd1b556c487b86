import assert from 'node:assert/strict';
import { TimeoutError } from '../../../lib/errors.js';
import { error, FakeServer, silence } from '../../support/fake-server.js';
import { Stopwatch } from '../../support/stopwatch.js';
import { closedGate } from '../../support/wait.js';
import { echo, Opened, received, rejected } from './opened.js';

describe('a call that is settled before its reply', () => {
  it('is never written if it timed out before the handshake ended', async () => {
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

  it('is never written if it was settled in the tick of its write', async () => {
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

  it('stays settled if it was settled before it was sent', async () => {
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

  it('has its late reply dropped, and the others keep theirs', async () => {
    const gate = closedGate();
    await using server = await FakeServer.start(async (words, connection) => {
      if (words[1] === 'slow') await gate.opened;
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
    gate.open();
    assert.equal(await next, 'next');
    assert.equal(await one.send(['ECHO', 'another']), 'another');
    assert.equal(one.owner.usage.commands, 0);
  });

  it('has its late error dropped as well', async () => {
    const gate = closedGate();
    await using server = await FakeServer.start(async (words, connection) => {
      if (words[0] !== 'GET') return echo(words, connection);
      await gate.opened;
      return error('LOADING');
    });
    using one = new Opened(server);
    await one.ready;
    const slow = rejected(one.send(['GET', 'k'], { timeoutMs: 20 }));
    const next = one.send(['ECHO', 'next']);
    assert.ok((await slow) instanceof TimeoutError);
    gate.open();
    assert.equal(await next, 'next');
    assert.equal(one.owner.usage.commands, 0);
  });

  it('is rejected within about 10 ms of its deadline', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'ECHO' ? silence : undefined));
    using one = new Opened(server);
    await one.ready;
    const watch = Stopwatch.start();
    const lates = await Promise.all(
      [20, 60, 100, 140].map(async (timeoutMs) => {
        await rejected(one.send(['ECHO', 'x'], { timeoutMs }));
        return { lateMs: watch.tookMs - timeoutMs, ownMs: watch.ownMs - timeoutMs };
      }),
    );
    const text = JSON.stringify(lates);
    // The least of them, because a machine that is busy with something else may be late by any time.
    assert.ok(Math.min(...lates.map(({ ownMs }) => ownMs)) < 25, text);
    assert.ok(
      lates.every(({ lateMs }) => lateMs > -1),
      text,
    );
  });
});
