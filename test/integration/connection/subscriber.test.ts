import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MessageHandler, type Payload, Subscriber } from '../../../lib/connection/subscriber.js';
import type { SlotwiseError } from '../../../lib/errors.js';
import { addressKey } from '../../../lib/options/address.js';
import { type Answer, error, FakeServer, silence } from '../../support/fake-server.js';
import { PubsubScript, push } from '../../support/pubsub-server.js';
import { until } from '../../support/wait.js';
import { quickConfig } from './opened.js';

/** Longer than what counts as slow. */
const PING_EVERY_MS = 300;

/** A subscriber to a scripted server, and what its sinks hear. */
class Opened implements AsyncDisposable {
  readonly heard: unknown[][] = [];
  readonly closed: (SlotwiseError | null)[] = [];
  readonly subscriber: Subscriber;
  silences = 0;

  private constructor(
    readonly server: FakeServer,
    readonly script: PubsubScript,
    protocol: 2 | 3,
  ) {
    this.subscriber = new Subscriber(
      { ...quickConfig, address: { host: server.host, port: server.port }, protocol },
      { closed: (reason) => this.closed.push(reason), stalled: () => this.silences++ },
      PING_EVERY_MS,
    );
  }

  static async open(protocol: 2 | 3 = 3): Promise<Opened> {
    const script = new PubsubScript();
    return new Opened(await FakeServer.start(script.handler()), script, protocol);
  }

  sink(name: string): MessageHandler {
    const hear = (...words: unknown[]): void => void this.heard.push([name, ...words]);
    return {
      message: (payload: Payload, channel: Payload) => hear(payload, channel),
      confirmed: () => hear('confirmed'),
      refused: ({ message }) => hear('refused', message),
      notPrimary: (primary) => hear('misplaced', addressKey(primary)),
      serverUnsubscribed: () => hear('dropped'),
      lost: (reason) => hear('lost', reason?.code),
    };
  }

  async hears(...expected: unknown[][]): Promise<void> {
    await until(() => this.heard.length >= expected.length, { timeoutMs: 1_000, what: `${expected.length} things heard` });
    assert.deepEqual(this.heard.splice(0), expected);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.subscriber.destroy(null);
    await this.server.stop();
  }
}

const named = (name: string): Buffer => Buffer.from(name);

