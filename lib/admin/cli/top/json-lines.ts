import { isoTime } from '../../../runtime/calendar.js';
import { hasErrors, inOrder } from '../../health/problem.js';
import { slotsText } from '../../slot-list.js';
import { withSlotRanges } from '../json.js';
import { type Order, sorted } from './columns.js';
import type { FrameContent } from './frame.js';

/** Digits behind the point are noise: rates are of one interval. */
function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}

/** A look as one line of JSON. Characters that could move a terminal's cursor are escaped by JSON itself, or by whoever prints it. */
export function lookJson(look: FrameContent, order: Order): string {
  return JSON.stringify({
    time: isoTime(look.at),
    topology: look.kind,
    title: look.title,
    ok: !hasErrors(look.problems),
    servers: sorted(look.servers, order).map(({ depth: _, ...server }) =>
      Object.fromEntries(Object.entries(server).map(([name, value]) => [name, rounded(value)])),
    ),
    moves: look.moves.map(({ slots, ...move }) => ({
      ...Object.fromEntries(Object.entries(move).map(([name, value]) => [name, rounded(value)])),
      slots: slotsText(slots),
    })),
    problems: inOrder(look.problems).map(withSlotRanges),
  });
}
