import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLostError } from '../../../lib/errors.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { TICK_MS } from '../../../lib/util/clock.js';
import { close, FakeServer, ok, reset, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { answering, echo, Opened, received, rejected } from './opened.js';

describe('a connection that breaks', () => {
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

  it('hands an atomic batch back once, however many replies it waits for', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'MULTI' ? ok : name === 'SET' ? close : undefined));
    using one = new Opened(server);
    const { call, outcome } = one.owner.make(['EXEC']);
    const set = { spec: command('SET'), args: ['a', '1'] };
    call.ensureExtras().batch = { commands: [{ spec: command('MULTI'), args: [] }, set, set], replies: [] };
    one.connection.send(call);
    await rejected(outcome);
    assert.deepEqual(one.owner.kinds, ['EXEC connection-lost']);
  });

  it('tells lost commands from unwritten ones when it breaks', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const count = 512;
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

  it('gives back its unwritten commands', async () => {
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

describe('a connection that was idle', () => {
  it('answers again', async () => {
    await using server = await FakeServer.start(echo);
    using one = new Opened(server);
    assert.equal(await one.send(['ECHO', '1']), '1');
    await sleep(5 * TICK_MS);
    assert.deepEqual(await Promise.all([one.send(['ECHO', '2']), one.send(['ECHO', '3'])]), ['2', '3']);
    assert.equal(one.connection.load, 0);
  });
});

describe('a connection that is closed', () => {
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
