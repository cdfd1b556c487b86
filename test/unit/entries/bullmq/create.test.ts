import assert from 'node:assert/strict';
import { createBullConnection } from '../../../../lib/entries/bullmq/index.js';

const single = { kind: 'single', address: { host: '127.0.0.1', port: 1 } } as const;

/** What JavaScript programs may give. */
const refused: readonly (readonly [args: readonly unknown[], message: RegExp])[] = [
  [[undefined], /createBullConnection\(redis\): expected a client, options of one, or a URL, got undefined/],
  [[null], /expected a client, options of one, or a URL, got null/],
  [[7], /expected a client, options of one, or a URL, got a number/],
  [['http://a'], /scheme|redis/],
  [[{ topologi: single }], /unknown option; did you mean topology\?/],
  [[{ topology: single, keyPrefix: 'a:' }], /keyPrefix: .* use the option prefix of BullMQ/],
  [[{ topology: single }, null], /expected an object, got null/],
  [[{ topology: single }, { timeout: 1 }], /\.timeout: unknown option; did you mean timeoutMs\?/],
  [[{ topology: single }, { timeoutMs: -1 }], /\.timeoutMs: expected a number of milliseconds, got -1/],
  [[{ topology: single }, { timeoutMs: Number.NaN }], /\.timeoutMs: expected a number of milliseconds, got NaN/],
  [[{ topology: single }, { retryWrites: 'all' }], /\.retryWrites: expected ioredis/],
];

describe('createBullConnection', () => {
  for (const [args, message] of refused) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => Reflect.apply(createBullConnection, undefined, args), { name: 'OptionsError', message });
    });
  }
});
