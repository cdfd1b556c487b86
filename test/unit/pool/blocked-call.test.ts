import assert from 'node:assert/strict';
import sinon from 'sinon';
import { blockingCall } from '../../../lib/client/dispatch/blocking-call.js';
import type { Connection } from '../../../lib/connection/connection.js';
import { ConnectionLostError, type Executed, TimeoutError } from '../../../lib/errors.js';
import { BlockedCall } from '../../../lib/pool/blocked-call.js';
import type { Lease } from '../../../lib/pool/lease.js';
import type { UnblockConnection } from '../../../lib/pool/unblock-connection.js';
import { type Call, NO_DEADLINE, WRITTEN } from '../../../lib/protocol/call.js';
import type { AtomicBatch } from '../../../lib/protocol/call-extras.js';
import { blockingOf } from '../../../lib/protocol/catalog/blocking.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import type { Exclusive } from '../../../lib/protocol/exclusive.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';
import { clock } from '../../../lib/util/clock.js';
import { RecordedCalls } from '../connection/recorded-calls.js';

const ID = 7;
const changedMyMind = (executed: Executed): TimeoutError => new TimeoutError('changed my mind', { command: 'BLPOP', executed });
const moved = new ConnectionLostError('its node is no primary any more', { node: 'n' });
const unblocked = parseReplyError('UNBLOCKED client unblocked via CLIENT UNBLOCK');

type Traits = Partial<Exclusive> & { readonly deadline?: number; readonly batch?: AtomicBatch | null };

/** A blocked call on a connection that keeps what it is given, beside one for CLIENT UNBLOCK that answers when it is told to. */
class Stage {
  readonly calls = new RecordedCalls();
  readonly call: Call;
  readonly exclusive: Exclusive;
  readonly blocked: BlockedCall;
  /** What is on the connection. */
  sent: Call | null = null;
  destroyedBy: string | null = null;
  /** CLIENT UNBLOCK, with the answer that each waits for. */
  readonly asked: { readonly how: string; readonly answer: (reply: number) => void }[] = [];
  readonly finished: boolean[] = [];

  /** `executed` of the error that its caller was given. */
  get told(): Executed | null {
    return this.calls.executed;
  }

  constructor(words: string, { deadline = NO_DEADLINE, batch = null, ...traits }: Traits = {}) {
    this.call = this.calls.make(words, deadline);
    this.call.ensureExtras().batch = batch;
    this.exclusive = { ...blockingCall(blockingOf(this.call.spec, this.call.args)), ...traits };
    const connection = {
      key: 'n',
      state: 'ready',
      server: { id: ID },
      send: (sent: Call) => {
        sent.state = WRITTEN;
        this.sent = sent;
      },
      destroy: (error: Error) => {
        this.destroyedBy = error.message;
      },
    };
    const lease = { connection: connection as unknown as Connection } as Lease; // all that the call needs of them
    const unblock = {
      silentMs: 0,
      unblock: (id: number, how: string) => {
        assert.equal(id, ID);
        return new Promise((answer) => this.asked.push({ how, answer }));
      },
    } as unknown as UnblockConnection;
    this.blocked = new BlockedCall(this.call, this.exclusive, lease, unblock, (dirty) => this.finished.push(dirty));
    this.blocked.send();
  }

  /** The server answers the command. */
  reply(value: string | null): void {
    this.sent?.succeed(value);
  }

  refuse(): void {
    if (this.sent !== null) this.blocked.failed(this.sent, { kind: 'error-reply', error: unblocked, node: 'n' });
  }

  get outcomes(): readonly string[] {
    return this.calls.outcomes;
  }
}

const settled = (): Promise<void> => Promise.resolve().then(() => {});

