import assert from 'node:assert/strict';
import Denque from 'denque';
import { DISCARDED_REPLY } from '../../../lib/connection/internal-calls.js';
import { Reader } from '../../../lib/connection/reader.js';
import { type Call, SETTLED, WRITTEN } from '../../../lib/protocol/call.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { RecordedCalls } from './recorded-calls.js';

const node = '10.0.0.1:6379';

/** A reader with calls in flight, and what it told its connection. */
class Reading {
  readonly owner = new RecordedCalls();
  readonly inFlight = new Denque<Call>();
  readonly told: string[] = [];
  readonly reader = new Reader(node, this.inFlight, {
    push: (items) => this.told.push(`push ${items.join(' ')}`),
    refused: (error) => this.told.push(error.message),
  });

  sent(words: string): Call {
    const call = this.owner.make(words);
    call.state = WRITTEN;
    this.inFlight.push(call);
    return call;
  }

  /** Reads bytes. Returns why nothing more can be read. */
  read(text: string): string | null {
    const bytes = Buffer.from(text);
    return this.reader.read(bytes, bytes.length)?.message ?? null;
  }
}

/** What is in flight, what comes, and what becomes of it. */
const cases: readonly {
  readonly name: string;
  readonly subscriber?: 2 | 3;
  readonly inFlight: readonly string[];
  readonly bytes: string;
  readonly outcomes?: readonly string[];
  readonly told?: readonly string[];
  readonly left?: number;
  readonly end?: string;
}[] = [
  { name: 'settles calls in their order', inFlight: ['GET a', 'GET b'], bytes: '+1\r\n+2\r\n', outcomes: ['GET a: 1', 'GET b: 2'] },
  { name: 'waits for the rest of a reply', inFlight: ['GET a'], bytes: '$3\r\nab', left: 1 },
  {
    name: 'hands a call whose reply is an error back, and only that',
    inFlight: ['GET a', 'GET b'],
    bytes: '-ERR no\r\n+2\r\n',
    outcomes: ['GET a handed back: error-reply', 'GET b: 2'],
  },
  {
    name: 'rejects a call whose integer is beyond 2^53',
    inFlight: ['INCR a'],
    bytes: ':9007199254740993\r\n',
    outcomes: ["INCR a: IntegerRangeError: integer reply 9007199254740993 is beyond 2^53; use with({ integers: 'bigint' }) or 'string'"],
  },
  {
    name: 'keeps pushes apart from replies',
    inFlight: ['GET a'],
    bytes: '>2\r\n+x\r\n+y\r\n+1\r\n',
    outcomes: ['GET a: 1'],
    told: ['push x,y'],
  },
  {
    name: 'tells of an error that answers no call',
    inFlight: [],
    bytes: '-ERR max number of clients reached\r\n',
    told: [`${node} refused the connection: ERR max number of clients reached`],
  },
  {
    name: 'ends at a reply that answers no call',
    inFlight: [],
    bytes: '+1\r\n',
    end: `${node}: ${node} sent a reply that no command asked for`,
  },
  {
    name: 'rejects the call whose reply is too large, and ends',
    inFlight: ['GET a', 'GET b'],
    bytes: '*99999999999\r\n',
    outcomes: ['GET a: ReplyTooLargeError: GET: '],
    left: 1,
    end: `${node}: `,
  },
  {
    name: 'takes a push for the answer to SUBSCRIBE',
    subscriber: 3,
    inFlight: ['SUBSCRIBE c'],
    bytes: '>3\r\n+subscribe\r\n+c\r\n:1\r\n',
    outcomes: ['SUBSCRIBE c: subscribe,c,1'],
  },
  {
    name: 'takes no message for the answer to SUBSCRIBE',
    subscriber: 3,
    inFlight: ['SUBSCRIBE c'],
    bytes: '>3\r\n+message\r\n+c\r\n+m\r\n',
    told: ['push message,c,m'],
    left: 1,
  },
  {
    name: 'takes no push for an answer without subscriptions',
    inFlight: ['GET a'],
    bytes: '>3\r\n+subscribe\r\n+c\r\n:1\r\n',
    told: ['push subscribe,c,1'],
    left: 1,
  },
  {
    name: 'knows messages among the replies of RESP2',
    subscriber: 2,
    inFlight: ['SUBSCRIBE c', 'PING'],
    bytes: '*3\r\n+message\r\n+c\r\n+m\r\n*3\r\n+subscribe\r\n+c\r\n:1\r\n+PONG\r\n',
    outcomes: ['SUBSCRIBE c: subscribe,c,1', 'PING: PONG'],
    told: ['push message,c,m'],
  },
  {
    name: 'drops the refusal of a SUNSUBSCRIBE that was answered before',
    subscriber: 3,
    inFlight: ['PING'],
    bytes: '-MOVED 1 h:1\r\n+PONG\r\n',
    outcomes: ['PING: PONG'],
  },
  { name: 'drops such a refusal where no call is in flight', subscriber: 3, inFlight: [], bytes: '-CLUSTERDOWN no\r\n' },
  {
    name: 'hands SSUBSCRIBE back that is refused',
    subscriber: 3,
    inFlight: ['SSUBSCRIBE c'],
    bytes: '-MOVED 1 h:1\r\n',
    outcomes: ['SSUBSCRIBE c handed back: error-reply'],
  },
];

