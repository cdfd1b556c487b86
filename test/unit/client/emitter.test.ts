import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import sinon from 'sinon';
import { Emitter } from '../../../lib/client/emitter.js';

type Events = { ready: []; moved: [from: string, to: string]; error: [error: Error] };

describe('Emitter', () => {
  let warn: sinon.SinonStub;
  beforeEach(() => {
    warn = sinon.stub(process, 'emitWarning');
  });
  afterEach(() => sinon.restore());

  it('calls listeners in order, with the arguments', () => {
    const emitter = new Emitter<Events>();
    const calls: string[] = [];
    emitter.on('moved', (from, to) => calls.push(`1 ${from} ${to}`)).on('moved', (from) => calls.push(`2 ${from}`));
    emitter.emit('moved', 'a', 'b');
    assert.deepEqual(calls, ['1 a b', '2 a']);
  });

  it('calls a once-listener once, even when it emits again itself', () => {
    const emitter = new Emitter<Events>();
    const listener = sinon.spy(() => emitter.emit('ready'));
    emitter.once('ready', listener);
    emitter.emit('ready');
    sinon.assert.calledOnce(listener);
  });

  it('calls a once-listener once when a listener before it emits again', () => {
    const emitter = new Emitter<Events>();
    let depth = 0;
    const listener = sinon.spy();
    emitter.on('ready', () => {
      if (depth++ === 0) emitter.emit('ready');
    });
    emitter.once('ready', listener);
    emitter.emit('ready');
    sinon.assert.calledOnce(listener);
  });

  it('removes the newest registration of a listener, once-listeners too', () => {
    const emitter = new Emitter<Events>();
    const listener = sinon.spy();
    emitter.on('ready', listener).once('ready', listener).off('ready', listener);
    emitter.emit('ready');
    emitter.emit('ready');
    sinon.assert.calledTwice(listener);
    emitter.off('ready', listener).off('ready', listener);
    emitter.emit('ready');
    sinon.assert.calledTwice(listener);
  });

  it('keeps calling the listeners it began with while they change the list', () => {
    const emitter = new Emitter<Events>();
    const late = sinon.spy();
    const last = sinon.spy();
    emitter.on('ready', () => emitter.on('ready', late).off('ready', last)).on('ready', last);
    emitter.emit('ready');
    sinon.assert.notCalled(late);
    sinon.assert.calledOnce(last);
  });

  it('turns a listener that throws into a warning, and goes on', () => {
    const emitter = new Emitter<Events>();
    const next = sinon.spy();
    emitter
      .on('ready', () => {
        throw new Error('mine');
      })
      .on('ready', next);
    emitter.emit('ready');
    sinon.assert.calledOnce(next);
    sinon.assert.calledOnce(warn);
    assert.match(warn.firstCall.args[1].detail, /mine/);
  });

  it('turns a listener whose promise rejects into a warning', async () => {
    const emitter = new Emitter<Events>();
    emitter.on('ready', async () => {
      throw new Error('later');
    });
    emitter.emit('ready');
    await new Promise(setImmediate);
    sinon.assert.calledOnce(warn);
    assert.match(warn.firstCall.args[1].detail, /later/);
  });

  it('publishes an error event that nobody listens to, and does not throw', () => {
    const published: unknown[] = [];
    const onMessage = (message: unknown): number => published.push(message);
    subscribe('slotwise:error', onMessage);
    const error = new Error('unheard');
    try {
      new Emitter<Events>().emit('error', error);
      new Emitter<Events>().on('error', () => undefined).emit('error', error);
    } finally {
      unsubscribe('slotwise:error', onMessage);
    }
    assert.deepEqual(published, [{ error }]);
    sinon.assert.notCalled(warn);
  });

  it('warns the process of the first error event that nobody hears, once', () => {
    const emitter = new Emitter<Events>();
    emitter.emit('error', new TypeError('first \u001b[2J'));
    emitter.emit('error', new Error('second'));
    sinon.assert.calledOnce(warn);
    const [text, options] = warn.firstCall.args;
    assert.equal(text, 'TypeError: first \\u001b[2J');
    assert.equal(options.type, 'SlotwiseWarning');
    assert.equal(options.code, 'SLOTWISE_UNHEARD_ERROR');
    new Emitter<Events>().emit('error', new Error('of another client'));
    sinon.assert.calledTwice(warn);
  });

  it('warns of no error event that somebody hears', () => {
    const emitter = new Emitter<Events>();
    const listener = (): void => {};
    emitter.on('error', listener).emit('error', new Error('heard'));
    sinon.assert.notCalled(warn);
    emitter.off('error', listener).emit('error', new Error('unheard'));
    sinon.assert.calledOnce(warn);
  });
});
