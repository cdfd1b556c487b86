import assert from 'node:assert/strict';
import { gapChannel } from '../../../../lib/diagnostics.js';
import { AbortError } from '../../../../lib/errors.js';
import { gapOf, recordingReporter } from './fakes.js';

describe('GapReporter', () => {
  it('counts gaps, and publishes them as an event and on the diagnostics channel', () => {
    const { reporter, events } = recordingReporter();
    const published: unknown[] = [];
    const subscriber = (gap: unknown): void => void published.push(gap);
    gapChannel.subscribe(subscriber);
    const gap = gapOf('moved');
    reporter.gap(gap);
    gapChannel.unsubscribe(subscriber);
    assert.deepEqual([reporter.counters.gaps, events, published], [1, ['gap moved 0'], [gap]]);
  });

  it('counts messages that were dropped, and the gap that begins with the first of them', () => {
    const { reporter, events } = recordingReporter();
    for (const first of [true, false, false]) reporter.dropped(first);
    assert.deepEqual(reporter.counters, { messages: 0, gaps: 1, dropped: 3 });
    // The consumer comes to it.
    reporter.publish(gapOf('overflow', { dropped: 3 }));
    assert.deepEqual([reporter.counters.gaps, events], [1, ['gap overflow 3']]);
  });

  it('emits errors of the library only', () => {
    const { reporter, events } = recordingReporter();
    reporter.error(new AbortError('no'));
    reporter.error(new Error('no'));
    assert.deepEqual(events, ['error ERR_ABORTED']);
  });
});
