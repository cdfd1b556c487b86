import assert from 'node:assert/strict';
import { afterFailure, type FailureFacts, type NextStep } from '../../../../lib/client/dedicated/after-failure.js';
import { ConnectionLostError, ReplyError } from '../../../../lib/errors.js';
import type { AttemptFailure } from '../../../../lib/protocol/call.js';
import { retry } from '../../../../lib/routing/retry.js';

const lost = new ConnectionLostError('the connection broke');
const FACTS = { repeatable: false, tellsState: false, transaction: 'none', losses: 1, slot: 5 } as const;

/** The step for a failure, with the decision that the attempt loop makes of it. */
function stepFor(failure: AttemptFailure, facts: Partial<Omit<FailureFacts, 'decision'>>): NextStep {
  const own = { ...FACTS, ...facts };
  const attempt = { script: 'none', ran: false, slot: own.slot, attempts: 1, redirects: 0, alone: false } as const;
  const decision = retry(failure, { ...attempt, repeatable: own.repeatable, losses: own.losses }, () => 0.5);
  return afterFailure(failure, { ...own, decision });
}

type Kind = AttemptFailure['kind'];

const LOSSES: readonly (readonly [kind: Exclude<Kind, 'error-reply'>, facts: Partial<FailureFacts>, step: NextStep])[] = [
  ['not-sent', {}, 'again'],
  ['not-sent', { transaction: 'open' }, 'again'],
  ['not-sent', { transaction: 'lost' }, 'reject'],
  ['connection-lost', {}, 'reject'],
  ['connection-lost', { repeatable: true }, 'again'],
  ['connection-lost', { repeatable: true, losses: 2 }, 'again'],
  ['connection-lost', { repeatable: true, losses: 3 }, 'reject'],
  ['connection-lost', { tellsState: true }, 'again'],
  ['connection-lost', { tellsState: true, losses: 3 }, 'reject'],
  ['connection-lost', { repeatable: true, transaction: 'open' }, 'reject'],
  ['connection-lost', { tellsState: true, transaction: 'lost' }, 'reject'],
];

const READONLY = "READONLY You can't write against a read only replica.";
const REPLIES: readonly (readonly [reply: string, facts: Partial<FailureFacts>, step: NextStep])[] = [
  [READONLY, {}, 'move'],
  [READONLY, { transaction: 'open' }, 'leave'],
  ['LOADING Redis is loading the dataset in memory', {}, 'move'],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", {}, 'move'],
  ['CLUSTERDOWN The cluster is down', {}, 'move'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', {}, 'wait'],
  ['NOREPLICAS Not enough good replicas to write.', {}, 'wait'],
  ['MOVED 5 10.0.0.2:6379', {}, 'move'],
  ['MOVED 5 10.0.0.2:6379', { transaction: 'open' }, 'leave'],
  ['MOVED 6 10.0.0.2:6379', {}, 'reject'],
  ['MOVED 5 10.0.0.2:6379', { slot: -1 }, 'reject'],
  ['ASK 5 10.0.0.2:6379', {}, 'reject'],
  ['REDIRECT 10.0.0.2:6379', {}, 'move'],
  ['ERR value is not an integer or out of range', {}, 'reject'],
  ['ERR value is not an integer or out of range', { transaction: 'open' }, 'reject'],
  ['EXECABORT Transaction discarded because of previous errors.', { transaction: 'open' }, 'reject'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', { repeatable: true }, 'reject'],
];

describe('what follows a failed attempt on a dedicated connection', () => {
  const factsText = (facts: object): string => (Object.keys(facts).length === 0 ? '' : ` with ${JSON.stringify(facts)}`);

  for (const [kind, facts, step] of LOSSES) {
    it(`${kind}${factsText(facts)}: ${step}`, () => assert.equal(stepFor({ kind, error: lost }, facts), step));
  }

  for (const [reply, facts, step] of REPLIES) {
    it(`${reply.split(' ').slice(0, 2).join(' ')}${factsText(facts)}: ${step}`, () => {
      const error = new ReplyError(reply.split(' ')[0] ?? '', reply);
      assert.equal(stepFor({ kind: 'error-reply', error, node: '10.0.0.1:6379' }, facts), step);
    });
  }
});
