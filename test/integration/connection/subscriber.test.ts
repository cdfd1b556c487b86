import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageHandler, Payload } from '../../../lib/connection/channel-subscription.js';
import { Subscriber } from '../../../lib/connection/subscriber.js';
import type { SlotwiseError } from '../../../lib/errors.js';
import { addressKey } from '../../../lib/options/address.js';
import { type Answer, error, FakeServer, silence } from '../../support/fake-server.js';
import { PubsubScript, push } from '../../support/pubsub-server.js';
import { Stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/wait.js';
import { quickConfig } from './opened.js';

/** Longer than what counts as slow. */
const PING_EVERY_MS = 300;

/** A subscriber to a scripted server, and what its handlers are called with. */
class Opened implements AsyncDisposable {
  readonly calls: unknown[][] = [];
  readonly closed: (SlotwiseError | null)[] = [];
  readonly subscriber: Subscriber;
  stalls = 0;

  private constructor(
    readonly server: FakeServer,
    readonly script: PubsubScript,
    protocol: 2 | 3,
  ) {
    this.subscriber = new Subscriber(
      { ...quickConfig, address: { host: server.host, port: server.port }, protocol },
      { closed: (reason) => this.closed.push(reason), stalled: () => this.stalls++ },
      PING_EVERY_MS,
    );
  }

  static async open(protocol: 2 | 3 = 3): Promise<Opened> {
    const script = new PubsubScript();
    return new Opened(await FakeServer.start(script.handler()), script, protocol);
  }

  handler(name: string): MessageHandler {
    const record = (...words: unknown[]): void => void this.calls.push([name, ...words]);
    return {
      message: (payload: Payload, channel: Payload) => record(payload, channel),
      confirmed: () => record('confirmed'),
      refused: ({ message }) => record('refused', message),
      notPrimary: (primary) => record('not primary', addressKey(primary)),
      serverUnsubscribed: () => record('server unsubscribed'),
      lost: (reason) => record('lost', reason?.code),
    };
  }

  async expectCalls(...expected: unknown[][]): Promise<void> {
    await until(() => this.calls.length >= expected.length, { what: `${expected.length} calls` });
    assert.deepEqual(this.calls.splice(0), expected);
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
        one.subscriber.subscribe('channel', named('a'), one.handler('a'));
        await one.expectCalls(['a', 'confirmed'], ['a', 'after', 'a']);
      });

      it('refuses only the channel that the server refuses', async () => {
        await using one = await Opened.open(protocol);
        one.script.refuse = ([name, channel]) => (name === 'SSUBSCRIBE' && channel === 'b' ? error('MOVED 1 10.0.0.1:7000') : undefined);
        for (const channel of ['a', 'b', 'c']) one.subscriber.subscribe('shard', named(channel), one.handler(channel));
        await one.expectCalls(['a', 'confirmed'], ['b', 'refused', 'MOVED 1 10.0.0.1:7000'], ['c', 'confirmed']);
        assert.equal(one.subscriber.size, 2);
      });

      it('keeps kinds with the same name apart', async () => {
        await using one = await Opened.open(protocol);
        for (const kind of ['channel', 'pattern', 'shard'] as const) one.subscriber.subscribe(kind, named('a'), one.handler(kind));
        await one.expectCalls(['channel', 'confirmed'], ['pattern', 'confirmed'], ['shard', 'confirmed']);
        const [connection] = one.server.openConnections;
        connection?.send(push(['pmessage', 'a', 'abc', '1'], protocol));
        connection?.send(push(['smessage', 'a', '2'], protocol));
        connection?.send(push(['message', 'a', '3'], protocol));
        await one.expectCalls(['pattern', '1', 'abc'], ['shard', '2', 'a'], ['channel', '3', 'a']);
      });

      it('delivers nothing more after the end, not even to the next subscription before its own confirmation', async () => {
        await using one = await Opened.open(protocol);
        const subscription = one.subscriber.subscribe('channel', named('a'), one.handler('a1'));
        await one.expectCalls(['a1', 'confirmed']);
        const left = one.subscriber.unsubscribe(subscription);
        one.subscriber.subscribe('channel', named('a'), one.handler('a2'));
        one.script.publish('a', 'between');
        await left;
        await one.expectCalls(['a2', 'confirmed']);
        one.script.publish('a', 'later');
        await one.expectCalls(['a2', 'later', 'a']);
      });

      it('notices that the server ended a sharded channel, also while it leaves another', async () => {
        await using one = await Opened.open(protocol);
        const subscriptions = ['a', 'b'].map((channel) => one.subscriber.subscribe('shard', named(channel), one.handler(channel)));
        await one.expectCalls(['a', 'confirmed'], ['b', 'confirmed']);
        const [connection] = one.server.openConnections;
        connection?.send(push(['sunsubscribe', 'a', 1], protocol));
        await one.expectCalls(['a', 'server unsubscribed']);
        one.subscriber.subscribe('shard', named('a'), one.handler('a'));
        await one.expectCalls(['a', 'confirmed']);
        one.script.refuse = ([name, channel = '']) =>
          name === 'SUNSUBSCRIBE'
            ? Buffer.concat([push(['sunsubscribe', 'a', 1], protocol), push(['sunsubscribe', channel, 0], protocol)])
            : undefined;
        const [, b] = subscriptions;
        if (b !== undefined) await one.subscriber.unsubscribe(b);
        await one.expectCalls(['a', 'server unsubscribed']);
        assert.equal(one.subscriber.size, 0);
      });

      it('keeps replies apart when the server ends a sharded channel that is being left, and refuses that then', async () => {
        await using one = await Opened.open(protocol);
        const subscription = one.subscriber.subscribe('shard', named('a'), one.handler('a'));
        await one.expectCalls(['a', 'confirmed']);
        one.server.handler = one.script.handler();
        one.script.refuse = ([name, channel = '']) =>
          name === 'SUNSUBSCRIBE'
            ? Buffer.concat([push(['sunsubscribe', channel, 0], protocol), Buffer.from('-MOVED 1 10.0.0.1:7000\r\n')])
            : name === 'SSUBSCRIBE' && channel === 'b'
              ? error('MOVED 1 10.0.0.1:7000')
              : undefined;
        const left = one.subscriber.unsubscribe(subscription);
        for (const channel of ['b', 'c']) one.subscriber.subscribe('shard', named(channel), one.handler(channel));
        await left;
        await one.expectCalls(['b', 'refused', 'MOVED 1 10.0.0.1:7000'], ['c', 'confirmed']);
        one.script.publish('c', '1', 'shard');
        await one.expectCalls(['c', '1', 'c']);
        assert.deepEqual(one.closed, []);
      });

      it('takes an unexpected refusal for that of a channel that was left, and another error for the end', async () => {
        await using one = await Opened.open(protocol);
        one.subscriber.subscribe('shard', named('a'), one.handler('a'));
        await one.expectCalls(['a', 'confirmed']);
        const [connection] = one.server.openConnections;
        connection?.send(Buffer.from('-MOVED 1 10.0.0.1:7000\r\n'));
        one.script.publish('a', '1', 'shard');
        await one.expectCalls(['a', '1', 'a']);
        connection?.send(Buffer.from('-ERR max number of clients reached\r\n'));
        await one.expectCalls(['a', 'lost', 'ERR_CONNECT']);
      });

      it('gives bytes once one subscription needs them, or has a name that is no text', async () => {
        await using one = await Opened.open(protocol);
        one.subscriber.subscribe('channel', named('a'), one.handler('a'));
        await one.expectCalls(['a', 'confirmed']);
        one.script.publish('a', 'text');
        await one.expectCalls(['a', 'text', 'a']);
        one.subscriber.subscribe('channel', named('b'), one.handler('b'), { buffers: true });
        await one.expectCalls(['b', 'confirmed']);
        one.script.publish('a', 'bytes');
        await one.expectCalls(['a', Buffer.from('bytes'), Buffer.from('a')]);
        await using two = await Opened.open(protocol);
        two.subscriber.subscribe('channel', Buffer.from([0xff]), two.handler('ff'));
        two.subscriber.subscribe('channel', Buffer.from([0xfe]), two.handler('fe'));
        await two.expectCalls(['ff', 'confirmed'], ['fe', 'confirmed']);
        const [connection] = two.server.openConnections;
        const start = protocol === 3 ? '>' : '*';
        connection?.send(Buffer.from(`${start}3\r\n$7\r\nmessage\r\n$1\r\n\xff\r\n$1\r\n1\r\n`, 'latin1'));
        await two.expectCalls(['ff', Buffer.from('1'), Buffer.from([0xff])]);
      });

      it('calls no handler of a subscription that another handler has just ended', async () => {
        await using one = await Opened.open(protocol);
        const first: MessageHandler = { ...one.handler('a'), lost: () => void one.subscriber.unsubscribe(second) };
        one.subscriber.subscribe('channel', named('a'), first);
        const second = one.subscriber.subscribe('channel', named('b'), one.handler('b'));
        one.subscriber.subscribe('channel', named('c'), one.handler('c'));
        await one.expectCalls(['a', 'confirmed'], ['b', 'confirmed'], ['c', 'confirmed']);
        one.server.disconnect('reset');
        await one.expectCalls(['c', 'lost', 'ERR_CONNECTION_LOST']);
      });

      it('calls every handler when the connection ends, after its own event', async () => {
        await using one = await Opened.open(protocol);
        one.subscriber.subscribe('channel', named('a'), one.handler('a'));
        await one.expectCalls(['a', 'confirmed']);
        one.subscriber.subscribe('pattern', named('b'), one.handler('b'));
        one.server.disconnect('reset');
        await until(() => one.closed.length === 1);
        assert.deepEqual(
          one.calls.filter(([, word]) => word === 'lost'),
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
    one.subscriber.subscribe('channel', named('a'), one.handler('a'));
    await one.expectCalls(['a', 'confirmed']);
    one.script.publish('a', '1');
    await one.expectCalls(['a', '1', 'a']);
  });

  const roles: readonly (readonly [what: string, role: Answer, ...calls: string[]])[] = [
    ['live on a primary', ['master', 0, []], 'confirmed'],
    ['not live on a replica', ['slave', 'h', 1, 'connected', 0], 'not primary', 'h:1'],
    ['live where the user may not ask', error('NOPERM no permissions'), 'confirmed'],
    ['live where the answer says nothing', null, 'confirmed'],
  ];
  for (const [what, role, ...calls] of roles) {
    it(`needs a primary: ${what}`, async () => {
      await using one = await Opened.open();
      one.server.handler = one.script.handler(([name], connection) => {
        if (name !== 'ROLE') return undefined;
        connection.send(push(['smessage', 'a', 'before it is known'], 3));
        return role;
      });
      for (const channel of ['a', 'b']) one.subscriber.subscribe('shard', named(channel), one.handler(channel), { requirePrimary: true });
      await one.expectCalls(['a', ...calls], ['b', ...calls]);
      // One question for both.
      assert.equal(one.server.count('ROLE'), 1);
      const live = calls.includes('confirmed');
      assert.equal(one.subscriber.size, live ? 2 : 0);
      // Leaving goes on its way when the answer is known, and arrives later.
      await until(() => one.server.count('SUNSUBSCRIBE') === (live ? 0 : 2));
    });
  }

  it('needs a primary: ends when the server drops it before the role is known', async () => {
    await using one = await Opened.open();
    one.server.handler = one.script.handler(([name], connection) => {
      if (name === 'ROLE') connection.send(push(['sunsubscribe', 'a', 0], 3));
      return name === 'ROLE' ? ['slave', 'h', 1, 'connected', 0] : undefined;
    });
    one.subscriber.subscribe('shard', named('a'), one.handler('a'), { requirePrimary: true });
    await one.expectCalls(['a', 'server unsubscribed']);
    assert.equal(one.subscriber.size, 0);
  });

  it('needs a primary: goes without ROLE where RESP2 has none', async () => {
    await using one = await Opened.open(2);
    one.server.handler = one.script.handler(([name]) => (name === 'ROLE' ? error("ERR Can't execute 'role' in this context") : undefined));
    one.subscriber.subscribe('shard', named('a'), one.handler('a'), { requirePrimary: true });
    await one.expectCalls(['a', 'confirmed']);
  });

  it('is confirmed by the PING that was answered', async () => {
    await using one = await Opened.open();
    one.subscriber.subscribe('channel', named('a'), one.handler('a'));
    await one.expectCalls(['a', 'confirmed']);
    const before = Date.now();
    await until(() => one.subscriber.confirmedAtMs > 0);
    assert.ok(one.subscriber.confirmedAtMs >= before && one.subscriber.confirmedAtMs <= Date.now());
  });

  it('is destroyed when the server gives no sign of life, and not while bytes come', async () => {
    const watch = Stopwatch.start();
    await using one = await Opened.open();
    const own = one.script.handler();
    one.server.handler = (command, connection) => (command[0] === 'PING' ? silence : own(command, connection));
    one.subscriber.subscribe('channel', named('a'), one.handler('a'));
    await one.expectCalls(['a', 'confirmed']);
    for (let n = 0; n < 20; n++) {
      one.script.publish('a', 'x');
      await sleep(PING_EVERY_MS / 5);
    }
    assert.deepEqual(one.closed, []);
    await until(() => one.closed.length === 1);
    assert.match(String(one.closed[0]), /has said nothing to a subscriber/);
    assert.equal(one.subscriber.fellSilent, true);
    // Ticks that this process missed do not count, and a round trip that was held up makes a stall longer than a period.
    assert.ok(one.stalls > 0 || watch.heldUpMs > 100, `held up for ${watch.heldUpMs} ms`);
  });
});
