import assert from 'node:assert/strict';
import { createClient } from '../../../lib/index.js';

const listener = (): void => {};

const cases: readonly (readonly [what: string, method: string, args: readonly unknown[], message: RegExp])[] = [
  ['no channel', 'subscribe', [[], listener], /a subscription needs a channel/],
  ['a channel that is a number', 'subscribe', [['a', 7], listener], /a channel is a string or bytes, got 7/],
  ['no function', 'subscribe', ['a'], /onMessage: expected a function, got undefined/],
  ['an unknown option', 'subscribe', ['a', listener, { ongap: 1 }], /options.ongap: unknown option; did you mean onGap\?/],
  ['an unknown overflow', 'messages', ['a', { overflow: 'drop' }], /options.overflow: expected one of drop-oldest, drop-newest, error/],
  ['a buffer of nothing', 'messages', ['a', { maxBuffered: 0 }], /options.maxBuffered/],
  ['no pattern of keys', 'keyspaceEvents', [{ keys: [] }, listener], /filter.keys: expected at least one pattern/],
  ['no event', 'keyspaceEvents', [{ events: '' }, listener], /filter.events: expected names of events/],
];

describe('arguments of subscriptions', () => {
  for (const [what, method, args, message] of cases) {
    it(`${method} refuses ${what}`, async () => {
      // Nothing listens there: what is not refused fails to connect.
      const redis = createClient('redis://127.0.0.1:1');
      const methods = redis as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
      await assert.rejects(async () => methods[method]?.(...args), message);
      assert.equal(redis.stats().subscriptions.connections, 0);
      redis.destroy();
    });
  }
});
