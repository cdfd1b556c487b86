import { LatencyCommands } from '../../../../lib/commands/server/latency.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(LatencyCommands, [
  [(r) => r.latencyLatest(), 'LATENCY LATEST'],
  [(r) => r.latencyHistory('command'), 'LATENCY HISTORY command'],
  [(r) => r.latencyHistogram(), 'LATENCY HISTOGRAM'],
  [(r) => r.latencyHistogram(['get', 'set']), 'LATENCY HISTOGRAM get set'],
  [(r) => r.latencyDoctor(), 'LATENCY DOCTOR'],
  [(r) => r.latencyGraph('command'), 'LATENCY GRAPH command'],
  [(r) => r.latencyReset(), 'LATENCY RESET'],
  [(r) => r.latencyReset('fork'), 'LATENCY RESET fork'],
  [(r) => r.latencyHelp(), 'LATENCY HELP'],
]);

describeReplies(LatencyCommands, [
  [(r) => r.latencyLatest(), [['command', 17, 10, 20]], [{ event: 'command', timestamp: 17, latest: 10, max: 20 }]],
  [
    (r) => r.latencyLatest(),
    [['command', 17, 10, 20, 30, 2]],
    [{ event: 'command', timestamp: 17, latest: 10, max: 20, sum: 30, count: 2 }],
  ],
  [(r) => r.latencyHistory('fork'), [[17, 10]], [{ timestamp: 17, latency: 10 }]],
  [
    (r) => r.latencyHistogram('set'),
    ['set', ['calls', 3, 'histogram_usec', [8, 1, 16, 3]]],
    { set: { calls: 3, histogram_usec: { 8: 1, 16: 3 } } },
  ],
]);
