import assert from 'node:assert/strict';
import { behindPrefix, missingFlags, type Way } from '../../../../lib/client/pubsub/keyspace-notifications.js';

const cases: readonly [current: string, way: Way, events: readonly string[], missing: string][] = [
  ['', 'K', [], 'KA'],
  ['', 'E', ['expired'], 'Ex'],
  ['K', 'K', [], 'A'],
  ['KEA', 'K', [], ''],
  ['AKE', 'E', ['set', 'expired', 'evicted', 'zadd', 'xadd'], ''],
  ['KEA', 'E', ['keymiss', 'new'], 'mn'],
  ['KEA', 'E', ['a-module:event'], ''],
  ['Ex', 'E', ['expired'], ''],
  ['Ex', 'K', ['expired'], 'K'],
  ['Kg', 'K', ['set', 'del', 'incrby'], '$'],
  ['E$', 'E', ['a-module:event'], ''],
  ['E', 'E', ['a-module:event'], 'A'],
];

describe('keyspace notifications', () => {
  for (const [current, way, events, missing] of cases) {
    it(`"${current}" lacks "${missing}" for ${way === 'K' ? 'keys' : 'events'} ${events.join()}`, () => {
      assert.equal(missingFlags(current, way, events), missing);
    });
  }

  it('have the key or event behind the first colon', () => {
    assert.equal(behindPrefix('__keyspace@0__:user:1'), 'user:1');
    assert.deepEqual(behindPrefix(Buffer.from('__keyevent@12__:set')), Buffer.from('set'));
  });
});
