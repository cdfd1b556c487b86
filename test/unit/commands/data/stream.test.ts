import { StreamCommands } from '../../../../lib/commands/data/stream.js';
import { describeReplies, describeWire } from '../recorder.js';

const bytes = Buffer.from([0xff]);

const dataView = new DataView(new TextEncoder().encode('5-0').buffer);
const twoBytes = new Uint16Array(new TextEncoder().encode('50').buffer);

describeWire(StreamCommands, [
  [(redis) => redis.xadd('k', '*', { f: 'v', g: 1 }), ['XADD', 'k', '*', 'f', 'v', 'g', 1]],
  [
    (redis) =>
      redis.xadd('k', '1-1', [
        [bytes, 'v'],
        [bytes, 'w'],
      ]),
    ['XADD', 'k', '1-1', bytes, 'v', bytes, 'w'],
  ],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { NOMKSTREAM: true }), 'XADD k NOMKSTREAM * f v'],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { MAXLEN: 100 }), 'XADD k MAXLEN 100 * f v'],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { MAXLEN: { '=': 100 } }), 'XADD k MAXLEN = 100 * f v'],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { MAXLEN: { '~': 100 } }), 'XADD k MAXLEN ~ 100 * f v'],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { MINID: '5-0' }), 'XADD k MINID 5-0 * f v'],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { MINID: Buffer.from('5-0') }), 'XADD k MINID 5-0 * f v'],
  [
    (redis) => redis.xadd('k', '*', { f: 'v' }, { NOMKSTREAM: true, DELREF: true, MINID: { '~': '5-0', LIMIT: 10 } }),
    'XADD k NOMKSTREAM DELREF MINID ~ 5-0 LIMIT 10 * f v',
  ],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { KEEPREF: true, MAXLEN: 0 }), 'XADD k KEEPREF MAXLEN 0 * f v'],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { ACKED: true, MAXLEN: 0 }), 'XADD k ACKED MAXLEN 0 * f v'],
  [(redis) => redis.xdel('k', '1-1'), 'XDEL k 1-1'],
  [(redis) => redis.xdel('k', ['1-1', '2-1']), 'XDEL k 1-1 2-1'],
  [(redis) => redis.xinfoHelp(), 'XINFO HELP'],
  [(redis) => redis.xinfoStream('k'), 'XINFO STREAM k'],
  [(redis) => redis.xinfoStream('k', { FULL: true }), 'XINFO STREAM k FULL'],
  [(redis) => redis.xinfoStream('k', { FULL: true, COUNT: 5 }), 'XINFO STREAM k FULL COUNT 5'],
  [(redis) => redis.xlen('k'), 'XLEN k'],
  [(redis) => redis.xrange('k', '-', '+'), 'XRANGE k - +'],
  [(redis) => redis.xrange('k', '(1-1', '+', { COUNT: 10 }), 'XRANGE k (1-1 + COUNT 10'],
  [(redis) => redis.xread({ k: '0' }), 'XREAD STREAMS k 0'],
  [(redis) => redis.xread({ a: '$', b: '1-1' }, { COUNT: 10, BLOCK: 0 }), 'XREAD COUNT 10 BLOCK 0 STREAMS a b $ 1-1'],
  [(redis) => redis.xread(new Map([['a', '$']])), 'XREAD STREAMS a $'],
  [(redis) => redis.xread([[bytes, '$']]), ['XREAD', 'STREAMS', bytes, '$']],
  [(redis) => redis.xrevrange('k', '+', '-'), 'XREVRANGE k + -'],
  [(redis) => redis.xrevrange('k', '+', '-', { COUNT: 1 }), 'XREVRANGE k + - COUNT 1'],
  [(redis) => redis.xsetid('k', '9-9'), 'XSETID k 9-9'],
  [(redis) => redis.xsetid('k', '9-9', { ENTRIESADDED: 5, MAXDELETEDID: '3-1' }), 'XSETID k 9-9 ENTRIESADDED 5 MAXDELETEDID 3-1'],
  [(redis) => redis.xtrim('k', { MAXLEN: 100 }), 'XTRIM k MAXLEN 100'],
  [(redis) => redis.xtrim('k', { MINID: { '=': '5-0' } }), 'XTRIM k MINID = 5-0'],
  [(redis) => redis.xtrim('k', { MINID: dataView }), ['XTRIM', 'k', 'MINID', dataView]],
  [(redis) => redis.xtrim('k', { MINID: { '~': dataView } }), ['XTRIM', 'k', 'MINID', '~', dataView]],
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { MINID: twoBytes }), ['XADD', 'k', 'MINID', twoBytes, '*', 'f', 'v']],
  [(redis) => redis.xtrim('k', { MAXLEN: { '~': 100, LIMIT: 0 } }), 'XTRIM k MAXLEN ~ 100 LIMIT 0'],
  [(redis) => redis.xtrim('k', { MAXLEN: { '~': 100, LIMIT: 10 }, ACKED: true }), 'XTRIM k MAXLEN ~ 100 LIMIT 10 ACKED'],
]);

