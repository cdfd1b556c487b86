import assert from 'node:assert/strict';
import { StreamCommands } from '../../lib/commands/data/stream.js';
import { StreamGroupCommands } from '../../lib/commands/data/stream-group.js';
import { describeLive } from './live-commands.js';

const one = { id: '1-1', fields: { a: '1', b: '2' } };
const two = { id: '2-1', fields: { a: '3' } };
const three = { id: '3-1', fields: { a: '4' } };
const lines = (help: string[]) => assert.match(help.join('\n'), /HELP/);

describeLive(
  [StreamCommands, StreamGroupCommands],
  [
    [(redis) => redis.xadd('none', '1-1', { a: 1 }, { NOMKSTREAM: true }), null],
    [(redis) => redis.xadd('s', '1-1', { a: 1, b: 2 }), '1-1'],
    [(redis) => redis.xadd('s', '2-1', { a: 3 }, { MAXLEN: { '~': 1000, LIMIT: 10 } }), '2-1'],
    [(redis) => redis.xadd('s', '3-1', new Map([['a', 4]]), { MINID: '0-1' }), '3-1'],
    [(redis) => redis.xadd('s', '4-1', { a: 5 }, { ACKED: true, MAXLEN: 9 }), '4-1', 'ACKED'],
    [(redis) => redis.xadd('auto', '*', { a: 1 }), (id: string) => assert.match(id, /^\d+-\d+$/)],
    [(redis) => redis.xtrim('auto', { MAXLEN: { '=': 0 } }), 1],
    [(redis) => redis.xtrim('auto', { MINID: { '~': '1-1', LIMIT: 10 } }), 0],
    [(redis) => redis.xlen('s'), (length: number) => assert.ok(length >= 3)],
    [(redis) => redis.xrange('s', '-', '(3-1'), [one, two]],
    [(redis) => redis.xrange('none', '-', '+'), []],
    [(redis) => redis.xrevrange('s', '3-1', '-', { COUNT: 1 }), [three]],
    [(redis) => redis.xread({ s: '0', none: '0' }, { COUNT: 1 }), [{ key: 's', entries: [one] }]],
    [(redis) => redis.xread({ s: '9' }), null],
    [(redis) => redis.xread({ s: '0' }, { COUNT: 1, BLOCK: 1000 }), [{ key: 's', entries: [one] }]],
    [(redis) => redis.xread({ s: '$' }, { BLOCK: 10 }), null],

    [(redis) => redis.xgroupCreate('s', 'g', '0'), 'OK'],
    [(redis) => redis.xgroupCreate('t', 'g', '$', { MKSTREAM: true, ENTRIESREAD: 0 }), 'OK'],
    [(redis) => redis.xgroupCreateconsumer('t', 'g', 'c'), 1],
    [(redis) => redis.xgroupDelconsumer('t', 'g', 'c'), 0],
    [(redis) => redis.xgroupSetid('t', 'g', '0', { ENTRIESREAD: 0 }), 'OK'],
    [(redis) => redis.xpending('s', 'g'), { pending: 0, first: null, last: null, consumers: [] }],
    [(redis) => redis.xreadgroup('g', 'c', { s: '>' }, { COUNT: 3, BLOCK: 1000 }), [{ key: 's', entries: [one, two, three] }]],
    [(redis) => redis.xreadgroup('g', 'c', { t: '>' }, { BLOCK: 10, NOACK: true }), null],
    [(redis) => redis.xdel('s', '2-1'), 1],
    [(redis) => redis.xreadgroup('g', 'c', { s: '0' }), [{ key: 's', entries: [one, { id: '2-1', fields: null }, three] }]],
    [(redis) => redis.xpending('s', 'g'), { pending: 3, first: '1-1', last: '3-1', consumers: [{ name: 'c', pending: 3 }] }],
    [
      (redis) => redis.xpending('s', 'g', { start: '-', end: '+', count: 1, consumer: 'c', IDLE: 0 }),
      ([entry]: { idleMs: number }[]) => {
        assert.ok(entry !== undefined);
        const { idleMs, ...rest } = entry;
        assert.ok(idleMs >= 0);
        assert.deepEqual(rest, { id: '1-1', consumer: 'c', deliveries: 2 });
      },
    ],
    [
      (redis) => redis.xinfoStream('s', { FULL: true, COUNT: 1 }),
      (info: { entries: unknown; groups: { name: string; pending: unknown[]; consumers: { pending: unknown[] }[] }[] }) => {
        const group = info.groups[0];
        assert.deepEqual(info.entries, [one]);
        assert.equal(group?.name, 'g');
        const { deliveredAtMs, ...rest } = group.pending[0] as Record<string, unknown>;
        assert.ok(Number(deliveredAtMs) > 1.7e12);
        assert.deepEqual(rest, { id: '1-1', consumer: 'c', deliveries: 2 });
        assert.deepEqual(group.consumers[0]?.pending, [{ id: '1-1', deliveredAtMs, deliveries: 2 }]);
      },
    ],
    [
      (redis) => redis.xinfoStream('s'),
      (info: Record<string, unknown>) => {
        assert.deepEqual(info['first-entry'], one);
        assert.equal(info.groups, 1);
      },
    ],
    [
      (redis) => redis.xinfoStream('t'),
      (info: Record<string, unknown>) => {
        assert.equal(info['first-entry'], null);
        assert.equal(info.length, 0);
      },
    ],
    [
      (redis) => redis.xinfoGroups('s'),
      ([group]: Record<string, unknown>[]) => assert.deepEqual([group?.name, group?.consumers, group?.pending], ['g', 1, 3]),
    ],
    [
      (redis) => redis.xinfoConsumers('s', 'g'),
      ([consumer]: Record<string, unknown>[]) => assert.deepEqual([consumer?.name, consumer?.pending], ['c', 3]),
    ],
    [(redis) => redis.xack('s', 'g', ['3-1', '9-9']), 1],
    [(redis) => redis.xclaim('s', 'g', 'd', 0, '1-1', { IDLE: 5, RETRYCOUNT: 2, FORCE: true, LASTID: '3-1' }), [one]],
    [(redis) => redis.xclaim('s', 'g', 'd', 0, '1-1', { TIME: 1, JUSTID: true }), ['1-1']],
    [(redis) => redis.xautoclaim('s', 'g', 'e', 0, '0-0', { COUNT: 1 }), { next: '2-1', entries: [one], deleted: [] }],
    [(redis) => redis.xautoclaim('s', 'g', 'e', 0, '0-0', { JUSTID: true }), { next: '0-0', ids: ['1-1'], deleted: ['2-1'] }],
    [(redis) => redis.xgroupDestroy('s', 'g'), 1],
    [(redis) => redis.xsetid('s', '9-9', { ENTRIESADDED: 9, MAXDELETEDID: '2-1' }), 'OK'],
    [(redis) => redis.xgroupHelp(), lines],
    [(redis) => redis.xinfoHelp(), lines],
  ],
);
