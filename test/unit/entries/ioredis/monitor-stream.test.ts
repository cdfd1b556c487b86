import assert from 'node:assert/strict';
import { type MonitoredCommand, monitoredCommand } from '../../../../lib/entries/ioredis/monitor-stream.js';

const cases: readonly (readonly [line: string, command: MonitoredCommand | null])[] = [
  [
    '+1700000000.123456 [0 127.0.0.1:60866] "set" "a" "b \\"c\\" \\x00"',
    { time: '1700000000.123456', database: '0', source: '127.0.0.1:60866', args: ['set', 'a', 'b "c" \\x00'] },
  ],
  ['+1.2 [15 lua] "get" ""', { time: '1.2', database: '15', source: 'lua', args: ['get', ''] }],
  ['+1.2 [0 unix:/tmp/a.sock] "ping"', { time: '1.2', database: '0', source: 'unix:/tmp/a.sock', args: ['ping'] }],
  ['+OK', null],
  ['-ERR no', null],
];

describe('a line of MONITOR', () => {
  for (const [line, command] of cases) it(`is read: ${line}`, () => assert.deepEqual(monitoredCommand(line), command));
});
