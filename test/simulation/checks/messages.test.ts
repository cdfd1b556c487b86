import assert from 'node:assert/strict';
import { type Gap, NotReplicatedError } from '../../../lib/index.js';
import type { Books, Execution } from '../books.js';
import { failureOf, plainTraits, type SubscriberRecord } from '../workloads/calls.js';
import { booksOf, findingsOf, forgedCall, forgedEvidence, forgedExecution, rejected, resolved, serverNamed } from './forge.js';
import { pops } from './pops.js';
import { deliveries, gaps } from './subscribers.js';

const WALL_MS = Date.UTC(2026, 0, 1);
const server = serverNamed('10.0.0.1:6379');
const other = serverNamed('10.0.0.2:6379');
const session = { id: 9, name: '' } as Execution['session'];

/** `m1 gap:15-25 m3`: what a subscriber to `news` was given. */
function subscriber(given: string): SubscriberRecord {
  const items = given.split(' ').filter((item) => item !== '');
  return {
    id: 9,
    client: 'a',
    kind: 'channel',
    names: ['news'],
    confirmedAt: 5,
    endedAt: 20_000,
    deliveries: items.map((item, place) => {
      const [, since, until] = /^gap:(\d+)-(\d+)$/.exec(item) ?? [];
      if (since === undefined)
        return { type: 'message', at: 11 + place * 10, channel: 'news', message: `m#${item.slice(1)}`, pattern: null };
      const gap = {
        type: 'gap',
        name: 'news',
        reason: 'connection',
        sinceMs: WALL_MS + Number(since),
        untilMs: WALL_MS + Number(until),
      } as Gap;
      return { type: 'gap', at: 11 + place * 10, gap };
    }),
  };
}

/** Messages 1 to 3, published at 10, 20 and 30 ms; the subscriber was there from 1 ms on, but for this span. */
function published(away?: readonly [number, number], at = server): Books {
  const books = booksOf([1, 2, 3].map((id) => forgedExecution(id * 10, `PUBLISH news m#${id}`, { server: at, reply: 1 })));
  const turn = (time: number, isOn: boolean) =>
    books.subscriptionTurns.push({ at: time, server, session, kind: 'channel', name: 'news', isOn });
  turn(1, true);
  if (away !== undefined) {
    turn(away[0], false);
    turn(away[1], true);
  }
  for (const { at: time, words } of books.executions) {
    const isThere = at === server && (away === undefined || time < away[0] || time >= away[1]);
    const [, channel = '', message = ''] = words;
    books.publications.push({ at: time, server: at, isSharded: false, channel, message, receivers: isThere ? [session] : [], closed: [] });
  }
  return books;
}

describe('simulation: subscribers', () => {
  const found = (check: typeof gaps, given: string, books = published(), more = {}) =>
    findingsOf(check, forgedEvidence({ subscribers: [subscriber(given)], books, ...more }));

  it('nothing comes twice, nothing out of order', () => {
    assert.deepEqual(found(deliveries, 'm1 m2 m3'), []);
    assert.match(found(deliveries, 'm1 m2 m2 m3')[0] ?? '', /was given 'm#2' twice/);
    assert.match(found(deliveries, 'm1 m3 m2')[0] ?? '', /was given 'm#2' at .* behind 'm#3'/);
  });

  it('what the servers handed on long after it was published is theirs', () => {
    const books = published();
    books.publications.push({ at: 90, server: other, isSharded: false, channel: 'news', message: 'm#2', receivers: [session], closed: [] });
    assert.deepEqual(found(deliveries, 'm1 m2 m3 m2', books), []);
  });

  it('a message that was handed out and did not come lies in a gap', () => {
    assert.deepEqual(found(gaps, 'm1 m2 m3'), []);
    assert.deepEqual(found(gaps, 'm1 gap:15-25 m3'), []);
    assert.match(found(gaps, 'm1 m3')[0] ?? '', /missed 'm#2' .* it had none/);
    assert.match(found(gaps, 'm1 gap:22-25 m3')[0] ?? '', /its gaps are connection 22.00 ms to 25.00 ms/);
    assert.match(found(gaps, 'm1')[0] ?? '', /missed 'm#2'/);
  });

  it('what was on its way behind the last message when the subscriber left is not missing', () => {
    const left = { ...subscriber('m1 m2'), endedAt: 35 };
    const onItsWay = { ...left, deliveries: left.deliveries.map((item) => ({ ...item, at: item.at + 12 })) };
    assert.deepEqual(findingsOf(gaps, forgedEvidence({ subscribers: [onItsWay], books: published() })), []);
    assert.match(found(gaps, 'm2 m3')[0] ?? '', /missed 'm#1'/);
    const books = published();
    const together = { server, isSharded: false, channel: 'news', receivers: [session], closed: [] };
    books.publications.push({ ...together, at: 34, message: 'm#4' }, { ...together, at: 34, message: 'm#5' });
    const leftInBetween = { ...subscriber('m1 m2 m3 m4'), endedAt: 35 };
    assert.deepEqual(findingsOf(gaps, forgedEvidence({ subscribers: [leftInBetween], books })), []);
  });

  it('one that came while the subscriber was nowhere, too, once messages come again', () => {
    assert.equal(found(gaps, 'm1 m3', published([15, 25])).length, 1);
    assert.deepEqual(found(gaps, 'm1 gap:15-25 m3', published([15, 25])), []);
    assert.deepEqual(found(gaps, 'm1', published([15, 30_000])), []);
  });

  it('one that never came to the server of the subscriber need not', () => {
    assert.deepEqual(found(gaps, '', published(undefined, other)), []);
  });

  it('one that a server handed to a connection that was closed is missed only by who was subscribed nowhere else', () => {
    const books = published();
    const handedLate = { at: 25, server, isSharded: false, channel: 'news', message: 'm#4', receivers: [session], closed: [session] };
    books.publications.push(handedLate);
    assert.match(found(gaps, 'm1 m2 m3', books)[0] ?? '', /missed 'm#4'/);
    const elsewhere = { id: 10, name: '' } as Execution['session'];
    books.subscriptionTurns.push({ at: 22, server: other, session: elsewhere, kind: 'channel', name: 'news', isOn: true });
    assert.deepEqual(found(gaps, 'm1 m2 m3', books), []);
  });

  it('where the clock was set, any gap will do', () => {
    assert.deepEqual(found(gaps, 'm1 gap:922-925 m3', published(), { hasWallJumps: true }), []);
  });
});

