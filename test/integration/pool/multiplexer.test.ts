import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import sinon from 'sinon';
import { ClosedError, ConnectError } from '../../../lib/errors.js';
import { close, FakeServer, silence } from '../../support/fake-server.js';
import { closedGate, until, untilTurn } from '../../support/wait.js';
import { echo } from '../connection/opened.js';
import { OpenedMultiplexer } from './opened-multiplexer.js';

describe('a multiplexer', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(echo);
  });
  afterEach(() => server.stop());

  it('opens no second connection while the first one has nothing to do', async () => {
    using one = new OpenedMultiplexer(server, 2);
    for (const text of ['a', 'b', 'c']) assert.equal(await one.send(text), text);
    assert.equal(server.connections.length, 1);
  });

  it('counts the replies of connections that are closed, too', async () => {
    using one = new OpenedMultiplexer(server);
    await one.send('a');
    const before = one.multiplexer.replies;
    assert.ok(before > 0);
    server.disconnect();
    await until(() => one.events.includes('down') || one.events.includes('lost'), { everyMs: 1 });
    assert.equal(one.multiplexer.replies, before);
  });

  it('opens nothing before the first call, and one connection then', async () => {
    using one = new OpenedMultiplexer(server);
    await sleep(20);
    assert.equal(server.connections.length, 0);
    assert.deepEqual(await Promise.all(['1', '2', '3'].map((text) => one.send(text))), ['1', '2', '3']);
    assert.equal(server.connections.length, 1);
    assert.deepEqual(one.events, ['up']);
  });

  describe('whose server owes a reply and says nothing while another node takes its place', () => {
    it('waits for the reply, if the server answers a fresh connection: it only holds the command', async () => {
      const gate = closedGate();
      server.handler = async (words, connection) => {
        if (words[0] === 'ECHO') await gate.opened;
        return echo(words, connection);
      };
      using one = new OpenedMultiplexer(server);
      const reply = one.send('held');
      await until(() => one.events.includes('suspect') && server.connections.length === 2);
      one.multiplexer.dropStalled();
      await sleep(50);
      gate.open();
      assert.equal(await reply, 'held');
    });

    it('fails its commands, if the server does not answer a fresh connection either', async () => {
      server.handler = ([name]) => (name === 'ECHO' || server.connections.length > 1 ? silence : undefined);
      using one = new OpenedMultiplexer(server);
      const reply = one.send('lost');
      await until(() => one.events.includes('suspect'));
      one.multiplexer.dropStalled();
      await assert.rejects(reply, /did not answer until another node took its place/);
      assert.ok(one.events.includes('down'));
    });
  });

  it('grows to its size under load, and takes the least loaded', async () => {
    server.handler = async (words, connection) => {
      if (words[0] === 'ECHO') await sleep(20);
      return echo(words, connection);
    };
    using one = new OpenedMultiplexer(server, 3);
    await Promise.all(Array.from({ length: 30 }, (_, i) => one.send(String(i))));
    const counts = server.connections.map(({ received }) => received.filter(([name]) => name === 'ECHO').length);
    assert.deepEqual(counts, [10, 10, 10]);
  });

  it('hands calls back at once while it cannot connect, and tries again with backoff', async () => {
    server.refuse();
    using one = new OpenedMultiplexer(server);
    await assert.rejects(one.send('1'), ConnectError);
    assert.ok(one.multiplexer.unreachableReason instanceof ConnectError);
    let hasWaited = false;
    setImmediate(() => (hasWaited = true));
    await assert.rejects(one.send('2'), ConnectError);
    assert.equal(hasWaited, false, 'before anything else is looked at');
    await server.listen();
    await until(() => one.multiplexer.unreachableReason === null);
    assert.equal(await one.send('3'), '3');
    assert.ok(one.events.filter((name) => name === 'down').length < 15, one.events.join(' '));
    assert.equal(one.events.at(-1), 'up');
  });

  it('does not wait for its next attempt where the server was reached by other means', async () => {
    server.refuse();
    using one = new OpenedMultiplexer(server, 1, { minMs: 5_000, maxMs: 10_000 });
    await assert.rejects(one.send('1'), ConnectError);
    await server.listen();
    one.multiplexer.reopenNow();
    one.multiplexer.reopenNow();
    await until(() => one.multiplexer.unreachableReason === null);
    assert.equal(await one.send('2'), '2');
    assert.equal(server.connections.length, 1);
  });

  it('does not hammer a server that accepts and hangs up', async () => {
    server.handler = () => close;
    using one = new OpenedMultiplexer(server);
    const started = performance.now();
    await assert.rejects(one.send('1'), ConnectError);
    await sleep(500);
    await until(() => server.connections.length >= 4, { everyMs: 1 });
    const perHalfSecond = (server.connections.length / (performance.now() - started)) * 500;
    assert.ok(perHalfSecond <= 40, `${perHalfSecond} connections in half a second`);
  });

  it('has another connection at once when one breaks that had served for a while', async () => {
    using one = new OpenedMultiplexer(server);
    await one.send('1');
    await sleep(520);
    server.disconnect();
    await until(() => one.events.includes('lost'), { everyMs: 1 });
    assert.equal(one.multiplexer.unreachableReason, null);
    assert.equal(await one.send('2'), '2');
    assert.deepEqual(one.events, ['up', 'lost', 'up']);
  });

  it('serves on the other connections when one of them fails', async () => {
    server.handler = async (words, connection) => {
      if (words[1] === 'poison') return close;
      if (words[0] === 'ECHO') await sleep(10);
      return echo(words, connection);
    };
    using one = new OpenedMultiplexer(server, 2);
    await Promise.all(Array.from({ length: 10 }, (_, i) => one.send(String(i))));
    assert.equal(server.openConnections.length, 2);
    await one.send('poison').catch(() => {});
    assert.equal(one.multiplexer.unreachableReason, null, 'there is a connection');
    one.multiplexer.open();
    assert.equal(one.multiplexer.ready, true, 'and no other is opened before its backoff is over');
    assert.equal(await one.send('next'), 'next');
    assert.ok(!one.events.includes('down'), one.events.join(' '));
    await until(() => server.openConnections.length === 2, { what: 'the failed one opens again' });
  });

  it('gives back what was not written', async () => {
    using one = new OpenedMultiplexer(server);
    const { call } = one.owner.make(['ECHO', 'x']);
    one.multiplexer.send(call);
    assert.deepEqual(one.multiplexer.takeUnwritten(), [call]);
    assert.equal(one.multiplexer.load, 0);
  });

  it('closed, answers what it has', async () => {
    const one = new OpenedMultiplexer(server);
    const replies = Promise.all(['1', '2'].map((text) => one.send(text)));
    await one.multiplexer.close();
    assert.deepEqual(await replies, ['1', '2']);
    assert.equal(one.owner.usage.commands, 0);
  });

  it('closed while it waits to connect again, ends', async () => {
    server.refuse();
    const one = new OpenedMultiplexer(server);
    await assert.rejects(one.send('1'));
    await one.multiplexer.close();
  });

  describe('whose server says nothing any more', () => {
    it('says that it stalls before it says that it is suspect', async () => {
      server.handler = (words, connection) => (words[1] === 'never' ? silence : echo(words, connection));
      using one = new OpenedMultiplexer(server);
      await one.send('1');
      one.send('never').catch(() => {});
      await until(() => one.events.includes('suspect'));
      assert.deepEqual([...new Set(one.events)], ['up', 'stalling', 'suspect']);
    });

    for (const end of ['destroy', 'reply'] as const) {
      it(`gives others another connection where the server has the first one and does not hear of it, until its ${end}`, async () => {
        let answer: (value: string) => void = () => {};
        const answered = new Promise<string>((resolve) => {
          answer = resolve;
        });
        server.handler = (words, connection) =>
          words[1] === 'never' ? answered : words[1] === 'LIST' ? unheard() : echo(words, connection);
        let asked = 0;
        const unheard = (): string => {
          asked++;
          return 'id=1 idle=60 flags=N\n';
        };
        const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
        try {
          const one = new OpenedMultiplexer(server);
          await one.send('1');
          const { call, outcome: never } = one.owner.make(['ECHO', 'never']);
          one.multiplexer.send(call);
          await untilTurn(() => one.events.includes('suspect'));
          const waits = one.send('2');
          for (let questions = 1; questions <= 3; questions++) {
            await untilTurn(() => asked === questions && time.countTimers() > 0);
            time.tick(1_000);
          }
          // The recorder rejects what comes back: a client sends it again.
          await assert.rejects(waits, /answers, but not on this connection/);
          assert.deepEqual(one.owner.kinds, ['ECHO not-sent']);
          assert.equal(await one.send('3'), '3');
          if (end === 'reply') answer('at last');
          else one.multiplexer.destroy(new ClosedError('the test is over'));
          if (end === 'reply') assert.equal(await never, 'at last');
          else await assert.rejects(never, ClosedError);
          if (end === 'reply') await one.multiplexer.close();
        } finally {
          time.restore();
        }
      });
    }

    it('hands back what was not written, and does not hammer a server that refuses', async () => {
      server.handler = (words, connection) => (words[1] === 'never' ? silence : echo(words, connection));
      using one = new OpenedMultiplexer(server);
      await one.send('1');
      const never = one.send('never');
      never.catch(() => {});
      await until(() => server.count('ECHO') === 2, { everyMs: 1 });
      server.handler = () => close;
      await until(() => one.multiplexer.unreachableReason !== null);
      const connections = server.connections.length;
      const started = performance.now();
      await sleep(500);
      await until(() => server.connections.length > connections, { everyMs: 1 });
      const perHalfSecond = ((server.connections.length - connections) / (performance.now() - started)) * 500;
      assert.ok(perHalfSecond < 40, `${perHalfSecond} connections in half a second`);
    });
  });
});
