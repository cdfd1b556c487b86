import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError, ConnectError, type SlotwiseError } from '../../../lib/errors.js';
import { Multiplexer } from '../../../lib/pool/multiplexer.js';
import { close, FakeServer, type Handler, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { quickConfig, Recorder } from '../connection/opened.js';

const echo: Handler = ([name, arg]) => (name === 'ECHO' ? (arg ?? '') : undefined);

/** A lane under test, and what it told its node. */
class Opened {
  readonly owner = new Recorder();
  readonly told: string[] = [];
  readonly errors: SlotwiseError[] = [];
  readonly lane: Multiplexer;

  constructor(server: FakeServer, size = 1, reconnect = { minMs: 10, maxMs: 100 }) {
    const tell = (name: string, error?: SlotwiseError): void => {
      this.told.push(name);
      if (error !== undefined) this.errors.push(error);
    };
    this.lane = new Multiplexer(
      { connection: { ...quickConfig, address: { host: server.host, port: server.port } }, size, reconnect },
      {
        up: () => tell('up'),
        down: (error) => tell('down', error),
        lost: (error) => tell('lost', error),
        suspect: () => tell('suspect'),
        overdue: () => tell('overdue'),
      },
    );
  }

  send(text: string): Promise<unknown> {
    const { call, outcome } = this.owner.make(['ECHO', text]);
    this.lane.send(call);
    return outcome;
  }

  [Symbol.dispose](): void {
    this.lane.destroy(new ClosedError('the test is over'));
  }
}

describe('a shared lane', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(echo);
  });
  afterEach(() => server.stop());

  it('opens nothing before the first call, and one connection then', async () => {
    using one = new Opened(server);
    await sleep(20);
    assert.equal(server.connections.length, 0);
    assert.deepEqual(await Promise.all(['1', '2', '3'].map((text) => one.send(text))), ['1', '2', '3']);
    assert.equal(server.connections.length, 1);
    assert.deepEqual(one.told, ['up']);
  });

  describe('whose server owes a reply and says nothing while another node takes its place', () => {
    it('waits for the reply, if the server answers a fresh connection: it only holds the command', async () => {
      server.handler = async (words, connection) => {
        if (words[0] === 'ECHO') await sleep(400);
        return echo(words, connection);
      };
      using one = new Opened(server);
      const reply = one.send('held');
      await until(() => one.told.includes('suspect') && server.connections.length === 2);
      one.lane.dropSilent();
      assert.equal(await reply, 'held');
    });

    it('gives its commands up, if the server does not answer a fresh connection either', async () => {
      server.handler = ([name]) => (name === 'ECHO' || server.connections.length > 1 ? silence : undefined);
      using one = new Opened(server);
      const reply = one.send('lost');
      await until(() => one.told.includes('suspect'));
      one.lane.dropSilent();
      await assert.rejects(reply, /did not answer until another node took its place/);
      assert.ok(one.told.includes('down'));
    });
  });

  it('grows to its size under load, and takes the least loaded', async () => {
    server.handler = async (words, connection) => {
      if (words[0] === 'ECHO') await sleep(20);
      return echo(words, connection);
    };
    using one = new Opened(server, 3);
    await Promise.all(Array.from({ length: 30 }, (_, i) => one.send(String(i))));
    const counts = server.connections.map(({ received }) => received.filter(([name]) => name === 'ECHO').length);
    assert.deepEqual(counts, [10, 10, 10]);
  });

  it('hands calls back at once while it cannot connect, and tries again with backoff', async () => {
    server.refuse();
    using one = new Opened(server);
    await assert.rejects(one.send('1'), ConnectError);
    assert.ok(one.lane.unreachableReason instanceof ConnectError);
    const started = performance.now();
    await assert.rejects(one.send('2'), ConnectError);
    assert.ok(performance.now() - started < 5);
    await server.listen();
    await until(() => one.lane.unreachableReason === null);
    assert.equal(await one.send('3'), '3');
    assert.ok(one.told.filter((name) => name === 'down').length < 15, one.told.join(' '));
    assert.equal(one.told.at(-1), 'up');
  });

  it('does not wait for its next attempt where somebody else has reached the server', async () => {
    server.refuse();
    using one = new Opened(server, 1, { minMs: 5_000, maxMs: 10_000 });
    await assert.rejects(one.send('1'), ConnectError);
    await server.listen();
    one.lane.reopenNow();
    one.lane.reopenNow();
    await until(() => one.lane.unreachableReason === null);
    assert.equal(await one.send('2'), '2');
    assert.equal(server.connections.length, 1);
  });

  it('does not hammer a server that accepts and hangs up', async () => {
    server.handler = () => close;
    using one = new Opened(server);
    await assert.rejects(one.send('1'), ConnectError);
    await sleep(500);
    assert.ok(server.connections.length >= 4 && server.connections.length <= 40, `${server.connections.length} connections`);
  });

  it('has another connection at once when one breaks that had served for a while', async () => {
    using one = new Opened(server);
    await one.send('1');
    await sleep(520);
    server.disconnect();
    await until(() => one.told.includes('lost'), { everyMs: 1 });
    assert.equal(one.lane.unreachableReason, null);
    assert.equal(await one.send('2'), '2');
    assert.deepEqual(one.told, ['up', 'lost', 'up']);
  });

  it('serves on the other places when one of them fails', async () => {
    server.handler = async (words, connection) => {
      if (words[1] === 'poison') return close;
      if (words[0] === 'ECHO') await sleep(10);
      return echo(words, connection);
    };
    using one = new Opened(server, 2);
    await Promise.all(Array.from({ length: 10 }, (_, i) => one.send(String(i))));
    assert.equal(server.openConnections.length, 2);
    await one.send('poison').catch(() => {});
    assert.equal(one.lane.unreachableReason, null, 'there is a connection');
    assert.equal(await one.send('next'), 'next');
    assert.ok(!one.told.includes('down'), one.told.join(' '));
    await until(() => server.openConnections.length === 2, { what: 'the failed place opens again' });
  });

  it('renewed, answers on the old connection what that has, and sends the rest on a new one', async () => {
    server.handler = async (words, connection) => {
      if (words[1] === 'slow') await sleep(50);
      return echo(words, connection);
    };
    using one = new Opened(server);
    await one.send('1');
    const slow = one.send('slow');
    await until(() => server.count('ECHO') === 2, { everyMs: 1 });
    one.lane.renew();
    assert.deepEqual(await Promise.all([slow, one.send('next')]), ['slow', 'next']);
    const names = server.connections.map(({ received }) => received.filter(([name]) => name === 'ECHO').map(([, text]) => text));
    assert.deepEqual(names, [['1', 'slow'], ['next']]);
    await until(() => server.openConnections.length === 1);
  });

  it('renewed, gives back what was not written', async () => {
    using one = new Opened(server);
    assert.equal(await one.send('1'), '1');
    const { call, outcome } = one.owner.make(['ECHO', '2']);
    one.lane.send(call);
    assert.deepEqual(one.lane.renew(), [call]);
    one.lane.send(call);
    assert.equal(await outcome, '2');
    assert.deepEqual(
      server.connections.map(({ received }) => received.filter(([name]) => name === 'ECHO').length),
      [1, 1],
    );
  });

  it('renewed, keeps the new connection when the old one breaks instead of draining', async () => {
    server.handler = (words, connection) => (words[1] === 'never' ? silence : echo(words, connection));
    using one = new Opened(server);
    await one.send('1');
    await sleep(520);
    const never = one.send('never');
    await until(() => server.count('ECHO') === 2, { everyMs: 1 });
    one.lane.renew();
    assert.equal(await one.send('2'), '2');
    server.connections[0]?.socket.destroy();
    await assert.rejects(never);
    assert.equal(one.lane.unreachableReason, null);
    assert.equal(await one.send('3'), '3');
    assert.equal(server.connections.length, 2);
  });

  it('gives back what was not written', async () => {
    using one = new Opened(server);
    const { call } = one.owner.make(['ECHO', 'x']);
    one.lane.send(call);
    assert.deepEqual(one.lane.takeUnwritten(), [call]);
    assert.equal(one.lane.load, 0);
  });

  it('closed, answers what it has', async () => {
    const one = new Opened(server);
    const replies = Promise.all(['1', '2'].map((text) => one.send(text)));
    await one.lane.close();
    assert.deepEqual(await replies, ['1', '2']);
    assert.equal(one.owner.usage.commands, 0);
  });

  it('closed while it waits to connect again, ends', async () => {
    server.refuse();
    const one = new Opened(server);
    await assert.rejects(one.send('1'));
    await one.lane.close();
  });

  describe('whose server says nothing any more', () => {
    it('hands back what was not written, and does not hammer a server that refuses', async () => {
      server.handler = (words, connection) => (words[1] === 'never' ? silence : echo(words, connection));
      using one = new Opened(server);
      await one.send('1');
      const never = one.send('never');
      never.catch(() => {});
      await until(() => server.count('ECHO') === 2, { everyMs: 1 });
      server.handler = () => close;
      await until(() => one.lane.unreachableReason !== null, { timeoutMs: 3_000 });
      const connections = server.connections.length;
      await sleep(500);
      const more = server.connections.length - connections;
      assert.ok(more >= 1 && more < 40, `${more} connections in half a second`);
    });
  });
});