describe('a blocked call', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance', 'Date'] });
  });
  afterEach(() => {
    time.tick(50);
    time.restore();
  });

  it('asks the server to end the wait of a caller that gives up, and keeps the connection', () => {
    const stage = new Stage('BLPOP q 0');
    stage.blocked.cancel(changedMyMind);
    assert.deepEqual(
      stage.asked.map(({ how }) => how),
      ['ERROR'],
    );
    assert.equal(stage.destroyedBy, null);
    stage.refuse();
    assert.deepEqual(stage.outcomes, ['BLPOP q 0: TimeoutError: changed my mind']);
    assert.equal(stage.call.executed, 'no');
  });

  it('that does not block is given up with its connection', () => {
    const stage = new Stage('GET k', { kind: 'alone' });
    stage.blocked.cancel(changedMyMind);
    assert.deepEqual(stage.asked, []);
    assert.match(stage.destroyedBy ?? '', /has not answered, and nobody waits for it any more/);
  });

  it('delivers an element that was popped before the server heard of it', () => {
    const stage = new Stage('BLPOP q 0');
    stage.blocked.cancel(changedMyMind);
    stage.reply('popped');
    assert.deepEqual(stage.outcomes, ['BLPOP q 0: popped']);
  });

  it('that got nothing fails with the reason of its caller', () => {
    const stage = new Stage('BLPOP q 1');
    stage.blocked.cancel(changedMyMind);
    stage.reply(null);
    assert.deepEqual(stage.outcomes, ['BLPOP q 1: TimeoutError: changed my mind']);
  });

  it('goes back to its owner when its node is not the right one any more', () => {
    const stage = new Stage('BLPOP q 0');
    stage.blocked.reroute(moved);
    assert.equal(stage.asked.length, 1);
    stage.refuse();
    assert.deepEqual(stage.outcomes, ['BLPOP q 0 handed back: not-sent']);
  });

  it('leaves the connection to others only after CLIENT UNBLOCK is answered', async () => {
    const stage = new Stage('BLPOP q 0');
    stage.blocked.cancel(changedMyMind);
    stage.reply('popped');
    assert.deepEqual(stage.finished, [], 'the next caller would be unblocked');
    stage.asked[0]?.answer(0);
    await settled();
    assert.deepEqual(stage.finished, [false]);
  });

  it('asks again where CLIENT UNBLOCK came before the command', async () => {
    const stage = new Stage('BLPOP q 0');
    stage.blocked.cancel(changedMyMind);
    time.tick(30);
    stage.blocked.tick(clock.now());
    assert.equal(stage.asked.length, 1, 'the first one is on its way');
    stage.asked[0]?.answer(0);
    await settled();
    stage.blocked.tick(clock.now());
    assert.equal(stage.asked.length, 2);
  });

  it('asks no longer than a second', () => {
    const stage = new Stage('BLPOP q 0');
    stage.blocked.cancel(changedMyMind);
    stage.blocked.tick(clock.now() + 999);
    assert.equal(stage.destroyedBy, null);
    stage.blocked.tick(clock.now() + 1_000);
    assert.match(stage.destroyedBy ?? '', /was asked to let go of a blocked command and said nothing/);
  });

  const waits: readonly (readonly [words: string, agoMs: number, sent: string])[] = [
    ['BLPOP q 5', 4_000, 'BLPOP q 1'],
    ['BLPOP q 5', 4_750, 'BLPOP q 0.25'],
    ['XREAD BLOCK 5000 STREAMS s $', 4_000, 'XREAD BLOCK 1000 STREAMS s $'],
    ['BLPOP q 0', 4_000, 'BLPOP q 0'],
  ];
  for (const [words, agoMs, sent] of waits) {
    it(`that has waited for ${agoMs} ms of ${words} elsewhere sends ${sent}`, () => {
      const stage = new Stage(words, { since: clock.now() - agoMs });
      assert.equal([stage.sent?.spec.name, ...(stage.sent?.args ?? [])].join(' '), sent);
    });
  }

  describe('with a write in front of WAIT', () => {
    const roleChanged = parseReplyError('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)');
    const write = { spec: specOf(['SET', 'k', 'v']).spec, args: ['k', 'v'] };
    const staged = (reply: Raw): Stage => new Stage('WAIT 1 100', { batch: { commands: [write], replies: [reply] } });
    const end = (stage: Stage): void => {
      if (stage.sent !== null) stage.blocked.failed(stage.sent, { kind: 'error-reply', error: roleChanged, node: 'n' });
    };

    it('is not sent again when the wait ends by a change of role, though another node shall have it', () => {
      const stage = staged('OK');
      stage.blocked.reroute(moved);
      end(stage);
      assert.deepEqual(stage.outcomes, ['WAIT 1 100 handed back: error-reply'], 'whose owner knows that the write has run');
    });

    it('says that it ran to a caller that gives up', () => {
      const stage = staged('OK');
      stage.blocked.cancel(changedMyMind);
      end(stage);
      assert.equal(stage.outcomes.length, 1);
      assert.equal(stage.told, 'yes');
    });

    it('goes to another node where the write was refused', () => {
      const stage = staged(parseReplyError("READONLY You can't write against a read only replica."));
      stage.blocked.reroute(moved);
      end(stage);
      assert.deepEqual(stage.outcomes, ['WAIT 1 100 handed back: not-sent']);
    });
  });

  it('ends at its deadline', () => {
    const stage = new Stage('BLPOP q 1', { deadline: clock.deadlineIn(1_500) });
    stage.blocked.tick(clock.now());
    assert.deepEqual(stage.asked, []);
    time.tick(1_600);
    stage.blocked.tick(clock.now());
    assert.equal(stage.asked.length, 1);
    stage.refuse();
    assert.match(stage.outcomes.join(), /^BLPOP q 1: TimeoutError: BLPOP timed out: n kept it waiting/);
  });
});
