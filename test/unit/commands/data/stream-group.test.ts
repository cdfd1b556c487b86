import { StreamGroupCommands } from '../../../../lib/commands/data/stream-group.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(StreamGroupCommands, [
  [(redis) => redis.xack('k', 'g', '1-1'), 'XACK k g 1-1'],
  [(redis) => redis.xack('k', 'g', ['1-1', '2-1']), 'XACK k g 1-1 2-1'],
  [(redis) => redis.xautoclaim('k', 'g', 'c', 1000, '0-0'), 'XAUTOCLAIM k g c 1000 0-0'],
  [(redis) => redis.xautoclaim('k', 'g', 'c', 1000, '0-0', { COUNT: 5 }), 'XAUTOCLAIM k g c 1000 0-0 COUNT 5'],
  [(redis) => redis.xautoclaim('k', 'g', 'c', 1000, '0-0', { COUNT: 5, JUSTID: true }), 'XAUTOCLAIM k g c 1000 0-0 COUNT 5 JUSTID'],
  [(redis) => redis.xclaim('k', 'g', 'c', 1000, '1-1'), 'XCLAIM k g c 1000 1-1'],
  [
    (redis) => redis.xclaim('k', 'g', 'c', 1000, ['1-1', '2-1'], { IDLE: 5, RETRYCOUNT: 2, FORCE: true, LASTID: '2-1' }),
    'XCLAIM k g c 1000 1-1 2-1 IDLE 5 RETRYCOUNT 2 FORCE LASTID 2-1',
  ],
  [
    (redis) => redis.xclaim('k', 'g', 'c', 1000, '1-1', { TIME: 1795194872043, JUSTID: true }),
    'XCLAIM k g c 1000 1-1 TIME 1795194872043 JUSTID',
  ],
  [(redis) => redis.xgroupCreate('k', 'g', '$'), 'XGROUP CREATE k g $'],
  [(redis) => redis.xgroupCreate('k', 'g', 0, { MKSTREAM: true, ENTRIESREAD: 3 }), 'XGROUP CREATE k g 0 MKSTREAM ENTRIESREAD 3'],
  [(redis) => redis.xgroupCreateconsumer('k', 'g', 'c'), 'XGROUP CREATECONSUMER k g c'],
  [(redis) => redis.xgroupDelconsumer('k', 'g', 'c'), 'XGROUP DELCONSUMER k g c'],
  [(redis) => redis.xgroupDestroy('k', 'g'), 'XGROUP DESTROY k g'],
  [(redis) => redis.xgroupHelp(), 'XGROUP HELP'],
  [(redis) => redis.xgroupSetid('k', 'g', '0'), 'XGROUP SETID k g 0'],
  [(redis) => redis.xgroupSetid('k', 'g', '1-1', { ENTRIESREAD: 1 }), 'XGROUP SETID k g 1-1 ENTRIESREAD 1'],
  [(redis) => redis.xinfoConsumers('k', 'g'), 'XINFO CONSUMERS k g'],
  [(redis) => redis.xinfoGroups('k'), 'XINFO GROUPS k'],
  [(redis) => redis.xpending('k', 'g'), 'XPENDING k g'],
  [(redis) => redis.xpending('k', 'g', { start: '-', end: '+', count: 10 }), 'XPENDING k g - + 10'],
  [(redis) => redis.xpending('k', 'g', { start: '-', end: '+', count: 10, consumer: 'c', IDLE: 1000 }), 'XPENDING k g IDLE 1000 - + 10 c'],
  [(redis) => redis.xreadgroup('g', 'c', { k: '>' }), 'XREADGROUP GROUP g c STREAMS k >'],
  [
    (redis) => redis.xreadgroup('g', 'c', { a: '>', b: '0' }, { COUNT: 5, BLOCK: 100, NOACK: true }),
    'XREADGROUP GROUP g c COUNT 5 BLOCK 100 NOACK STREAMS a b > 0',
  ],
]);

const entry = { id: '1-1', fields: { f: 'v' } };
const rawEntry = ['1-1', ['f', 'v']];
const history = [{ key: 'k', entries: [entry, { id: '2-1', fields: null }] }];

describeReplies(StreamGroupCommands, [
  [(redis) => redis.xautoclaim('k', 'g', 'c', 0, '0-0'), ['3-1', [rawEntry], ['2-1']], { next: '3-1', entries: [entry], deleted: ['2-1'] }],
  [(redis) => redis.xautoclaim('k', 'g', 'c', 0, '0-0'), ['0-0', [null, rawEntry]], { next: '0-0', entries: [entry], deleted: [] }],
  [
    (redis) => redis.xautoclaim('k', 'g', 'c', 0, '0-0', { JUSTID: true }),
    ['0-0', ['1-1'], ['2-1']],
    { next: '0-0', ids: ['1-1'], deleted: ['2-1'] },
  ],
  [(redis) => redis.xclaim('k', 'g', 'c', 0, '1-1'), [rawEntry], [entry]],
  [(redis) => redis.xclaim('k', 'g', 'c', 0, ['1-1', '2-1']), [rawEntry, null], [entry]],
  [(redis) => redis.xclaim('k', 'g', 'c', 0, '1-1', { JUSTID: true }), ['1-1'], ['1-1']],
  [
    (redis) => redis.xinfoConsumers('k', 'g'),
    [['name', 'c', 'pending', 1, 'idle', 52, 'inactive', -1]],
    [{ name: 'c', pending: 1, idle: 52, inactive: -1 }],
  ],
  [
    (redis) => redis.xinfoGroups('k'),
    [['name', 'g', 'consumers', 2, 'pending', 1, 'last-delivered-id', '3-1', 'entries-read', 3, 'lag', null]],
    [{ name: 'g', consumers: 2, pending: 1, 'last-delivered-id': '3-1', 'entries-read': 3, lag: null }],
  ],
  [
    (redis) => redis.xpending('k', 'g'),
    [2, '1-1', '3-1', [['c', '2']]],
    { pending: 2, first: '1-1', last: '3-1', consumers: [{ name: 'c', pending: 2 }] },
  ],
  [
    (redis) => redis.xpending('k', 'g'),
    [2n, '1-1', '3-1', [['c', Buffer.from('2')]]],
    { pending: 2n, first: '1-1', last: '3-1', consumers: [{ name: 'c', pending: 2n }] },
  ],
  [
    (redis) => redis.xpending('k', 'g'),
    ['2', '1-1', '3-1', [['c', '2']]],
    { pending: '2', first: '1-1', last: '3-1', consumers: [{ name: 'c', pending: '2' }] },
  ],
  [(redis) => redis.xpending('k', 'g'), [0, null, null, null], { pending: 0, first: null, last: null, consumers: [] }],
  [
    (redis) => redis.xpending('k', 'g', { start: '-', end: '+', count: 10 }),
    [['1-1', 'c', 17, 3]],
    [{ id: '1-1', consumer: 'c', idleMs: 17, deliveries: 3 }],
  ],
  [(redis) => redis.xreadgroup('g', 'c', { k: '>' }), null, null],
  [(redis) => redis.xreadgroup('g', 'c', { k: '>' }), [['k', [rawEntry]]], [{ key: 'k', entries: [entry] }]],
  [(redis) => redis.xreadgroup('g', 'c', { k: '0' }), [['k', [rawEntry, ['2-1', null]]]], history],
  [(redis) => redis.xreadgroup('g', 'c', { k: '0' }), ['k', [rawEntry, ['2-1', null]]], history],
]);
