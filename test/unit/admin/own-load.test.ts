import assert from 'node:assert/strict';
import { LoadMeter } from '../../../lib/admin/own-load.js';

describe('the meter of our own load', () => {
  it('adds up connections, open and closed, and commands, by server', () => {
    const meter = new LoadMeter();
    const first = { key: 'a:1', bytes: { sent: 10, received: 100 } };
    const second = { key: 'a:1', bytes: { sent: 1, received: 2 } };
    for (const line of [first, second]) meter.begun(line);
    meter.commanded('a:1', 1);
    meter.commanded('a:1', 3)();
    meter.commanded('b:1', 1);
    assert.deepEqual(meter.of('a:1'), { open: 2, begun: 2, commands: 4, pending: 1, sentBytes: 11, receivedBytes: 102 });
    first.bytes.sent = 20;
    meter.ended(first);
    meter.ended(first);
    first.bytes.sent = 0;
    assert.deepEqual(meter.of('a:1'), { open: 1, begun: 2, commands: 4, pending: 1, sentBytes: 21, receivedBytes: 102 });
    assert.deepEqual(meter.of('c:1'), { open: 0, begun: 0, commands: 0, pending: 0, sentBytes: 0, receivedBytes: 0 });
  });
});
