import { BitmapCommands } from '../../../../lib/commands/data/bitmap.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(BitmapCommands, [
  [(r) => r.bitcount('k'), 'BITCOUNT k'],
  [(r) => r.bitcount('k', 5), 'BITCOUNT k 5'],
  [(r) => r.bitcount('k', 0, -1), 'BITCOUNT k 0 -1'],
  [(r) => r.bitcount('k', 0, -1, 'BIT'), 'BITCOUNT k 0 -1 BIT'],
  [(r) => r.bitcount('k', 0, -1, 'BYTE'), 'BITCOUNT k 0 -1 BYTE'],
  [(r) => r.bitpos('k', 1), 'BITPOS k 1'],
  [(r) => r.bitpos('k', 0, 2), 'BITPOS k 0 2'],
  [(r) => r.bitpos('k', 1, 2, -1, 'BYTE'), 'BITPOS k 1 2 -1 BYTE'],
  [(r) => r.bitpos('k', 1, 2, -1, 'BIT'), 'BITPOS k 1 2 -1 BIT'],
  [(r) => r.getbit('k', 7), 'GETBIT k 7'],
  [(r) => r.setbit('k', 7, 1), 'SETBIT k 7 1'],
  [(r) => r.bitop('NOT', 'd', 'a'), 'BITOP NOT d a'],
  [(r) => r.bitop('AND', 'd', ['a', 'b']), 'BITOP AND d a b'],
  [(r) => r.bitop('DIFF1', 'd', ['a', 'b']), 'BITOP DIFF1 d a b'],
  [(r) => r.bitop('OR', 'd', 'a'), 'BITOP OR d a'],
  [(r) => r.bitop('XOR', 'd', ['a', 'b']), 'BITOP XOR d a b'],
  [(r) => r.bitfield('k', []), 'BITFIELD k'],
  [(r) => r.bitfield('k', [{ GET: 'u8', offset: 0 }]), 'BITFIELD k GET u8 0'],
  [
    (r) =>
      r.bitfield('k', [
        { SET: 'i5', offset: '#1', value: -3 },
        { INCRBY: 'u2', offset: 100, increment: 1, OVERFLOW: 'SAT' },
        { INCRBY: 'u2', offset: 102, increment: 1n, OVERFLOW: 'SAT' },
        { GET: 'u4', offset: '#0' },
        { INCRBY: 'u2', offset: 102, increment: '1' },
        { SET: 'u2', offset: 102, value: 9, OVERFLOW: 'FAIL' },
      ]),
    'BITFIELD k SET i5 #1 -3 OVERFLOW SAT INCRBY u2 100 1 INCRBY u2 102 1 GET u4 #0 OVERFLOW WRAP INCRBY u2 102 1 OVERFLOW FAIL SET u2 102 9',
  ],
  [(r) => r.bitfield('k', [{ INCRBY: 'i8', offset: 0, increment: 1, OVERFLOW: 'WRAP' }]), 'BITFIELD k INCRBY i8 0 1'],
  [(r) => r.bitfield_ro('k', { GET: 'u8', offset: '#2' }), 'BITFIELD_RO k GET u8 #2'],
  [
    (r) =>
      r.bitfield_ro('k', [
        { GET: 'u8', offset: 0 },
        { GET: 'i4', offset: 8 },
      ]),
    'BITFIELD_RO k GET u8 0 GET i4 8',
  ],
]);

describeReplies(BitmapCommands, [
  [(r) => r.bitfield('k', [{ SET: 'u2', offset: 0, value: 9, OVERFLOW: 'FAIL' }]), [null], [null]],
  [(r) => r.bitpos('k', 1), -1, -1],
]);
