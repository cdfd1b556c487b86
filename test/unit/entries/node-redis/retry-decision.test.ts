import assert from 'node:assert/strict';
import { decideRetry } from '../../../../lib/entries/node-redis/retry-decision.js';

describe('the decision after a failed attempt to connect', () => {
  const cause = new Error('refused');

  it('goes by the strategy', () => {
    assert.deepEqual(decideRetry(undefined, 0, cause), { delayMs: 50 });
    assert.deepEqual(decideRetry(undefined, 9, cause), { delayMs: 2000 });
    assert.deepEqual(decideRetry(false, 0, cause), { endedBy: cause });
    assert.deepEqual(decideRetry(7, 3, cause), { delayMs: 7 });
    assert.deepEqual(
      decideRetry((retries, why) => (why === cause ? retries * 10 : 0), 3, cause),
      { delayMs: 30 },
    );
    assert.deepEqual(
      decideRetry(() => false, 3, cause),
      { endedBy: cause },
    );
    const ended = decideRetry(() => new Error('enough'), 0, cause);
    assert.ok('endedBy' in ended);
    assert.deepEqual([ended.endedBy.constructor.name, ended.endedBy.message], ['ReconnectStrategyError', 'enough']);
  });

  it('is as without a strategy where that throws or gives nonsense', () => {
    const thrown = new Error('mine');
    const strategy = (): number => {
      throw thrown;
    };
    assert.deepEqual(decideRetry(strategy, 1, cause), { delayMs: 100, thrown });
    const odd = decideRetry((() => 'soon') as never, 0, cause);
    assert.ok('thrown' in odd && odd.thrown instanceof TypeError);
  });
});
