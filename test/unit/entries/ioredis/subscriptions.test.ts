import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { type Subscribing, Subscriptions, type Unsubscribing } from '../../../../lib/entries/ioredis/subscriptions.js';
import type { Redis } from '../../../../lib/index.js';

type Listener = (message: Buffer, channel: Buffer, pattern?: Buffer) => void;

/** Engine that confirms all subscriptions, but those to a channel `no`. */
class ScriptedEngine {
  readonly listeners = new Map<string, Listener>();

  readonly #begin = async (channel: string | Buffer, listener: Listener): Promise<{ unsubscribe(): Promise<void> }> => {
    const name = String(channel);
    if (name === 'no') throw new Error('refused');
    this.listeners.set(name, listener);
    return { unsubscribe: async () => void this.listeners.delete(name) };
  };
  readonly subscribe = this.#begin;
  readonly psubscribe = this.#begin;
  readonly ssubscribe = this.#begin;
}

describe('subscriptions of an object', () => {
  let engine: ScriptedEngine;
  let emitter: EventEmitter;
  let subscriptions: Subscriptions;
  const told: unknown[][] = [];

  beforeEach(() => {
    engine = new ScriptedEngine();
    emitter = new EventEmitter();
    told.length = 0;
    subscriptions = new Subscriptions(emitter, () => engine as unknown as Redis<Buffer, number>);
  });

  /** Calls, and the numbers that the server would give: channels and patterns are counted together. */
  const counts: readonly (readonly [kind: Subscribing | Unsubscribing, names: readonly string[], count: number])[] = [
    ['subscribe', ['a', 'b'], 2],
    ['subscribe', ['a'], 2],
    ['psubscribe', ['c*'], 3],
    ['ssubscribe', ['s'], 1],
    ['unsubscribe', ['none'], 3],
    ['unsubscribe', ['a'], 2],
    ['unsubscribe', [], 1],
    ['punsubscribe', [], 0],
    ['sunsubscribe', ['s'], 0],
  ];

  it('are counted as the server counts them', async () => {
    for (const [kind, names, count] of counts) {
      const given = kind.includes('uns')
        ? subscriptions.unsubscribe(kind as Unsubscribing, names)
        : subscriptions.subscribe(kind as Subscribing, names);
      assert.equal(await given, count, `${kind} ${names}`);
    }
    assert.equal(engine.listeners.size, 0);
    assert.equal(subscriptions.isSubscriber, false);
  });

  it('give each call the number of its turn', async () => {
    const given = [subscriptions.subscribe('subscribe', ['a']), subscriptions.subscribe('subscribe', ['b'])];
    assert.deepEqual(await Promise.all(given), [1, 2]);
  });

  it('tell messages as text and as bytes, patterns as text', async () => {
    for (const event of ['message', 'messageBuffer', 'pmessage', 'pmessageBuffer', 'smessage', 'smessageBuffer']) {
      emitter.on(event, (...args) => told.push([event, ...args]));
    }
    await subscriptions.subscribe('subscribe', ['a']);
    await subscriptions.subscribe('psubscribe', ['p*']);
    await subscriptions.subscribe('ssubscribe', ['s']);
    const [message, channel] = [Buffer.from('m'), Buffer.from('a')];
    engine.listeners.get('a')?.(message, channel);
    engine.listeners.get('p*')?.(message, channel, Buffer.from('p*'));
    engine.listeners.get('s')?.(message, channel);
    assert.deepEqual(told, [
      ['message', 'a', 'm'],
      ['messageBuffer', channel, message],
      ['pmessage', 'p*', 'a', 'm'],
      ['pmessageBuffer', 'p*', channel, message],
      ['smessage', 'a', 'm'],
      ['smessageBuffer', channel, message],
    ]);
  });

  it('are forgotten where the server refuses them', async () => {
    await assert.rejects(subscriptions.subscribe('subscribe', ['no']), /refused/);
    assert.equal(subscriptions.isSubscriber, false);
  });

  it('begin again on another engine, until they are cleared', async () => {
    await subscriptions.subscribe('subscribe', ['a']);
    engine = new ScriptedEngine();
    subscriptions.reopen();
    assert.deepEqual([...engine.listeners.keys()], ['a']);
    subscriptions.clear();
    assert.equal(subscriptions.isSubscriber, false);
  });
});
