import assert from 'node:assert/strict';
import { Session, SessionWrite } from '../../../lib/client/session.js';
import { TimeoutError } from '../../../lib/errors.js';
import { type Call, type CallOwner, newCall, takePromise } from '../../../lib/protocol/call.js';
import { sinkExtras } from '../../../lib/protocol/call-extras.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import { OffsetTracker, type Replicating } from '../../../lib/topology/replication/offset-tracker.js';

/** Node whose role, offset and replid the test decides. */
class FakeNode implements Replicating {
  processEpoch = 1;
  asked = 0;
  silent = false;

  constructor(
    readonly name: string,
    public role: 'master' | 'slave',
    public offset: number,
    public replid = 'one',
  ) {}

  ask(): Promise<Raw> {
    this.asked++;
    if (this.silent) return new Promise(() => {});
    return Promise.resolve(
      [
        `role:${this.role}`,
        `master_replid:${this.replid}`,
        `${this.role === 'master' ? 'master' : 'slave'}_repl_offset:${this.offset}`,
      ].join('\r\n'),
    );
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Session', () => {
  let now = 0;
  let offsets: OffsetTracker;
  let session: Session;
  let primary: FakeNode;
  let near: FakeNode;
  let far: FakeNode;
  beforeEach(() => {
    now = 0;
    offsets = new OffsetTracker(() => now);
    session = new Session(offsets);
    primary = new FakeNode('primary', 'master', 100);
    near = new FakeNode('near', 'slave', 100);
    far = new FakeNode('far', 'slave', 100);
  });

  const wrote = (node: FakeNode | null = primary, slot = -1, moving = false): void => session.wrote(slot, node, primary, moving);

  /** The nodes that may serve a read now; the requests for offsets that it causes are answered afterwards. */
  async function readers(slot = -1): Promise<string> {
    const allowed = session.allowed(slot, primary, [near, far]);
    now += 10;
    await nextTurn();
    return allowed === null ? 'primary' : allowed.map(({ name }) => name).join(' ');
  }

  it('reads anywhere until it has written, and asks nobody', async () => {
    assert.equal(await readers(), 'near far');
    assert.equal(primary.asked + near.asked + far.asked, 0);
  });

  it('reads the primary after a write, until replicas are known to have it', async () => {
    wrote();
    assert.equal(await readers(), 'primary');
    assert.equal(await readers(), 'near far');
    assert.deepEqual([primary.asked, near.asked, far.asked], [1, 1, 1]);
    assert.equal(await readers(), 'near far');
    assert.deepEqual([primary.asked, near.asked, far.asked], [1, 1, 1], 'what is known is not asked again');
  });

  it('does not read from a replica that is behind, and does as soon as it is not', async () => {
    far.offset = 99;
    wrote();
    assert.equal(await readers(), 'primary');
    assert.equal(await readers(), 'near');
    near.silent = true;
    near.processEpoch = 2;
    assert.equal(await readers(), 'primary');
    far.offset = 100;
    assert.equal(await readers(), 'primary');
    assert.equal(await readers(), 'far');
  });

  it('takes no answer for a write that was asked for before the write', async () => {
    offsets.fetchPrimaryOffset(primary, [near, far]);
    wrote();
    primary.offset = 120;
    now += 10;
    await nextTurn();
    assert.equal(await readers(), 'primary');
    assert.equal(await readers(), 'primary', 'the replicas have not what the primary says now');
    near.offset = 120;
    assert.equal(await readers(), 'primary');
    assert.equal(await readers(), 'near');
  });

  it('reads the primary while a write of the slot is on its way', async () => {
    session.begin(5);
    session.begin(5);
    assert.equal(await readers(5), 'primary');
    assert.equal(await readers(6), 'near far');
    session.end(5);
    assert.equal(await readers(5), 'primary');
    assert.deepEqual([session.isWriting(5), session.isWriting(6)], [true, false]);
    session.end(5);
    assert.equal(session.isWriting(5), false);
    assert.equal(await readers(5), 'near far', 'nothing has left');
  });

  it('begins anew with another process behind the address of a replica, which may have less', async () => {
    wrote();
    await readers();
    assert.equal(await readers(), 'near far');
    near.processEpoch = 2;
    near.offset = 50;
    assert.equal(await readers(), 'far');
    near.offset = 100;
    assert.equal(await readers(), 'far');
    assert.equal(await readers(), 'near far');
  });

  it('drops its tokens at a failover, and needs an offset of the new primary from after it', async () => {
    wrote();
    await readers();
    assert.equal(await readers(), 'near far');
    const old = primary;
    primary = new FakeNode('promoted', 'master', 90, 'two');
    offsets.changed();
    assert.equal(await readers(), 'primary');
    assert.equal(await readers(), 'primary', 'the replicas still have the replid of the old one');
    assert.equal(old.asked, 1);
    near.replid = 'two';
    near.offset = 95;
    await readers();
    await readers();
    await readers();
    assert.equal(await readers(), 'near');
  });

  it('does not care about a failover before its first write', async () => {
    offsets.changed();
    assert.equal(await readers(), 'near far');
    assert.equal(primary.asked, 0);
  });

  it('needs to know more when another node than the primary answered, or one that is gone', async () => {
    for (const node of [new FakeNode('old', 'master', 500), null]) {
      wrote(node);
      assert.equal(await readers(), 'primary');
      assert.equal(await readers(), 'near far');
    }
  });

  it('reads a slot that is on the move from its primary until slots or primaries have changed', async () => {
    wrote(new FakeNode('target', 'master', 500), 7, true);
    for (let i = 0; i < 4; i++) assert.equal(await readers(7), 'primary');
    await readers(8);
    assert.equal(await readers(8), 'near far');
    offsets.changed();
    assert.equal(await readers(7), 'primary');
    assert.equal(await readers(7), 'near far');
  });

  it('sees that the primary itself has begun another replication stream', async () => {
    wrote();
    await readers();
    primary.replid = near.replid = far.replid = 'two';
    near.processEpoch = far.processEpoch = 2;
    assert.equal(await readers(), 'primary');
    for (let i = 0; i < 3; i++) await readers();
    assert.equal(await readers(), 'near far');
  });

  it('waits for a primary once it has written', () => {
    assert.deepEqual(session.allowed(-1, null, [near]), [near]);
    wrote();
    assert.equal(session.allowed(-1, null, [near]), null);
  });

  describe('learns of a write', () => {
    const owner: CallOwner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: (call, { error }) => call.fail(error) };
    const ended: (string | null)[] = [];
    beforeEach(() => ended.splice(0));

    const write = (): { call: Call; outcome: Promise<unknown> } => {
      const call = newCall(specOf(['SET']).spec, ['k', '1'], null, 0, owner, 0);
      const outcome = takePromise();
      call.ensureExtras().sink = new SessionWrite(call, (node) => ended.push(node));
      return { call, outcome };
    };

    it('when it is answered, by the node that got it last', async () => {
      const { call, outcome } = write();
      call.extras?.sink?.onSent?.('a');
      call.extras?.sink?.onSent?.('b');
      assert.deepEqual(ended, []);
      call.succeed('OK');
      assert.equal(await outcome, 'OK');
      assert.deepEqual(ended, ['b']);
    });

    it('whose outcome nobody knows, which may have been executed', async () => {
      const { call, outcome } = write();
      call.extras?.sink?.onSent?.('a');
      call.fail(new TimeoutError('over', { executed: 'unknown' }));
      await assert.rejects(outcome, { executed: 'unknown' });
      assert.deepEqual(ended, ['a']);
    });

    it('that never left', async () => {
      const { call, outcome } = write();
      call.fail(new TimeoutError('over'));
      await assert.rejects(outcome);
      assert.deepEqual(ended, [null]);
    });

    it('in a pipeline, whose place it keeps', () => {
      const got: unknown[] = [];
      const sink = { onValue: (at: number, value: unknown) => got.push([at, value]), onError: (at: number) => got.push([at]) };
      const call = newCall(specOf(['SET']).spec, ['k', '1'], null, 0, owner, 0, sinkExtras(sink, 3));
      call.ensureExtras().sink = new SessionWrite(call, (node) => ended.push(node));
      call.extras?.sink?.onSent?.('a');
      call.succeed('OK');
      assert.deepEqual([got, ended], [[[3, 'OK']], ['a']]);
    });
  });
});