const entry = { id: '1-1', fields: { f: 'v', g: 'w' } };
const rawEntry = ['1-1', ['f', 'v', 'g', 'w']];
const facts = {
  length: 1,
  'radix-tree-keys': 1,
  'radix-tree-nodes': 2,
  'last-generated-id': '1-1',
  'max-deleted-entry-id': '0-0',
  'entries-added': 1,
  'recorded-first-entry-id': '1-1',
};
const rawFacts = Object.entries(facts).flat();

describeReplies(StreamCommands, [
  [(redis) => redis.xadd('k', '*', { f: 'v' }, { NOMKSTREAM: true }), null, null],
  [(redis) => redis.xrange('k', '-', '+'), [rawEntry], [entry]],
  [(redis) => redis.xrange('k', '-', '+'), [], []],
  [
    (redis) => redis.xrevrange('k', '+', '-'),
    [[Buffer.from('1-1'), [Buffer.from('f'), bytes]]],
    [{ id: Buffer.from('1-1'), fields: [[Buffer.from('f'), bytes]] }],
  ],
  [(redis) => redis.xread({ k: '0' }), null, null],
  [
    (redis) => redis.xread({ a: '0', b: '0' }),
    [
      ['a', [rawEntry]],
      ['b', [rawEntry, rawEntry]],
    ],
    [
      { key: 'a', entries: [entry] },
      { key: 'b', entries: [entry, entry] },
    ],
  ],
  [
    (redis) => redis.xread({ a: '0', b: '0' }),
    ['a', [rawEntry], 'b', [rawEntry, rawEntry]],
    [
      { key: 'a', entries: [entry] },
      { key: 'b', entries: [entry, entry] },
    ],
  ],
  [
    (redis) => redis.xinfoStream('k'),
    [...rawFacts, 'groups', 1, 'first-entry', rawEntry, 'last-entry', null],
    { ...facts, groups: 1, 'first-entry': entry, 'last-entry': null },
  ],
  [
    (redis) => redis.xinfoStream('k', { FULL: true }),
    [
      ...rawFacts,
      'entries',
      [rawEntry],
      'groups',
      [
        [
          ...['name', 'g', 'last-delivered-id', '1-1', 'entries-read', 1, 'lag', null, 'pel-count', 1],
          ...['pending', [['1-1', 'c', 1795194872043, 2]]],
          ...['consumers', [['name', 'c', 'seen-time', 1795194872043, 'pel-count', 1, 'pending', [['1-1', 1795194872043, 2]]]]],
        ],
      ],
    ],
    {
      ...facts,
      entries: [entry],
      groups: [
        {
          name: 'g',
          'last-delivered-id': '1-1',
          'entries-read': 1,
          lag: null,
          'pel-count': 1,
          pending: [{ id: '1-1', consumer: 'c', deliveredAtMs: 1795194872043, deliveries: 2 }],
          consumers: [
            {
              name: 'c',
              'seen-time': 1795194872043,
              'pel-count': 1,
              pending: [{ id: '1-1', deliveredAtMs: 1795194872043, deliveries: 2 }],
            },
          ],
        },
      ],
    },
  ],
]);
