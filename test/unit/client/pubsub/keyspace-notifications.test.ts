import assert from 'node:assert/strict';
import { afterChannelPrefix, missingFlags, type NotificationClass } from '../../../../lib/client/pubsub/keyspace-notifications.js';

const cases: readonly [current: string, notificationClass: NotificationClass, events: readonly string[], missing: string][] = [
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
  for (const [current, notificationClass, events, missing] of cases) {
    it(`"${current}" lacks "${missing}" for ${notificationClass === 'K' ? 'keys' : 'events'} ${events.join()}`, () => {
      assert.equal(missingFlags(current, notificationClass, events), missing);
    });
  }

  it('have the key or event behind the first colon', () => {
    assert.equal(afterChannelPrefix('__keyspace@0__:user:1'), 'user:1');
    assert.deepEqual(afterChannelPrefix(Buffer.from('__keyevent@12__:set')), Buffer.from('set'));
  });
});
