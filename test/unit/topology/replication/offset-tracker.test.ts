import assert from 'node:assert/strict';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { OffsetTracker, type Position, positionOf, type Replicating } from '../../../../lib/topology/replication/offset-tracker.js';

const info = (...lines: readonly string[]): string => ['# Replication', ...lines].join('\r\n');

const CASES: readonly (readonly [what: string, raw: Raw, access: 'primary' | 'replica', position: Position | null])[] = [
  ['a primary', info('role:master', 'master_replid:abc', 'master_repl_offset:12'), 'primary', { replid: 'abc', offset: 12 }],
  [
    'a replica, by what it applied',
    info('role:slave', 'master_replid:abc', 'slave_read_repl_offset:15', 'slave_repl_offset:12', 'master_repl_offset:15'),
    'replica',
    { replid: 'abc', offset: 12 },
  ],
  ['a primary that was demoted', info('role:slave', 'master_replid:abc', 'master_repl_offset:12', 'slave_repl_offset:12'), 'primary', null],
  ['a replica that was promoted', info('role:master', 'master_replid:abc', 'master_repl_offset:12'), 'replica', null],
  [
    'a replica that synchronises: its data set is about to be replaced',
    info('role:slave', 'master_sync_in_progress:1', 'master_replid:abc', 'slave_repl_offset:12'),
    'replica',
    null,
  ],
  ['a replica that has nothing yet', info('role:slave', 'master_replid:abc', 'slave_repl_offset:-1'), 'replica', null],
  ['a server that does not say', info('role:master'), 'primary', null],
  ['something else', null, 'primary', null],
];

/** Node that answers when the test says so. */
class FakeNode implements Replicating {
  processEpoch = 1;
  asked = 0;
  answer: (raw: Raw) => void = () => assert.fail('was not asked');
  refuse: (error: Error) => void = () => assert.fail('was not asked');

  ask(): Promise<Raw> {
    this.asked++;
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
    });
  }
}

const afterImmediates = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('OffsetTracker', () => {
  for (const [what, raw, access, position] of CASES) {
    it(`reads the position of ${what}`, () => assert.deepEqual(positionOf(raw, access), position));
  }

  const at = (role: 'master' | 'slave', offset: number): string =>
    info(`role:${role}`, 'master_replid:abc', `${role === 'master' ? 'master' : 'slave'}_repl_offset:${offset}`);

  it('asks the primary first and then the replicas, none of them twice in 5 ms however many sessions ask', async () => {
    let now = 0;
    const offsets = new OffsetTracker(() => now);
    const [primary, replica] = [new FakeNode(), new FakeNode()];
    for (let i = 0; i < 5; i++) offsets.fetchPrimaryOffset(primary, [replica]);
    assert.deepEqual([primary.asked, replica.asked], [1, 0]);
    primary.answer(at('master', 7));
    await afterImmediates();
    assert.deepEqual([primary.asked, replica.asked], [1, 1]);
    offsets.check(replica);
    replica.answer(at('slave', 6));
    await afterImmediates();
    offsets.check(replica);
    offsets.fetchPrimaryOffset(primary, [replica]);
    assert.deepEqual([primary.asked, replica.asked], [1, 1]);
    assert.equal(offsets.lastReply(primary)?.position.offset, 7);
    assert.equal(offsets.lastReply(replica)?.position.offset, 6);
    now = 10;
    offsets.check(replica);
    assert.equal(replica.asked, 2);
  });

  it('numbers the requests, so that an earlier write is known to be in the answer', async () => {
    const offsets = new OffsetTracker(() => 0);
    const primary = new FakeNode();
    const before = offsets.next;
    offsets.fetchPrimaryOffset(primary, []);
    const later = offsets.next;
    primary.answer(at('master', 7));
    await afterImmediates();
    const reply = offsets.lastReply(primary) ?? assert.fail('no reply');
    assert.ok(reply.requestNo >= before && reply.requestNo < later);
  });

  it('ignores the answer of a process that may be gone, and a node that does not answer', async () => {
    let now = 0;
    const offsets = new OffsetTracker(() => now);
    const node = new FakeNode();
    offsets.check(node);
    node.processEpoch = 2;
    node.answer(at('slave', 5));
    await afterImmediates();
    assert.equal(offsets.lastReply(node), null);
    now = 10;
    offsets.check(node);
    node.refuse(new Error('gone'));
    await afterImmediates();
    assert.equal(offsets.lastReply(node), null);
    now = 20;
    offsets.check(node);
    node.answer(at('slave', 5));
    await afterImmediates();
    assert.equal(offsets.lastReply(node)?.processEpoch, 2);
  });

  it('forgets the offset of a replica whose data set is about to be replaced', async () => {
    let now = 0;
    const offsets = new OffsetTracker(() => now);
    const replica = new FakeNode();
    offsets.check(replica);
    replica.answer(at('slave', 6));
    await afterImmediates();
    assert.equal(offsets.lastReply(replica)?.position.offset, 6);
    now = 10;
    offsets.check(replica);
    replica.answer(`${at('slave', 6)}\r\nmaster_sync_in_progress:1`);
    await afterImmediates();
    assert.equal(offsets.lastReply(replica), null);
  });
});
