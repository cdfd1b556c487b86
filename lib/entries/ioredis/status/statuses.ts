import type { Transitions } from '../../../util/state-machine.js';

/** Statuses of `Redis` and `Cluster`; each is an event of that name as well. */
export type RedisStatus = 'wait' | 'connecting' | 'connect' | 'ready' | 'monitoring' | 'close' | 'reconnecting' | 'disconnecting' | 'end';

/** Which status may follow which. `disconnecting` is one of `Cluster`, `monitoring` one of `monitor()`. */
export const STATUSES: Transitions<RedisStatus> = {
  wait: ['connecting', 'close', 'disconnecting'],
  connecting: ['connect', 'close', 'end', 'disconnecting'],
  connect: ['ready', 'close', 'disconnecting'],
  ready: ['monitoring', 'close', 'disconnecting'],
  monitoring: ['close'],
  disconnecting: ['close'],
  close: ['reconnecting', 'end'],
  reconnecting: ['connecting', 'end', 'disconnecting'],
  end: ['connecting'],
};

/** What follows when a connection has closed. */
export type AfterClose =
  | { readonly next: 'end' }
  /** `flush`: the commands that wait are rejected, because so many attempts have failed. */
  | { readonly next: 'reconnecting'; readonly delayMs: number; readonly flush: boolean };

/** What decides it. */
export interface Closed {
  /** The program has closed it. */
  readonly isWanted: boolean;
  /** What the retry strategy returned. */
  readonly delay: unknown;
  /** Failed attempts since it was ready, with this one. */
  readonly attempts: number;
  readonly maxRetriesPerRequest: unknown;
}

/** Decides what follows a close. */
export function afterClose({ isWanted, delay, attempts, maxRetriesPerRequest: most }: Closed): AfterClose {
  if (isWanted || typeof delay !== 'number') return { next: 'end' };
  const flush = typeof most === 'number' && most >= 0 && attempts % (most + 1) === 0;
  return { next: 'reconnecting', delayMs: Math.max(0, delay), flush };
}
