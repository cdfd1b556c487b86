import assert from 'node:assert/strict';
import { log } from '../../lib/diagnostics.js';

describe('diagnostics', () => {
  it('has a logger a layer and one for subscriptions, named after it', () => {
    for (const [layer, logger] of Object.entries(log)) assert.equal(logger.namespace, `slotwise:${layer}`);
    assert.deepEqual(Object.keys(log).sort(), ['client', 'connection', 'pool', 'protocol', 'pubsub', 'routing', 'topology']);
  });
});
