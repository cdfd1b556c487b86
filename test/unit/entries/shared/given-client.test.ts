import assert from 'node:assert/strict';
import { isClient } from '../../../../lib/entries/shared/given-client.js';
import { createClient } from '../../../../lib/index.js';

const others: readonly unknown[] = [undefined, null, 6379, 'redis://127.0.0.1', {}, { host: '127.0.0.1' }, { duplicate: () => {} }];

describe('what a program gives', () => {
  it('is a client, a view of one or a duplicate', async () => {
    await using client = createClient('redis://127.0.0.1:1');
    for (const given of [client, client.with({ timeoutMs: 1 }), client.duplicate()]) assert.equal(isClient(given), true);
  });

  it('is something else', () => {
    for (const given of others) assert.equal(isClient(given), false, String(given));
  });
});
