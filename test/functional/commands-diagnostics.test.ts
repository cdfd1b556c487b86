import assert from 'node:assert/strict';
import { LatencyCommands } from '../../lib/commands/server/latency.js';
import { MemoryCommands, type MemoryStats } from '../../lib/commands/server/memory.js';
import { type LargeCommand, type SlowCommand, SlowlogCommands } from '../../lib/commands/server/slowlog.js';
import { describeLive, helps, isNow, matches, positive } from './live-commands.js';

describeLive(
  [LatencyCommands, MemoryCommands, SlowlogCommands],
  [
    [(redis) => redis.latencyReset(), (events: number) => assert.ok(events >= 0)],
    [(redis) => redis.latencyLatest(), []],
    [(redis) => redis.configSet({ 'latency-monitor-threshold': 5 }), 'OK'],
    [(redis) => redis.debug('SLEEP', [0.01]), 'OK'],
    [
      (redis) => redis.latencyLatest(),
      ([{ event, timestamp, latest, max }]: [{ event: string; timestamp: number; latest: number; max: number }]) => {
        assert.equal(event, 'command');
        isNow(timestamp);
        assert.ok(latest >= 10 && max >= latest);
      },
    ],
    [
      (redis) => redis.latencyHistory('command'),
      ([{ timestamp, latency }]: [{ timestamp: number; latency: number }]) => {
        isNow(timestamp);
        assert.ok(latency >= 10);
      },
    ],
    [(redis) => redis.latencyHistory('none'), []],
    [(redis) => redis.latencyGraph('command'), matches(/^command - high/)],
    [(redis) => redis.latencyDoctor(), matches(/command: 1 latency spikes/)],
    [(redis) => redis.latencyReset('none'), 0],
    [(redis) => redis.latencyReset(['command', 'none']), 1],
    [(redis) => redis.configSet({ 'latency-monitor-threshold': 0 }), 'OK'],
    [
      (redis) => redis.latencyHistogram(['debug', 'none']),
      ({ debug }: Record<string, { calls: number; histogram_usec: Record<string, number> }>) => {
        positive(debug?.calls ?? 0);
        assert.equal(Math.max(...Object.values(debug?.histogram_usec ?? {})), debug?.calls);
      },
    ],
    [(redis) => redis.latencyHistogram(), (all: Record<string, unknown>) => assert.ok('config|set' in all)],
    [(redis) => redis.latencyHelp(), helps('LATENCY')],

    [(redis) => redis.set('k', 'v'), 'OK'],
    [(redis) => redis.memoryUsage('k'), positive],
    [(redis) => redis.memoryUsage('k', { SAMPLES: 0 }), positive],
    [(redis) => redis.memoryUsage('none'), null],
    [
      (redis) => redis.memoryStats(),
      (stats: MemoryStats<number>) => {
        for (const [field, value] of Object.entries(stats)) if (field !== 'db.0') assert.equal(typeof value, 'number', field);
        assert.equal(stats['keys.count'], 1);
        assert.equal(typeof (stats['db.0'] as Record<string, number>)['overhead.hashtable.main'], 'number');
      },
    ],
    [(redis) => redis.memoryDoctor(), matches(/Sam/)],
    [(redis) => redis.memoryMallocStats(), (text: string) => positive(text.length)],
    [(redis) => redis.memoryPurge(), 'OK'],
    [(redis) => redis.memoryHelp(), helps('MEMORY')],

    [(redis) => redis.configSet({ 'slowlog-log-slower-than': 0 }), 'OK'],
    [(redis) => redis.slowlogReset(), 'OK'],
    [(redis) => redis.set('slow', 'v'), 'OK'],
    [
      (redis) => redis.slowlogGet(1),
      ([entry]: [SlowCommand<string, number>]) => {
        assert.deepEqual(
          entry.arguments,
          ['set', 'slow', 'v'].map((word, at) => (at === 0 ? entry.arguments[0] : word)),
        );
        assert.match(String(entry.arguments[0]), /^set$/i);
        assert.match(entry.client, /^127\.0\.0\.1:\d+$/);
        assert.equal(entry.name, '');
        assert.equal(typeof entry.id, 'number');
        assert.equal(typeof entry.microseconds, 'number');
        isNow(entry.timestamp);
      },
    ],
    [(redis) => redis.slowlogGet(), (entries: unknown[]) => positive(entries.length)],
    [(redis) => redis.slowlogLen(), positive],
    [(redis) => redis.configSet({ 'slowlog-log-slower-than': 1_000_000 }), 'OK'],
    [(redis) => redis.slowlogReset(), 'OK'],
    [(redis) => redis.slowlogGet(), []],
    [(redis) => redis.slowlogHelp(), helps('SLOWLOG')],
    [(redis) => redis.commandlogReset('LARGE-REQUEST'), 'OK'],
    [(redis) => redis.commandlogGet(5, 'SLOW'), []],
    [(redis) => redis.set('large', 'x'.repeat(1_100_000)), 'OK'],
    [
      (redis) => redis.commandlogGet(1, 'LARGE-REQUEST'),
      ([entry]: [LargeCommand<string, number>]) => {
        assert.ok(entry.bytes > 1_100_000);
        assert.equal(entry.arguments[1], 'large');
      },
    ],
    [(redis) => redis.commandlogLen('LARGE-REPLY'), 0],
    [(redis) => redis.commandlogHelp(), helps('COMMANDLOG')],
  ],
);
