import type { ScreenView } from './frame.js';

/** What a key does. */
export type KeyAction = 'quit' | 'suspend' | ScreenView;

const ORDER_OF_KEY: Readonly<Record<string, string>> = {
  o: 'ops',
  r: 'rtt',
  l: 'lag',
  c: 'cpu',
  m: 'memory',
  n: 'name',
  i: 'in',
  u: 'out',
  h: 'hits',
  k: 'keys',
  b: 'blocked',
  t: 'tree',
};

/** Servers that a key scrolls by. */
const SCROLLS: Readonly<Record<string, number>> = { '\x1b[A': -1, '\x1bOA': -1, '\x1b[B': 1, '\x1bOB': 1, '\x1b[5~': -10, '\x1b[6~': 10 };

const ESCAPE = '\x1b';
const SEQUENCE = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|O[A-Z])|[^]`, 'g');

/** The keys in what a terminal sends at once: characters, and escape sequences as one. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
export function keysOf(text: string): string[] {
  return text.match(SEQUENCE) ?? [];
}

/** What a key makes of the view. A key that means nothing leaves it as it is; with the help open every key closes that. */
export function pressed(view: ScreenView, key: string): KeyAction {
  // In raw mode the terminal sends Ctrl-C and Ctrl-Z as characters.
  if (key === 'q' || key === '\x03') return 'quit';
  if (key === '\x1a') return 'suspend';
  const open = { ...view, help: false };
  if (key === '?') return { ...view, help: !view.help };
  if (key === 'R') return { ...open, order: { ...view.order, reversed: !view.order.reversed } };
  if (Object.hasOwn(SCROLLS, key)) return { ...open, skipped: Math.max(0, view.skipped + (SCROLLS[key] ?? 0)) };
  const by = Object.hasOwn(ORDER_OF_KEY, key) ? ORDER_OF_KEY[key] : undefined;
  return by === undefined ? open : { ...open, order: { by, reversed: false }, skipped: 0 };
}
