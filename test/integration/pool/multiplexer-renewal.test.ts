import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { close, FakeServer, silence } from '../../support/fake-server.js';
import { closedGate, until } from '../../support/wait.js';
import { echo } from '../connection/opened.js';
import { OpenedMultiplexer } from './opened-multiplexer.js';

describe('a multiplexer whose address may lead to another server', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(echo);
  });
  afterEach(() => server.stop());

  it('answers on the old connection what that has, and sends the rest on a new one', async () => {
    server.handler = async (words, connection) => {
      if (words[1] === 'slow') await sleep(50);
      return echo(words, connection);
    };
    using one = new OpenedMultiplexer(server);
    await one.send('1');
    const slow = one.send('slow');
    await until(() => server.count('ECHO') === 2, { everyMs: 1 });
    one.multiplexer.renew();
    assert.deepEqual(await Promise.all([slow, one.send('next')]), ['slow', 'next']);
    const names = server.connections.map(({ received }) => received.filter(([name]) => name === 'ECHO').map(([, text]) => text));
    assert.deepEqual(names, [['1', 'slow'], ['next']]);
    await until(() => server.openConnections.length === 1);
  });

  it('gives back what was not written', async () => {
    using one = new OpenedMultiplexer(server);
    assert.equal(await one.send('1'), '1');
    const { call, outcome } = one.owner.make(['ECHO', '2']);
    one.multiplexer.send(call);
    assert.deepEqual(one.multiplexer.renew(), [call]);
    one.multiplexer.send(call);
    assert.equal(await outcome, '2');
    assert.deepEqual(
      server.connections.map(({ received }) => received.filter(([name]) => name === 'ECHO').length),
      [1, 1],
    );
  });

  for (const all of [false, true]) {
    it(`renewed, ${all ? 'replaces' : 'keeps'} a connection that is not ready yet where ${all ? 'all are meant' : 'those are meant that are'}`, async () => {
      server.handler = (words, connection) =>
        words[0] === 'HELLO' && connection === server.connections[0] ? silence : echo(words, connection);
      using one = new OpenedMultiplexer(server);
      const { call, outcome } = one.owner.make(['ECHO', '1']);
      outcome.catch(() => {});
      one.multiplexer.send(call);
      await until(() => server.count('HELLO') === 1, { everyMs: 1 });
      assert.deepEqual(one.multiplexer.renew(all), all ? [call] : []);
      if (!all) return;
      one.multiplexer.send(call);
      assert.equal(await outcome, '1');
      assert.equal(server.connections.length, 2);
      assert.ok(!one.events.includes('lost'), 'nothing was lost');
    });
  }

  it('keeps the new connection when the old one breaks instead of draining', async () => {
    server.handler = (words, connection) => (words[1] === 'never' ? silence : echo(words, connection));
    using one = new OpenedMultiplexer(server);
    await one.send('1');
    await sleep(520);
    const never = one.send('never');
    await until(() => server.count('ECHO') === 2, { everyMs: 1 });
    one.multiplexer.renew();
    assert.equal(await one.send('2'), '2');
    server.connections[0]?.socket.destroy();
    await assert.rejects(never);
    assert.equal(one.multiplexer.unreachableReason, null);
    assert.equal(await one.send('3'), '3');
    assert.equal(server.connections.length, 2);
  });

  it('goes on where the old connection stays stalled and its server is not reached', async () => {
    const gate = closedGate();
    server.handler = async (words, connection) => {
      if (words[1] === 'held') return silence;
      if (connection.index !== 1) return echo(words, connection);
      await gate.opened;
      return close;
    };
    using one = new OpenedMultiplexer(server);
    one.send('held').catch(() => undefined);
    await until(() => one.events.includes('down'));
    one.multiplexer.renew();
    await until(() => one.events.includes('up') && one.multiplexer.unreachableReason === null);
    gate.open();
    // The check of the old connection tries once more.
    await until(() => server.connections.length === 4);
    assert.equal(await one.send('next'), 'next');
  });
});