describe('a reader', () => {
  for (const { name, subscriber, inFlight, bytes, outcomes = [], told = [], left = 0, end = null } of cases) {
    it(name, () => {
      const reading = new Reading();
      if (subscriber !== undefined) reading.reader.subscribe(subscriber);
      for (const words of inFlight) reading.sent(words);
      const why = reading.read(bytes);
      assert.ok(end === null ? why === null : why?.startsWith(end), String(why));
      assert.equal(reading.owner.outcomes.length, outcomes.length, reading.owner.outcomes.join(', '));
      for (const [index, outcome] of outcomes.entries())
        assert.ok(reading.owner.outcomes[index]?.startsWith(outcome), reading.owner.outcomes[index]);
      assert.deepEqual(
        reading.told,
        told.map((text) => text.replaceAll(',', ' ')),
      );
      assert.equal(reading.inFlight.length, left);
    });
  }

  it('drops the late reply to a settled call and the reply that a placeholder stands for', () => {
    const reading = new Reading();
    reading.sent('GET a').state = SETTLED;
    reading.inFlight.push(DISCARDED_REPLY);
    reading.sent('GET b');
    reading.read('+1\r\n+2\r\n+3\r\n');
    assert.deepEqual(reading.owner.outcomes, ['GET b: 3']);
    assert.equal(reading.owner.usage.commands, 0);
  });

  it('settles an atomic batch with its last reply, and keeps the others', () => {
    const reading = new Reading();
    const call = reading.sent('EXEC');
    call.ensureExtras().batch = {
      commands: [
        { spec: command('MULTI'), args: [] },
        { spec: command('INCR'), args: ['a'] },
      ],
      replies: [],
    };
    reading.inFlight.push(call);
    reading.inFlight.push(call);
    reading.read('+OK\r\n+QUEUED\r\n*1\r\n:7\r\n');
    assert.deepEqual(reading.owner.outcomes, ['EXEC: 7']);
    assert.deepEqual(call.batch?.replies, ['OK', 'QUEUED', [7]]);
    assert.equal(reading.owner.usage.commands, 0);
  });

  it('names node and command in the error of a reply', () => {
    const reading = new Reading();
    reading.sent('GET a');
    let seen: unknown;
    reading.owner.failed = (_, failure) => {
      seen = failure.error;
    };
    reading.read('-WRONGTYPE no\r\n');
    assert.ok(seen instanceof Error && 'node' in seen && 'command' in seen);
    assert.deepEqual([seen.node, seen.command], [node, 'GET']);
  });

  it('takes a value for a refusal where the node is no primary any more and the call needs one', () => {
    const reading = new Reading();
    const [doubted, refused] = [reading.sent('GET a'), reading.sent('GET b')];
    for (const call of [doubted, refused]) call.markDoubted();
    reading.sent('GET c');
    reading.read('+1\r\n-ERR no\r\n+3\r\n');
    assert.deepEqual(reading.owner.outcomes, ['GET a handed back: error-reply', 'GET b handed back: error-reply', 'GET c: 3']);
    assert.equal(reading.owner.usage.commands, 2, 'what is handed back counts on');
  });
});
