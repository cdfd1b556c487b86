import {
  AuthError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  DatabaseError,
  ProtocolError,
  type QueueFullError,
  TlsError,
} from '../../lib/errors.js';
import type { AttemptFailure } from '../../lib/protocol/call.js';
import { parseReplyError } from '../../lib/protocol/resp/reply-error.js';
import type { AttemptFacts, Decision, Lesson } from '../../lib/routing/retry.js';

/** Design, section 5: what happened, and what follows. */
export interface RetryCase {
  readonly name: string;
  readonly failure: AttemptFailure;
  /** Default: a first attempt of a write to slot 7. */
  readonly facts?: Partial<AttemptFacts>;
  /** Chosen with a `random` that always gives 0: every backoff is the least there is. */
  readonly decision: Decision;
  /** What it says about the node. Default: that the topology should be looked at, after anything but a reply; else nothing. */
  readonly lesson?: Lesson;
}

export const leastBackoffMs = 10;

const reply = (text: string): AttemptFailure => ({ kind: 'error-reply', error: parseReplyError(text), node: '10.0.0.1:7000' });
const unwritten = (error: AuthError | ConnectError | DatabaseError | ClosedError | ConnectionLostError): AttemptFailure => ({
  kind: 'not-sent',
  error,
});
const lost = (error: ConnectionLostError | ProtocolError | QueueFullError): AttemptFailure => ({ kind: 'connection-lost', error });

const reject: Decision = { act: 'reject' };
const elsewhere: Decision = { act: 'reselect', afterMs: 0, waiting: 'none' };
const alone: Decision = { act: 'isolate', afterMs: 20, ask: false };
const moved = (host: string, port: number, slot = 7, afterMs = 0): Decision => ({
  act: 'resend',
  to: { kind: 'MOVED', slot, host, port },
  asking: false,
  patch: true,
  afterMs,
});
const ask = (host: string, port: number, slot = 7, afterMs = 0): Decision => ({
  act: 'resend',
  to: { kind: 'ASK', slot, host, port },
  asking: true,
  patch: false,
  afterMs,
});
const redirect = (host: string, port: number): Decision => ({
  act: 'resend',
  to: { kind: 'REDIRECT', host, port },
  asking: false,
  patch: false,
  afterMs: 0,
});
const later: Decision = { act: 'reselect', afterMs: leastBackoffMs, waiting: 'none' };
const inOrder: Decision = { ...later, waiting: 'all' };
const look: Lesson = { wake: true, demoted: false, avoid: false, renew: false };
const avoid: Lesson = { wake: true, demoted: false, avoid: true, renew: false };
const redirected: Lesson = { wake: true, demoted: true, avoid: false, renew: false };
const demoted: Lesson = { wake: true, demoted: true, avoid: true, renew: true };
/** A refusal of the server, after which all of the slot waits. */
const refused = { decision: inOrder, lesson: avoid } as const;

const ofProxy: AttemptFailure = reply('ERR Connection refused');

