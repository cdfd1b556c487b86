import { timeOfDay } from '../../../runtime/calendar.js';
import { printable } from '../../../util/printable.js';
import { inOrder, type Problem } from '../../health/problem.js';
import type { TopologyKind } from '../../health/server-kind.js';
import { count } from '../../slot-list.js';
import { cutTo, padEndTo, widthOf, wrapTo } from '../text-width.js';
import { type Order, sorted, tableLines } from './columns.js';
import { REFUSES, type ServerLine } from './model.js';
import { type MoveLine, moveText } from './moves.js';

/** One look at all servers. */
export interface FrameContent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: TopologyKind;
  readonly title: string;
  readonly servers: readonly ServerLine[];
  readonly moves: readonly MoveLine[];
  /** Errors first. */
  readonly problems: readonly Problem[];
}

/** How a look is shown; the keyboard changes it. */
export interface ScreenView {
  readonly order: Order;
  /** How many servers are scrolled away above. */
  readonly skipped: number;
  readonly help: boolean;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const HELP: readonly string[] = [
  'o ops/s     r round trip   l lag        c CPU      m memory   n name',
  'i bytes in  u bytes out    h hit rate   k keys     b blocked  t tree',
  'R the other way round      arrows, page up and down: scroll',
  '? this help                q or Ctrl-C: end',
];

/** The lines of a look below each other, all columns of it: for a log. */
export function blockLines(look: FrameContent, order: Order): string[] {
  const lines = sorted(look.servers, order);
  const { head, rows } = tableLines(lines, Number.POSITIVE_INFINITY, order.by === 'tree');
  return [headline(look), head, ...rows, ...notesOf(look)];
}

/** The lines of a look for a screen of this size: what does not fit is left out, and said to be. */
export function screenLines(look: FrameContent, view: ScreenView, { columns, rows }: Size): string[] {
  const all = sorted(look.servers, view.order);
  const notes = view.help ? HELP : notesOf(look);
  // Headline, head of the table and keys. Servers come first, as long as two lines are left; of a long list two thirds of the room are shown.
  const room = Math.max(1, rows - 3);
  const least = view.help ? Math.floor(room / 2) : all.length <= room - 2 ? 2 : Math.floor(room / 3);
  const below = fitting(notes, columns, Math.max(least, room - all.length));
  const forServers = room - below.length;
  const skipped = Math.max(0, Math.min(view.skipped, all.length - forServers));
  const table = tableLines(all, columns, view.order.by === 'tree');
  const shown = table.rows.slice(skipped, skipped + forServers);
  const keys = `q quit  ? help  sorted by ${view.order.by}${view.order.reversed ? ', reversed' : ''}`;
  const hidden = all.length - shown.length;
  const lines = [sides(headline(look), timeOfDay(look.at), columns), table.head, ...shown, ...below];
  const filled = [...lines, ...Array.from({ length: Math.max(0, rows - 1 - lines.length) }, () => '')];
  return [...filled.slice(0, rows - 1), hidden === 0 ? keys : `${keys}  ${count(hidden, 'server')} not shown`]
    .slice(-rows)
    .map((line) => cutTo(line, columns));
}

/** As much of the texts as so many lines take, wrapped, and how many texts are missing. */
function fitting(texts: readonly string[], columns: number, lines: number): string[] {
  const wrapped = texts.flatMap((text, index) => wrapTo(text, columns).map((line) => ({ line, index })));
  if (wrapped.length <= lines) return wrapped.map(({ line }) => line);
  if (lines < 1) return [];
  const missingAfter = (shown: number): number => texts.length - 1 - (wrapped[shown - 1]?.index ?? -1);
  const shown = missingAfter(lines) === 0 ? lines : lines - 1;
  const missing = missingAfter(shown);
  const goesOn = wrapped[shown]?.index === wrapped[shown - 1]?.index;
  const whole = wrapped.slice(0, shown).map(({ line }, at) => (goesOn && at === shown - 1 ? `${cutTo(line, columns - 2)} …` : line));
  return missing === 0 ? whole : [...whole, `and ${missing} more`];
}

/** `cluster of 3 shards, 6 nodes: 1,234 ops/s, 2 errors` */
export function headline({ title, servers, problems }: FrameContent): string {
  const ops = servers.filter(({ role }) => role === 'primary').reduce((sum, { opsPerSecond }) => sum + (opsPerSecond ?? 0), 0);
  const counts = (['error', 'warning'] as const).flatMap((severity) => {
    const number = problems.filter((problem) => problem.severity === severity).length;
    return number === 0 ? [] : [count(number, severity)];
  });
  const refusing = servers.filter(({ state }) => state === REFUSES).length;
  if (refusing > 0) counts.push(`${count(refusing, 'server')} not to be looked at`);
  return printable(`${title}: ${Math.round(ops).toLocaleString('en-US')} ops/s, ${counts.length === 0 ? 'ok' : counts.join(', ')}`);
}

/** What moves and what is wrong. Notes, which do not change, are for `check`. */
function notesOf({ moves, problems }: FrameContent): string[] {
  const wrong = inOrder(problems).filter(({ severity }) => severity !== 'note');
  return [...moves.map(moveText), ...wrong.map(({ severity, text }) => `${severity}: ${text}`)].map((text) => printable(text));
}

/** One text to the left and one to the right, which is left out where both do not fit. */
function sides(left: string, right: string, columns: number): string {
  const gap = columns - widthOf(left) - widthOf(right);
  return gap < 1 ? left : `${padEndTo(left, columns - widthOf(right))}${right}`;
}
