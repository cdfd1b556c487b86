import assert from 'node:assert/strict';
import { ConnectionLostError } from '../../../lib/errors.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';
import { type AttemptFacts, lessonOf, retry } from '../../../lib/routing/retry.js';
import { leastBackoffMs, retryCases } from '../../spec/retry-cases.js';

const firstWrite: AttemptFacts = {
  repeatable: false,
  script: 'none',
  ran: false,
  slot: 7,
  attempts: 1,
  redirects: 0,
  losses: 1,
  alone: false,
};

const look = { wake: true, demoted: false, avoid: false, renew: false };
const nothing = { wake: false, demoted: false, avoid: false, renew: false };

describe('the retry rules', () => {
  for (const { name, failure, facts, decision } of retryCases) {
    it(`answer ${name} with ${decision.act}`, () => {
      assert.deepEqual(
        retry(failure, { ...firstWrite, ...facts }, () => 0),
        decision,
      );
    });
  }

  for (const { name, failure, facts, decision, lesson } of retryCases) {
    const learnt =
      lesson ?? (failure.kind === 'error-reply' || (failure.kind === 'not-sent' && decision.act === 'reject') ? nothing : look);
    it(`learn of the node from ${name}: ${JSON.stringify(learnt)}`, () => {
      assert.deepEqual(lessonOf(failure, facts?.script ?? 'none'), learnt);
    });
  }

  it('back off longer with every attempt, up to half a second', () => {
    const pause = (text: string) => (attempts: number) => {
      const decision = retry({ kind: 'error-reply', error: parseReplyError(text), node: 'n' }, { ...firstWrite, attempts }, () => 1);
      return decision.act === 'reselect' ? decision.afterMs : -1;
    };
    const attempts = [1, 2, 3, 4, 5, 6, 7, 50];
    assert.deepEqual(attempts.map(pause('LOADING')), [20, 40, 80, 160, 320, 500, 500, 500]);
    assert.deepEqual(attempts.map(pause('TRYAGAIN')), [20, 40, 80, 100, 100, 100, 100, 100], 'the server is well');
  });

  it('never repeat a lost write, whatever its attempts', () => {
    const failure = { kind: 'connection-lost', error: new ConnectionLostError('broke') } as const;
    for (let attempts = 1; attempts < 50; attempts++) assert.equal(retry(failure, { ...firstWrite, attempts }).act, 'reject');
  });

  it('pause at least the least backoff before a third redirection', () => {
    const failure = { kind: 'error-reply', error: parseReplyError('MOVED 7 h:1'), node: 'n' } as const;
    const decision = retry(failure, { ...firstWrite, redirects: 2 });
    assert.ok(decision.act === 'resend' && decision.afterMs >= leastBackoffMs, JSON.stringify(decision));
  });
});
