import { MemoryCommands } from '../../../../lib/commands/server/memory.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(MemoryCommands, [
  [(r) => r.memoryUsage('k'), 'MEMORY USAGE k'],
  [(r) => r.memoryUsage('k', { SAMPLES: 0 }), 'MEMORY USAGE k SAMPLES 0'],
  [(r) => r.memoryStats(), 'MEMORY STATS'],
  [(r) => r.memoryDoctor(), 'MEMORY DOCTOR'],
  [(r) => r.memoryMallocStats(), 'MEMORY MALLOC-STATS'],
  [(r) => r.memoryPurge(), 'MEMORY PURGE'],
  [(r) => r.memoryHelp(), 'MEMORY HELP'],
]);

const stats = (percentage: Raw, ratio: Raw, fragmentation: Raw, bytes: Raw): Raw => [
  'peak.allocated',
  bytes,
  'db.0',
  ['overhead.hashtable.main', 72],
  'dataset.percentage',
  percentage,
  'allocator-rss.ratio',
  ratio,
  'fragmentation',
  fragmentation,
  'fragmentation.bytes',
  bytes,
];
const decoded = (bytes: Raw) => ({
  'peak.allocated': bytes,
  'db.0': { 'overhead.hashtable.main': 72 },
  'dataset.percentage': 83.5,
  'allocator-rss.ratio': 1,
  fragmentation: 20.25,
  'fragmentation.bytes': bytes,
});

describeReplies(MemoryCommands, [
  [(r) => r.memoryStats(), stats('83.5', '1', '20.25', 5), decoded(5)],
  [(r) => r.memoryStats(), stats(83.5, 1, 20.25, 5), decoded(5)],
  [(r) => r.memoryStats(), stats(Buffer.from('83.5'), Buffer.from('1'), Buffer.from('20.25'), 5n), decoded(5n)],
  [(r) => r.memoryStats(), stats('83.5', '1', '20.25', '5'), decoded('5')],
]);
