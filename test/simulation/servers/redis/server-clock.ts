import { Failure } from '../resp.js';
import { integer } from './commands/arguments.js';

/** Clocks of all servers show this at the start of virtual time, in ms since 1970. */
const WALL_MS = Date.UTC(2026, 0, 1);

/** What the clock of a server shows, in ms since 1970. */
export function wallClock(now: number): number {
  return WALL_MS + now;
}

/** A moment as commands have it: whole ms since 1970. */
export function wallText(at: number): string {
  return String(WALL_MS + Math.floor(at));
}

/** The other way round. */
export function fromWall(ms: number): number {
  return ms - WALL_MS;
}

/** When a key ends, from options of SET and GETEX. */
export function endOf(now: number, option: 'EX' | 'PX' | 'EXAT' | 'PXAT', word: string | undefined, command: string): number {
  const amount = integer(word);
  const ms = amount * (option.startsWith('EX') ? 1_000 : 1);
  if (amount <= 0 || !Number.isSafeInteger(ms)) throw new Failure(`ERR invalid expire time in '${command}' command`);
  return option.endsWith('AT') ? fromWall(ms) : Math.floor(now) + ms;
}