describe('simulation: pops', () => {
  const pushed = forgedCall(1, 'RPUSH q e#1', { outcome: resolved(1) });
  const pop = forgedCall(2, 'BLPOP q 1', { traits: { ...plainTraits, blocks: true }, outcome: resolved(['q', 'e#1']) });
  const popped = forgedExecution(20.5, 'BLPOP q 1', { reply: ['q', 'e#1'], effects: [['LPOP', 'q']] });
  const found = (calls: readonly (typeof pop)[], ...runs: Execution[]) =>
    findingsOf(pops, forgedEvidence({ calls: [pushed, ...calls], books: booksOf(runs) }));

  it('an element comes to one caller', () => {
    assert.deepEqual(found([pop], popped), []);
    assert.match(found([pop, { ...pop, id: 3 }], popped)[0] ?? '', /gave away the element of #1/);
  });

  it('an element that came to nobody was lost by us, unless a caller was told that it may be', () => {
    assert.deepEqual(found([{ ...pop, outcome: rejected('unknown') }], popped), []);
    assert.match(found([{ ...pop, outcome: rejected('no') }], popped)[0] ?? '', /The element of #1 .* came to nobody: .*gave up then: #2/);
    assert.match(found([{ ...pop, outcome: resolved(null) }], popped)[0] ?? '', /came to nobody/);
    assert.match(found([{ ...pop, outcome: rejected('unknown'), issuedAt: 50 }], popped)[0] ?? '', /came to nobody/);
  });

  it('an element came to a caller who is told that too few replicas know that it was taken', () => {
    const told = (reply: unknown) => {
      const error = new NotReplicatedError('BLPOP', { acknowledged: 0, wanted: 1, timeoutMs: 500, reply });
      return { ...pop, outcome: { ok: false, error: failureOf(error) } as const };
    };
    assert.deepEqual(found([told(['q', Buffer.from('e#1')])], popped), []);
    assert.match(found([told(null)], popped)[0] ?? '', /The element of #1 .* came to nobody/);
  });

  it('an element that an old primary gave to a caller who does not know it, too, may come from the new one', () => {
    const unsure = { ...pop, outcome: rejected('unknown') };
    const later = { ...pop, id: 3, issuedAt: 50, settledAt: 51 };
    assert.deepEqual(found([unsure, later], popped, { ...popped, at: 50.5, sentAt: 50.2 }), []);
  });

  it('one caller who does not know explains one element, an idempotent one any number', () => {
    const unsure = { ...pop, outcome: rejected('unknown') };
    const again = { ...popped, reply: ['q', 'e#7'] };
    assert.equal(found([unsure], popped, again).length, 1);
    assert.deepEqual(found([{ ...unsure, traits: { ...plainTraits, isIdempotent: true } }], popped, again), []);
  });
});
