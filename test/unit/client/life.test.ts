import assert from 'node:assert/strict';
import { Emitter } from '../../../lib/client/emitter.js';
import type { ClientEvents } from '../../../lib/client/events.js';
import { Life, newLife } from '../../../lib/client/life.js';
import { ClosedError, type Executed } from '../../../lib/errors.js';
import { type Call, newCall, takePromise, UNWRITTEN, WRITTEN } from '../../../lib/protocol/call.js';
import { extrasOf } from '../../../lib/protocol/call-extras.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import type { Exclusive } from '../../../lib/protocol/exclusive.js';

const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {} };

function call(exclusive: Partial<Exclusive> | null = null): { readonly call: Call; readonly outcome: Promise<unknown> } {
  const none: Exclusive = { kind: 'blocking', blocking: null, silenceMs: 0, since: 0, sentAt: 0, processEpoch: 0, cancel: null };
  const extras = exclusive === null ? null : extrasOf({ exclusive: { ...none, ...exclusive } });
  return { call: newCall(command('GET'), ['k'], null, 0, owner, 0, extras), outcome: takePromise() };
}

function engine(): { readonly life: Life; readonly events: Emitter<ClientEvents> } {
  const events = new Emitter<ClientEvents>();
  return { life: new Life(events), events };
}

describe('a life', () => {
  for (const [state, executed] of [
    [UNWRITTEN, 'no'],
    [WRITTEN, 'unknown'],
  ] as const) {
    it(`rejects its calls when it is destroyed, executed: ${executed}`, async () => {
      const life = newLife(engine());
      const { call: own, outcome } = call();
      assert.equal(life.attach(own), true);
      own.state = state;
      life.destroy();
      await assert.rejects(outcome, { name: 'ClosedError', executed, command: 'GET' });
    });
  }

  it('touches no call of another', async () => {
    const shared = engine();
    const [one, other] = [newLife(shared), newLife(shared)];
    const { call: own, outcome } = call();
    other.attach(own);
    one.destroy();
    own.succeed('value');
    assert.equal(await outcome, 'value');
  });

  it('takes no call when it has ended', async () => {
    const life = newLife(engine());
    life.destroy();
    const { call: own, outcome } = call();
    assert.equal(life.attach(own), false);
    await assert.rejects(outcome, { name: 'ClosedError', executed: 'no' });
  });

  it('closes when its calls are answered, and has taken no more meanwhile', async () => {
    const life = newLife(engine());
    const { call: own, outcome } = call();
    life.attach(own);
    const order: string[] = [];
    const closed = life.close().then(() => order.push('closed'));
    const late = call();
    assert.equal(life.attach(late.call), false);
    await assert.rejects(late.outcome, { name: 'ClosedError', executed: 'no' });
    order.push('answer');
    own.succeed('value');
    assert.equal(await outcome, 'value');
    await closed;
    assert.deepEqual([order, life.state], [['answer', 'closed'], 'closed']);
  });

  /** What becomes of the calls that need a connection of their own when the life closes. */
  const ends: readonly (readonly [kind: Exclusive['kind'], sent: boolean, ended: boolean])[] = [
    ['blocking', false, true],
    ['blocking', true, true],
    ['lease', false, true],
    ['alone', false, false],
  ];
  for (const [kind, sent, ended] of ends) {
    it(`${ended ? 'ends' : 'waits for'} a call of the kind ${kind} that is ${sent ? '' : 'not '}on a connection when it closes`, async () => {
      const life = newLife(engine());
      const errors: unknown[] = [];
      const cancel = (makeError: (executed: Executed) => Error): void => {
        errors.push(makeError('no'));
        own.fail(errors[0]);
      };
      const { call: own, outcome } = call({ kind, cancel: sent ? cancel : null });
      life.attach(own);
      const closed = life.close();
      if (!ended) own.succeed('value');
      if (ended) await assert.rejects(outcome, { name: 'ClosedError', executed: 'no' });
      else assert.equal(await outcome, 'value');
      assert.equal(errors.length, sent ? 1 : 0);
      await closed;
    });
  }

  it('ends what belongs to it: politely when it closes, at once when it is destroyed, and at once what comes after its end', async () => {
    const ended: string[] = [];
    const member = (name: string) => ({
      close: async () => ended.push(`${name} closed`),
      destroy: () => ended.push(`${name} destroyed`),
    });
    const life = newLife(engine());
    const leave = life.add(member('b'));
    life.add(member('a'));
    leave();
    await life.close();
    assert.deepEqual(ended.splice(0), ['a closed', 'a destroyed']);
    life.add(member('c'));
    assert.deepEqual(ended.splice(0), ['c destroyed']);
    const other = newLife(engine());
    other.add(member('d'));
    other.destroy();
    other.destroy();
    assert.deepEqual(ended, ['d destroyed']);
  });

  it('ends with that of its engine, and lets go of it when it ends by itself', async () => {
    const shared = engine();
    const [one, other] = [newLife(shared), newLife(shared)];
    one.destroy();
    await shared.life.close();
    assert.equal(other.state, 'closed');
    assert.equal(newLife(shared).state, 'closed');
  });

  for (const already of [true, false]) {
    it(`ends by its signal, which ${already ? 'has fired' : 'fires'}`, async () => {
      const controller = new AbortController();
      if (already) controller.abort('enough');
      const life = newLife(engine(), controller.signal);
      const { call: own, outcome } = call();
      assert.equal(life.attach(own), !already);
      controller.abort('enough');
      await assert.rejects(outcome, { name: 'ClosedError' });
      assert.equal(life.state, 'closed');
      assert.ok(life.ended instanceof ClosedError);
    });
  }

  it('has a close event of its own, and the other events of its engine until it ends', () => {
    const shared = engine();
    const life = newLife(shared);
    const heard: string[] = [];
    const hear = (name: 'close' | 'ready') => life.hear(name).on(name, () => heard.push(name));
    hear('close');
    hear('ready');
    shared.events.emit('ready');
    shared.events.emit('close');
    assert.deepEqual(heard, ['ready']);
    life.destroy();
    shared.events.emit('ready');
    assert.deepEqual(heard, ['ready', 'close']);
  });

  it('watches over a call with a signal, too', async () => {
    const controller = new AbortController();
    const life = newLife(engine());
    const { call: own, outcome } = call();
    assert.equal(life.with(controller.signal).attach(own), true);
    controller.abort();
    await assert.rejects(outcome, { name: 'AbortError' });
    await life.close();
  });
});
