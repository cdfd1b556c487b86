import assert from 'node:assert/strict';
import { widthOf } from '../../../../../lib/admin/cli/text-width.js';
import { bytesText, COLUMNS, ORDERS, sorted, tableLines } from '../../../../../lib/admin/cli/top/columns.js';
import { type ServerLine, serverLines } from '../../../../../lib/admin/cli/top/model.js';
import { rowOf, sampleAt, samplesOf } from './samples.js';

function lineOf(name: string, more: Partial<ServerLine> = {}): ServerLine {
  const [line] = serverLines([rowOf(name)], () => samplesOf(null, sampleAt(0)), 0);
  assert.ok(line);
  return { ...line, ...more };
}

/** Names of the columns that are shown. */
const titlesOf = (lines: readonly ServerLine[], columns: number): string => tableLines(lines, columns, true).head.replace(/ {2,}/g, '|');

describe('bytes', () => {
  const texts: readonly (readonly [bytes: number | null, text: string])[] = [
    [null, ''],
    [0, '0'],
    [999, '999'],
    [1_000, '1.0K'],
    [1_536, '1.5K'],
    [10_240, '10K'],
    [1_023_999, '1.0M'],
    [5 * 1_024 ** 3, '5.0G'],
  ];
  for (const [bytes, text] of texts) it(`${bytes} are ${JSON.stringify(text)}`, () => assert.equal(bytesText(bytes), text));
});

describe('the columns', () => {
  const busy = lineOf('10.0.0.1:7000', {
    opsPerSecond: 12_345.4,
    roundTripMs: 0.82,
    cpuPercent: 50,
    memoryBytes: 50,
    memoryLimitBytes: 100,
    inBytesPerSecond: 1,
    outBytesPerSecond: 1,
    hitPercent: 99,
    keys: 1_000_000,
    clients: 12,
    blockedClients: 0,
    evictedPerSecond: 0,
    expiredPerSecond: 0,
    slots: 5_461,
    lagBytes: 0,
    lagSeconds: 0.04,
  });

  it('are all there where there is room', () => {
    const { head, rows } = tableLines([{ ...busy, member: 'alpha' }], Number.POSITIVE_INFINITY, true);
    for (const { title } of COLUMNS) assert.ok(head.includes(title), title);
    assert.match(rows[0] ?? '', /^alpha +10\.0\.0\.1:7000 .*12,345 .*0\.8 .*50 .*99 .*1,000,000/);
  });

  it('go one after the other where there is less', () => {
    assert.equal(titlesOf([busy], 45), 'node|role|state|ops/s');
    assert.equal(titlesOf([busy], 65), 'node|role|state|ops/s|lag B|cpu %|mem B');
    assert.equal(titlesOf([busy], 5), 'node');
  });

  it('are never wider than the terminal, as long as the name fits', () => {
    for (let columns = 15; columns < 250; columns++) {
      const { head, rows } = tableLines([busy, lineOf('10.0.0.2:7000', { state: 'silent 12 s' })], columns, true);
      for (const line of [head, ...rows]) assert.ok(widthOf(line) <= columns, `${columns}: ${line}`);
    }
  });

  it('are left out where no server has anything to say', () => {
    assert.doesNotMatch(tableLines([lineOf('a:1')], 500, true).head, /lag|slots|of max/);
  });

  it('stand below each other with wide characters, and show no escapes of servers', () => {
    const { rows } = tableLines([lineOf('节点一:1', { keys: 1 }), lineOf('a\x1b[2J:1', { keys: 1 })], 200, true);
    assert.deepEqual([...new Set(rows.map(widthOf))].length, 1);
    assert.match(rows[1] ?? '', /^a\\u001b\[2J:1 /);
  });

  it('indent what stands under another server, in the order of the tree only', () => {
    const lines = [lineOf('a:1'), lineOf('b:1', { depth: 1 })];
    assert.match(tableLines(lines, 80, true).rows[1] ?? '', /^ {2}b:1/);
    assert.match(tableLines(lines, 80, false).rows[1] ?? '', /^b:1/);
  });
});

describe('the order', () => {
  const lines = [lineOf('b:1', { opsPerSecond: 5 }), lineOf('c:1', { opsPerSecond: null }), lineOf('a:1', { opsPerSecond: 50 })];
  const orders: readonly (readonly [by: string, reversed: boolean, names: string])[] = [
    ['tree', false, 'b c a'],
    ['tree', true, 'a c b'],
    ['name', false, 'a b c'],
    ['name', true, 'c b a'],
    ['ops', false, 'a b c'],
    ['ops', true, 'b a c'],
  ];
  for (const [by, reversed, names] of orders) {
    it(`by ${by}${reversed ? ', reversed,' : ''} is ${names}`, () => {
      const order = sorted(lines, { by, reversed }).map(({ name }) => name[0]);
      assert.equal(order.join(' '), names);
    });
  }

  it('can be by every column', () => {
    for (const by of ORDERS) assert.equal(sorted(lines, { by, reversed: false }).length, 3);
  });
});
