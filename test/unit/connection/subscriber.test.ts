import assert from 'node:assert/strict';
import type { MessageHandler } from '../../../lib/connection/channel-subscription.js';
import { Subscriber } from '../../../lib/connection/subscriber.js';
import { addressKey } from '../../../lib/options/address.js';
import { Push, type ReplyValue } from '../../simulation/servers/resp.js';
import { connectionTo, type Script, type ScriptedServer, ScriptedWorld, silence } from '../../support/scripted-world.js';

/** Period of the PINGs: the default. */
const PING_EVERY_MS = 1_000;

/** Confirms what is subscribed and what is left, in the way of RESP3. */
const confirms: Script = ([name = '', channel = '']) =>
  /^S?(?:UN)?SUBSCRIBE$/.test(name) ? new Push([name.toLowerCase(), channel, 1]) : undefined;

describe('a subscriber', () => {
  let world: ScriptedWorld;
  let server: ScriptedServer;
  let subscriber: Subscriber;
  /** What its handlers were told, and that it has closed. */
  let told: string[];
  beforeEach(() => {
    world = new ScriptedWorld();
    server = world.serve('10.0.0.1', confirms);
    told = [];
    subscriber = new Subscriber(connectionTo(server), { closed: (error) => told.push(`closed: ${error?.message}`) }, PING_EVERY_MS);
  });
  afterEach(() => {
    subscriber.destroy(null);
    world[Symbol.dispose]();
  });

  const handler = (name: string): MessageHandler => ({
    message: (payload) => told.push(`${name} gets ${payload.toString()}`),
    confirmed: () => told.push(`${name} is live`),
    refused: ({ message }) => told.push(`${name} is refused: ${message}`),
    notPrimary: (primary) => told.push(`${name} belongs on ${addressKey(primary)}`),
    serverUnsubscribed: () => told.push(`${name} was dropped`),
    lost: () => told.push(`${name} is lost`),
  });
  const push = (...items: readonly ReplyValue[]): void => server.connections[0]?.send(new Push(items));

  /** Has what is expected happen, and nothing else within a moment. */
  async function expectTold(...expected: readonly string[]): Promise<void> {
    await world.until(() => told.length >= expected.length, expected.join(', '));
    await world.pass(10);
    assert.deepEqual(told.splice(0), expected);
  }

  it('delivers nothing of a former subscription to the next one, before that is live', async () => {
    const former = subscriber.subscribe('channel', Buffer.from('a'), handler('former'));
    await expectTold('former is live');
    server.script = (command, connection) => {
      if (command[0] === 'SUBSCRIBE') connection.send(new Push(['message', 'a', 'early']));
      return confirms(command, connection);
    };
    void subscriber.unsubscribe(former);
    subscriber.subscribe('channel', Buffer.from('a'), handler('next'));
    await expectTold('next is live');
    push('message', 'a', 'late');
    await expectTold('next gets late');
  });

  it('hears that the server has dropped a sharded channel', async () => {
    subscriber.subscribe('shard', Buffer.from('a'), handler('a'));
    await expectTold('a is live');
    push('sunsubscribe', 'a', 0);
    await expectTold('a was dropped');
    assert.equal(subscriber.size, 0);
  });

  it('leaves a sharded channel of a replica, and says which primary it belongs on', async () => {
    server.script = (command, connection) =>
      command[0] === 'ROLE' ? ['slave', '10.0.0.2', 6379, 'connected', 0] : confirms(command, connection);
    subscriber.subscribe('shard', Buffer.from('a'), handler('a'), { requirePrimary: true });
    await expectTold('a belongs on 10.0.0.2:6379');
    assert.equal(subscriber.size, 0);
    assert.deepEqual(server.received('SUNSUBSCRIBE'), ['SUNSUBSCRIBE a']);
  });

  it('ends when no byte comes after a PING, and not while messages come', async () => {
    subscriber.subscribe('channel', Buffer.from('a'), handler('a'));
    await expectTold('a is live');
    server.script = () => silence;
    for (let second = 0; second < 10; second++) {
      push('message', 'a', 'x');
      await world.pass(PING_EVERY_MS);
    }
    assert.deepEqual([told.length, subscriber.closed], [10, false]);
    told = [];
    await world.pass(10 * PING_EVERY_MS);
    assert.deepEqual(told, [`closed: ${server.name} has said nothing to a subscriber for ${PING_EVERY_MS} ms`, 'a is lost']);
    assert.ok(subscriber.fellSilent);
  });
});
