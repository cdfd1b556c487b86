import { printable } from '../../../util/printable.js';
import { padEndTo, padStartTo, widthOf } from '../text-width.js';
import type { ServerLine } from './model.js';

/** A measured value with how it is shown and sorted. */
interface Column {
  /** Its name in `--sort`. */
  readonly name: string;
  readonly title: string;
  /** Columns with a higher number go first where the terminal is too narrow. */
  readonly rank: number;
  /** Fewest columns that it takes, so that a table does not jump with every digit. */
  readonly width: number;
  readonly isText?: boolean;
  cell(line: ServerLine): string;
  /** What it is sorted by, the largest first; null: last. */
  value(line: ServerLine): number | string | null;
}

const number = (value: number | null): string =>
  value === null ? '' : value >= 10_000_000 ? `${Math.round(value / 1_000_000)}M` : Math.round(value).toLocaleString('en-US');

/** `0`, `512`, `1.5K`, `12M`: bytes in powers of 1,024. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return '';
  let value = bytes;
  let unit = '';
  for (const next of ['K', 'M', 'G', 'T', 'P']) {
    if (value < 999.5) break;
    value /= 1_024;
    unit = next;
  }
  return `${unit !== '' && value < 9.95 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

const percent = (value: number | null): string => (value === null ? '' : String(Math.round(value)));

/** Milliseconds, with a digit behind the point where that says something. */
const milliseconds = (value: number | null): string => (value === null ? '' : value < 10 ? value.toFixed(1) : number(value));

const seconds = (value: number | null): string =>
  value === null ? '' : value === 0 ? '0' : value < 10 ? value.toFixed(1) : String(Math.round(value));

const memoryPercent = ({ memoryBytes, memoryLimitBytes }: ServerLine): number | null =>
  memoryBytes === null || memoryLimitBytes === null ? null : (memoryBytes / memoryLimitBytes) * 100;

function numbers(
  name: string,
  { title, rank, width }: Pick<Column, 'title' | 'rank' | 'width'>,
  value: (line: ServerLine) => number | null,
  text: (value: number | null) => string = number,
): Column {
  return { name, title, rank, width, value, cell: (line) => text(value(line)) };
}

/** The columns from the left to the right. */
export const COLUMNS: readonly Column[] = [
  {
    name: 'member',
    title: 'member',
    rank: 1,
    width: 6,
    isText: true,
    cell: ({ member }) => printable(member ?? ''),
    value: ({ member }) => member,
  },
  { name: 'name', title: 'node', rank: 0, width: 15, isText: true, cell: ({ name }) => printable(name), value: ({ name }) => name },
  { name: 'role', title: 'role', rank: 1, width: 7, isText: true, cell: ({ role }) => role, value: ({ role }) => role },
  { name: 'state', title: 'state', rank: 1, width: 2, isText: true, cell: ({ state }) => state, value: ({ state }) => state },
  numbers('ops', { title: 'ops/s', rank: 2, width: 7 }, (line) => line.opsPerSecond),
  numbers('rtt', { title: 'rtt ms', rank: 6, width: 6 }, (line) => line.roundTripMs, milliseconds),
  numbers('lag', { title: 'lag B', rank: 3, width: 5 }, (line) => line.lagBytes, bytesText),
  numbers('lag-time', { title: 'lag s', rank: 7, width: 5 }, (line) => line.lagSeconds, seconds),
  numbers('cpu', { title: 'cpu %', rank: 5, width: 5 }, (line) => line.cpuPercent, percent),
  numbers('memory', { title: 'mem B', rank: 4, width: 5 }, (line) => line.memoryBytes, bytesText),
  numbers('limit', { title: 'of max %', rank: 8, width: 8 }, memoryPercent, percent),
  numbers('in', { title: 'in B/s', rank: 9, width: 6 }, (line) => line.inBytesPerSecond, bytesText),
  numbers('out', { title: 'out B/s', rank: 9, width: 7 }, (line) => line.outBytesPerSecond, bytesText),
  numbers('hits', { title: 'hits %', rank: 11, width: 6 }, (line) => line.hitPercent, percent),
  numbers('clients', { title: 'clients', rank: 10, width: 7 }, (line) => line.clients),
  numbers('blocked', { title: 'blocked', rank: 12, width: 7 }, (line) => line.blockedClients),
  numbers('keys', { title: 'keys', rank: 8, width: 9 }, (line) => line.keys),
  numbers('slots', { title: 'slots', rank: 13, width: 6 }, (line) => line.slots),
  numbers('evicted', { title: 'evict/s', rank: 14, width: 7 }, (line) => line.evictedPerSecond),
  numbers('expired', { title: 'expire/s', rank: 15, width: 8 }, (line) => line.expiredPerSecond),
];

/** Columns between two columns of the table. */
const GAP = 2;

/** How lines are ordered. `tree`: replicas under their primary, as the report has them. */
export interface Order {
  readonly by: string;
  readonly reversed: boolean;
}

/** What `--sort` takes. */
export const ORDERS: readonly string[] = ['tree', ...COLUMNS.map(({ name }) => name)];

/** The lines in order: numbers with the largest first, names with the first first, what is not known last. */
export function sorted(lines: readonly ServerLine[], { by, reversed }: Order): ServerLine[] {
  const column = COLUMNS.find(({ name }) => name === by);
  if (column === undefined) return reversed ? [...lines].reverse() : [...lines];
  const way = reversed ? -1 : 1;
  return [...lines].sort((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    if (left === right) return 0;
    return (typeof left === 'number' && typeof right === 'number' ? left > right : String(left) < String(right)) ? -way : way;
  });
}

/** The head and a text a line, in the columns that fit into `columns`. A column that has nothing to say in any line is left out. */
export function tableLines(lines: readonly ServerLine[], columns: number, indents: boolean): { head: string; rows: string[] } {
  const cells = COLUMNS.map((column) => {
    const texts = lines.map((line) => `${indents && column.name === 'name' ? '  '.repeat(line.depth) : ''}${column.cell(line)}`);
    const width = Math.max(column.width, widthOf(column.title), ...texts.map(widthOf));
    return { column, texts, width, isEmpty: lines.length > 0 && texts.every((text) => text === '') };
  });
  const fitting = new Set<Column>();
  let left = columns + GAP;
  for (const { column, width } of cells.filter(({ isEmpty }) => !isEmpty).sort((a, b) => a.column.rank - b.column.rank)) {
    left -= width + GAP;
    if (left < 0 && fitting.size > 0) break;
    fitting.add(column);
  }
  const shown = cells.filter(({ column }) => fitting.has(column));
  const joined = (textOf: (cell: (typeof cells)[number]) => string): string =>
    shown
      .map((cell) => (cell.column.isText === true ? padEndTo(textOf(cell), cell.width) : padStartTo(textOf(cell), cell.width)))
      .join(' '.repeat(GAP))
      .trimEnd();
  return { head: joined(({ column }) => column.title), rows: lines.map((_, index) => joined(({ texts }) => texts[index] ?? '')) };
}