describe('Subscriber', () => {
  for (const protocol of [3, 2] as const) {
    describe(`with RESP${protocol}`, () => {
      it('delivers from the confirmation on, also what comes in the same packet', async () => {
        await using one = await Opened.open(protocol);
        const { server } = one;
        server.handler = ([name, channel = '']) =>
          name === 'SUBSCRIBE'
            ? Buffer.concat([
                push(['message', channel, 'before'], protocol),
                push(['subscribe', channel, 1], protocol),
                push(['message', channel, 'after'], protocol),
              ])
            : undefined;
        one.subscriber.subscribe('channel', named('a'), one.sink('a'));
        await one.hears(['a', 'confirmed'], ['a', 'after', 'a']);
      });

      it('tells who is refused, and nobody else', async () => {
        await using one = await Opened.open(protocol);
        one.script.refuse = ([name, channel]) => (name === 'SSUBSCRIBE' && channel === 'b' ? error('MOVED 1 10.0.0.1:7000') : undefined);
        for (const topic of ['a', 'b', 'c']) one.subscriber.subscribe('shard', named(topic), one.sink(topic));
        await one.hears(['a', 'confirmed'], ['b', 'refused', 'MOVED 1 10.0.0.1:7000'], ['c', 'confirmed']);
        assert.equal(one.subscriber.size, 2);
      });

      it('keeps kinds with the same name apart', async () => {
        await using one = await Opened.open(protocol);
        for (const kind of ['channel', 'pattern', 'shard'] as const) one.subscriber.subscribe(kind, named('a'), one.sink(kind));
        await one.hears(['channel', 'confirmed'], ['pattern', 'confirmed'], ['shard', 'confirmed']);
        const [connection] = one.server.openConnections;
        connection?.send(push(['pmessage', 'a', 'abc', '1'], protocol));
        connection?.send(push(['smessage', 'a', '2'], protocol));
        connection?.send(push(['message', 'a', '3'], protocol));
        await one.hears(['pattern', '1', 'abc'], ['shard', '2', 'a'], ['channel', '3', 'a']);
      });

      it('delivers nothing more once it was left, not even to the next one before its own confirmation', async () => {
        await using one = await Opened.open(protocol);
        const seat = one.subscriber.subscribe('channel', named('a'), one.sink('a1'));
        await one.hears(['a1', 'confirmed']);
        const left = one.subscriber.unsubscribe(seat);
        one.subscriber.subscribe('channel', named('a'), one.sink('a2'));
        one.script.publish('a', 'between');
        await left;
        await one.hears(['a2', 'confirmed']);
        one.script.publish('a', 'later');
        await one.hears(['a2', 'later', 'a']);
      });

      it('notices that the server ended a sharded channel, also while it leaves another one', async () => {
        await using one = await Opened.open(protocol);
        const seats = ['a', 'b'].map((channel) => one.subscriber.subscribe('shard', named(channel), one.sink(channel)));
        await one.hears(['a', 'confirmed'], ['b', 'confirmed']);
        const [connection] = one.server.openConnections;
        connection?.send(push(['sunsubscribe', 'a', 1], protocol));
        await one.hears(['a', 'dropped']);
        one.subscriber.subscribe('shard', named('a'), one.sink('a'));
        await one.hears(['a', 'confirmed']);
        one.script.refuse = ([name, channel = '']) =>
          name === 'SUNSUBSCRIBE'
            ? Buffer.concat([push(['sunsubscribe', 'a', 1], protocol), push(['sunsubscribe', channel, 0], protocol)])
            : undefined;
        const [, b] = seats;
        if (b !== undefined) await one.subscriber.unsubscribe(b);
        await one.hears(['a', 'dropped']);
        assert.equal(one.subscriber.size, 0);
      });

      it('keeps replies apart when the server ends a sharded channel that is being left, and refuses that then', async () => {
        await using one = await Opened.open(protocol);
        const seat = one.subscriber.subscribe('shard', named('a'), one.sink('a'));
        await one.hears(['a', 'confirmed']);
        one.server.handler = one.script.handler();
        one.script.refuse = ([name, channel = '']) =>
          name === 'SUNSUBSCRIBE'
            ? Buffer.concat([push(['sunsubscribe', channel, 0], protocol), Buffer.from('-MOVED 1 10.0.0.1:7000\r\n')])
            : name === 'SSUBSCRIBE' && channel === 'b'
              ? error('MOVED 1 10.0.0.1:7000')
              : undefined;
        const left = one.subscriber.unsubscribe(seat);
        for (const topic of ['b', 'c']) one.subscriber.subscribe('shard', named(topic), one.sink(topic));
        await left;
        await one.hears(['b', 'refused', 'MOVED 1 10.0.0.1:7000'], ['c', 'confirmed']);
        one.script.publish('c', '1', 'shard');
        await one.hears(['c', '1', 'c']);
        assert.deepEqual(one.closed, []);
      });

      it('takes a refusal that nobody waits for as one of a channel that has left, and another error for the end', async () => {
        await using one = await Opened.open(protocol);
        one.subscriber.subscribe('shard', named('a'), one.sink('a'));
        await one.hears(['a', 'confirmed']);
        const [connection] = one.server.openConnections;
        connection?.send(Buffer.from('-MOVED 1 10.0.0.1:7000\r\n'));
        one.script.publish('a', '1', 'shard');
        await one.hears(['a', '1', 'a']);
        connection?.send(Buffer.from('-ERR max number of clients reached\r\n'));
        await one.hears(['a', 'lost', 'ERR_CONNECT']);
      });

      it('gives bytes once somebody wants them, and to names that are no text', async () => {
        await using one = await Opened.open(protocol);
        one.subscriber.subscribe('channel', named('a'), one.sink('a'));
        await one.hears(['a', 'confirmed']);
        one.script.publish('a', 'text');
        await one.hears(['a', 'text', 'a']);
        one.subscriber.subscribe('channel', named('b'), one.sink('b'), { buffers: true });
        await one.hears(['b', 'confirmed']);
        one.script.publish('a', 'bytes');
        await one.hears(['a', Buffer.from('bytes'), Buffer.from('a')]);
      });

      it('tells everybody when the connection ends, the connection first', async () => {
        await using one = await Opened.open(protocol);
        one.subscriber.subscribe('channel', named('a'), one.sink('a'));
        await one.hears(['a', 'confirmed']);
        one.subscriber.subscribe('pattern', named('b'), one.sink('b'));
        one.server.disconnect('reset');
        await until(() => one.closed.length === 1);
        assert.deepEqual(
          one.heard.filter(([, word]) => word === 'lost'),
          [
            ['a', 'lost', 'ERR_CONNECTION_LOST'],
            ['b', 'lost', 'ERR_CONNECTION_LOST'],
          ],
        );
        assert.equal(one.subscriber.size, 0);
      });
    });
  }

  it('goes on with RESP2 where HELLO is refused', async () => {
    await using one = await Opened.open();
    const own = one.script.handler();
    one.server.handler = (command, connection) => (command[0] === 'HELLO' ? error('ERR unknown command') : own(command, connection));
    one.subscriber.subscribe('channel', named('a'), one.sink('a'));
    await one.hears(['a', 'confirmed']);
    one.script.publish('a', '1');
    await one.hears(['a', '1', 'a']);
  });

  const roles: readonly (readonly [what: string, role: Answer, ...heard: string[]])[] = [
    ['live on a primary', ['master', 0, []], 'confirmed'],
    ['not live on a replica', ['slave', 'h', 1, 'connected', 0], 'misplaced', 'h:1'],
    ['live where the user may not ask', error('NOPERM no permissions'), 'confirmed'],
    ['live where the answer says nothing', null, 'confirmed'],
  ];
  for (const [what, role, ...heard] of roles) {
    it(`wants a primary: ${what}`, async () => {
      await using one = await Opened.open();
      one.server.handler = one.script.handler(([name], connection) => {
        if (name !== 'ROLE') return undefined;
        connection.send(push(['smessage', 'a', 'before it is known'], 3));
        return role;
      });
      for (const channel of ['a', 'b']) one.subscriber.subscribe('shard', named(channel), one.sink(channel), { onPrimary: true });
      await one.hears(['a', ...heard], ['b', ...heard]);
      // One question for both.
      assert.equal(one.server.count('ROLE'), 1);
      const live = heard.includes('confirmed');
      assert.equal(one.subscriber.size, live ? 2 : 0);
      assert.equal(one.server.count('SUNSUBSCRIBE'), live ? 0 : 2);
    });
  }

  it('wants a primary: hears that the server drops it before the role is known', async () => {
    await using one = await Opened.open();
    one.server.handler = one.script.handler(([name], connection) => {
      if (name === 'ROLE') connection.send(push(['sunsubscribe', 'a', 0], 3));
      return name === 'ROLE' ? ['slave', 'h', 1, 'connected', 0] : undefined;
    });
    one.subscriber.subscribe('shard', named('a'), one.sink('a'), { onPrimary: true });
    await one.hears(['a', 'dropped']);
    assert.equal(one.subscriber.size, 0);
  });

  it('wants a primary: goes without the proof where RESP2 has none', async () => {
    await using one = await Opened.open(2);
    one.server.handler = one.script.handler(([name]) => (name === 'ROLE' ? error("ERR Can't execute 'role' in this context") : undefined));
    one.subscriber.subscribe('shard', named('a'), one.sink('a'), { onPrimary: true });
    await one.hears(['a', 'confirmed']);
  });

  it('is proved by the PING that was answered', async () => {
    await using one = await Opened.open();
    one.subscriber.subscribe('channel', named('a'), one.sink('a'));
    await one.hears(['a', 'confirmed']);
    const before = Date.now();
    await until(() => one.subscriber.confirmedAtMs > 0, { timeoutMs: 3_000 });
    assert.ok(one.subscriber.confirmedAtMs >= before && one.subscriber.confirmedAtMs <= Date.now());
  });

  it('is destroyed when the server gives no sign of life, and not while bytes come', async () => {
    await using one = await Opened.open();
    const own = one.script.handler();
    one.server.handler = (command, connection) => (command[0] === 'PING' ? silence : own(command, connection));
    one.subscriber.subscribe('channel', named('a'), one.sink('a'));
    await one.hears(['a', 'confirmed']);
    for (let n = 0; n < 20; n++) {
      one.script.publish('a', 'x');
      await sleep(PING_EVERY_MS / 5);
    }
    assert.deepEqual(one.closed, []);
    await until(() => one.closed.length === 1, { timeoutMs: 4_000 });
    assert.match(String(one.closed[0]), /has said nothing to a subscriber/);
    assert.equal(one.subscriber.fellSilent, true);
    assert.ok(one.silences > 0);
  });
});
