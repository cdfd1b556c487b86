import assert from 'node:assert/strict';
import { type Channel, tracingChannel } from 'node:diagnostics_channel';
import { askingChannels, log } from '../../lib/diagnostics.js';

describe('diagnostics', () => {
  it('has a logger a layer and one for subscriptions, named after it', () => {
    for (const [layer, logger] of Object.entries(log)) assert.equal(logger.namespace, `slotwise:${layer}`);
    assert.deepEqual(Object.keys(log).sort(), ['client', 'connection', 'pool', 'protocol', 'pubsub', 'routing', 'topology']);
  });

  it('asks the channels of a tracing channel that does not say whether anybody listens', () => {
    const parts = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
    for (const one of parts) {
      const channels = Object.fromEntries(parts.map((name) => [name, { hasSubscribers: false }]));
      const traced = askingChannels({ ...channels, hasSubscribers: undefined } as never);
      assert.equal(traced.hasSubscribers, false);
      (channels[one] as { -readonly [K in keyof Channel]?: Channel[K] }).hasSubscribers = true;
      assert.equal(traced.hasSubscribers, true, one);
    }
    const own = tracingChannel('test:asked');
    assert.equal(askingChannels(own), own);
  });
});