export const retryCases: readonly RetryCase[] = [
  // A proxy answers for itself
  { name: 'what a proxy could not pass on', failure: ofProxy, facts: { proxy: 'always' }, decision: later },
  { name: 'a write without an answer of a proxy', failure: ofProxy, facts: { proxy: 'reads' }, decision: reject },
  { name: 'a read without an answer of a proxy', failure: ofProxy, facts: { proxy: 'reads', repeatable: true }, decision: later },
  { name: 'several parts that a proxy has failed at', failure: ofProxy, facts: { proxy: 'never', repeatable: true }, decision: reject },

  // Not written yet
  { name: 'a connection that could not be made', failure: unwritten(new ConnectError('refused')), decision: elsewhere },
  { name: 'a certificate that is not accepted', failure: unwritten(new TlsError('expired')), decision: reject },
  { name: 'a connection that broke before the write', failure: unwritten(new ConnectionLostError('broke')), decision: elsewhere },
  { name: 'a connection that was closing', failure: unwritten(new ClosedError('closing')), decision: elsewhere },
  {
    name: 'the same after a hundred attempts: the deadline ends it, not a count',
    failure: unwritten(new ConnectError('refused')),
    facts: { attempts: 100 },
    decision: elsewhere,
  },
  { name: 'refused credentials: they will be refused again', failure: unwritten(new AuthError('WRONGPASS')), decision: reject },
  { name: 'a refused database: it will be refused again', failure: unwritten(new DatabaseError('refused SELECT')), decision: reject },

  // Lost after the write
  { name: 'a lost read', failure: lost(new ConnectionLostError('broke')), facts: { repeatable: true }, decision: elsewhere },
  {
    name: 'a read lost for the second time',
    failure: lost(new ConnectionLostError('broke')),
    facts: { repeatable: true, losses: 2 },
    decision: alone,
  },
  {
    name: 'a blocking read lost for the first time, on a connection of its own',
    failure: lost(new ConnectionLostError('broke')),
    facts: { repeatable: true, alone: true },
    decision: elsewhere,
  },
  {
    name: 'a blocking read lost for the second time',
    failure: lost(new ConnectionLostError('broke')),
    facts: { repeatable: true, losses: 2, alone: true },
    decision: alone,
  },
  {
    name: 'a read lost on a connection of its own, too',
    failure: lost(new ConnectionLostError('broke')),
    facts: { repeatable: true, losses: 3, alone: true },
    decision: { act: 'isolate', afterMs: 20, ask: true },
  },
  {
    name: 'a read lost three times, never alone',
    failure: lost(new ConnectionLostError('broke')),
    facts: { repeatable: true, losses: 3 },
    decision: alone,
  },
  { name: 'a write lost for the second time', failure: lost(new ConnectionLostError('broke')), facts: { losses: 2 }, decision: reject },
  { name: 'a lost write: it may have run', failure: lost(new ConnectionLostError('broke')), decision: reject },
  { name: 'a write lost to garbage', failure: lost(new ProtocolError('garbage')), decision: reject },
  { name: 'a read lost to garbage', failure: lost(new ProtocolError('garbage')), facts: { repeatable: true }, decision: elsewhere },

  // Redirections
  { name: 'MOVED', failure: reply('MOVED 7 10.0.0.2:7001'), decision: moved('10.0.0.2', 7001) },
  { name: 'MOVED for a read', failure: reply('MOVED 7 10.0.0.2:7001'), facts: { repeatable: true }, decision: moved('10.0.0.2', 7001) },
  { name: 'MOVED without a host', failure: reply('MOVED 7 :7001'), decision: moved('', 7001) },
  { name: 'MOVED to a name', failure: reply('MOVED 7 node-2.example:7001'), decision: moved('node-2.example', 7001) },
  { name: 'MOVED to IPv6, split on the last colon', failure: reply('MOVED 7 2001:db8::2:7001'), decision: moved('2001:db8::2', 7001) },
  { name: 'MOVED to IPv6 in brackets', failure: reply('MOVED 7 [2001:db8::2]:7001'), decision: moved('2001:db8::2', 7001) },
  { name: 'MOVED of the last slot', failure: reply('MOVED 16383 10.0.0.2:7001'), decision: moved('10.0.0.2', 7001, 16_383) },
  { name: 'MOVED of a slot that cannot be', failure: reply('MOVED 16384 10.0.0.2:7001'), decision: reject },
  { name: 'MOVED to a port that cannot be', failure: reply('MOVED 7 10.0.0.2:65536'), decision: reject },
  { name: 'MOVED to port 0', failure: reply('MOVED 7 10.0.0.2:0'), decision: reject },
  {
    name: 'MOVED to a node whose name is not known yet',
    failure: reply('MOVED 7 ?:7001'),
    decision: later,
    lesson: look,
  },
  { name: 'MOVED to a name in capitals', failure: reply('MOVED 7 Node-2.Example:7001'), decision: moved('node-2.example', 7001) },
  { name: 'MOVED without a port', failure: reply('MOVED 7 10.0.0.2'), decision: reject },
  { name: 'MOVED of no slot', failure: reply('MOVED x 10.0.0.2:7001'), decision: reject },
  { name: 'MOVED and nothing else', failure: reply('MOVED'), decision: reject },
  { name: 'a second redirection', failure: reply('MOVED 7 h:1'), facts: { redirects: 1 }, decision: moved('h', 1) },
  {
    name: 'a third redirection, after a pause',
    failure: reply('MOVED 7 h:1'),
    facts: { redirects: 2 },
    decision: moved('h', 1, 7, leastBackoffMs),
  },
  {
    name: 'the sixteenth redirection',
    failure: reply('MOVED 7 h:1'),
    facts: { redirects: 15 },
    decision: moved('h', 1, 7, leastBackoffMs),
  },
  { name: 'the seventeenth redirection', failure: reply('MOVED 7 h:1'), facts: { redirects: 16 }, decision: reject },
  { name: 'ASK', failure: reply('ASK 7 10.0.0.2:7001'), decision: ask('10.0.0.2', 7001) },
  { name: 'ASK without a host', failure: reply('ASK 7 :7001'), decision: ask('', 7001) },
  { name: 'ASK, the third redirection', failure: reply('ASK 7 h:1'), facts: { redirects: 2 }, decision: ask('h', 1, 7, leastBackoffMs) },
  { name: 'ASK that leads nowhere', failure: reply('ASK 7 10.0.0.2:0'), decision: reject },
  { name: 'ASK, the seventeenth redirection', failure: reply('ASK 7 h:1'), facts: { redirects: 16 }, decision: reject },
  { name: 'REDIRECT of Valkey', failure: reply('REDIRECT 10.0.0.2:7001'), decision: redirect('10.0.0.2', 7001), lesson: redirected },
  { name: 'REDIRECT without a target', failure: reply('REDIRECT'), decision: reject },

  // Refused before it ran
  {
    name: 'TRYAGAIN: the same shard, nobody is at fault',
    failure: reply('TRYAGAIN Multiple keys request during rehashing of slot'),
    decision: later,
  },
  { name: 'CLUSTERDOWN', failure: reply('CLUSTERDOWN The cluster is down'), ...refused },
  { name: 'CLUSTERDOWN of a slot', failure: reply('CLUSTERDOWN Hash slot not served'), ...refused },
  { name: 'LOADING', failure: reply('LOADING Redis is loading the dataset in memory'), ...refused },
  {
    name: 'MASTERDOWN',
    failure: reply("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
    ...refused,
  },
  {
    name: 'READONLY',
    failure: reply("READONLY You can't write against a read only replica."),
    decision: inOrder,
    lesson: demoted,
  },
  {
    name: 'NOREPLICAS: reads are served',
    failure: reply('NOREPLICAS Not enough good replicas to write.'),
    decision: { ...later, waiting: 'writes' },
    lesson: look,
  },
  {
    name: 'NOREPLICAS in the words of a proxy',
    failure: reply('NOREPLICAS wait'),
    decision: { ...later, waiting: 'writes' },
    lesson: look,
  },
  {
    name: 'UNBLOCKED by a change of role',
    failure: reply('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)'),
    decision: later,
    lesson: { ...avoid, demoted: true },
  },
  { name: 'UNBLOCKED because a client asked for it', failure: reply('UNBLOCKED client unblocked via CLIENT UNBLOCK'), decision: reject },

  // Scripts may answer with any text
  { name: 'a script: MOVED of its slot', failure: reply('MOVED 7 h:1'), facts: { script: 'plain' }, decision: moved('h', 1) },
  { name: 'a script: MOVED of another slot', failure: reply('MOVED 8 h:1'), facts: { script: 'plain' }, decision: reject },
  { name: 'a script without keys: MOVED', failure: reply('MOVED 8 h:1'), facts: { script: 'plain', slot: -1 }, decision: reject },
  { name: 'a script: ASK of its slot', failure: reply('ASK 7 h:1'), facts: { script: 'plain' }, decision: ask('h', 1) },
  { name: 'a script: REDIRECT', failure: reply('REDIRECT h:1'), facts: { script: 'plain' }, decision: reject, lesson: redirected },
  {
    name: 'a script that may run twice: REDIRECT',
    failure: reply('REDIRECT h:1'),
    facts: { script: 'plain', repeatable: true },
    decision: redirect('h', 1),
    lesson: redirected,
  },
  { name: 'a script that only says REDIRECT', failure: reply('REDIRECT'), facts: { script: 'plain', repeatable: true }, decision: reject },
  { name: 'a script: READONLY', failure: reply('READONLY mine'), facts: { script: 'plain' }, decision: reject },
  {
    name: 'a script that may run twice: READONLY in words of its own',
    failure: reply('READONLY mine'),
    facts: { script: 'plain', repeatable: true },
    decision: reject,
  },
  { name: 'a script: UNBLOCKED', failure: reply('UNBLOCKED instance state changed'), facts: { script: 'plain' }, decision: reject },
  {
    name: 'a script: LOADING',
    failure: reply('LOADING Redis is loading the dataset in memory'),
    facts: { script: 'plain' },
    ...refused,
  },
  ...(
    [
      ["READONLY You can't write against a read only replica.", demoted, 'all'],
      ['NOREPLICAS Not enough good replicas to write.', look, 'writes'],
    ] as const
  ).flatMap(([text, lesson, waiting]): RetryCase[] => {
    const inside = `${text} script: db8d8f6383e1a67ce23db65efd679a334c123806, on @user_script:1.`;
    return [
      { name: `a function: ${text}`, failure: reply(text), facts: { script: 'declared' }, decision: { ...later, waiting }, lesson },
      { name: `a script that may have caught it: ${text}`, failure: reply(text), facts: { script: 'plain' }, decision: reject, lesson },
      { name: `a script: ${inside}`, failure: reply(inside), facts: { script: 'plain' }, decision: reject, lesson },
      {
        name: `a script that may run twice: ${inside}`,
        failure: reply(inside),
        facts: { script: 'plain', repeatable: true },
        decision: { ...later, waiting },
        lesson,
      },
      {
        name: `a script of Valkey: ${text}`,
        failure: reply(`${text} script: on @user_script:1.`),
        facts: { script: 'plain' },
        decision: reject,
        lesson,
      },
      {
        name: `a function, from its inside: ${text}`,
        failure: reply(`${text} script: f, on @user_function:2.`),
        facts: { script: 'declared' },
        decision: reject,
        lesson,
      },
      { name: `a transaction that ran: ${text}`, failure: reply(text), facts: { ran: true }, decision: reject, lesson },
    ];
  }),
  { name: 'a function: READONLY in words of its own', failure: reply('READONLY mine'), facts: { script: 'declared' }, decision: reject },
  {
    name: 'a function: REDIRECT of Valkey',
    failure: reply('REDIRECT 10.0.0.2:7001'),
    facts: { script: 'declared' },
    decision: redirect('10.0.0.2', 7001),
    lesson: redirected,
  },

  // The caller's
  { name: 'WRONGTYPE', failure: reply('WRONGTYPE Operation against a key holding the wrong kind of value'), decision: reject },
  { name: 'WRONGTYPE of a read', failure: reply('WRONGTYPE Operation'), facts: { repeatable: true }, decision: reject },
  { name: 'ERR', failure: reply('ERR value is not an integer or out of range'), decision: reject },
  { name: 'NOPERM', failure: reply("NOPERM User app has no permissions to run the 'get' command"), decision: reject },
  { name: 'NOAUTH', failure: reply('NOAUTH Authentication required.'), decision: reject },
  { name: 'OOM', failure: reply("OOM command not allowed when used memory > 'maxmemory'."), decision: reject },
  { name: 'CROSSSLOT', failure: reply("CROSSSLOT Keys in request don't hash to the same slot"), decision: reject },
  { name: 'EXECABORT', failure: reply('EXECABORT Transaction discarded because of previous errors.'), decision: reject },
  { name: 'NOSCRIPT', failure: reply('NOSCRIPT No matching script.'), decision: reject },
  { name: 'MISCONF', failure: reply('MISCONF Redis is configured to save RDB snapshots'), decision: reject },
  { name: 'a text that only mentions MOVED', failure: reply('ERR MOVED 7 10.0.0.2:7001'), decision: reject },
  { name: 'moved in small letters', failure: reply('moved 7 10.0.0.2:7001'), decision: reject },
];
