import type { Dialect } from './dialects.js';

/**
 * How one socket of an attempt to connect is used.
 *
 * | approach | sends |
 * |---|---|
 * | at once | all steps in one write: the address is known to answer HELLO |
 * | alone | HELLO, and the other steps when it is answered |
 * | proof | PING, and when that is answered the same: a server that dies closes as well, but not after an answer, and twice |
 * | plain | nothing that a proxy closes at |
 */
export type Approach = 'at once' | 'alone' | 'proof' | 'plain';

export function approachTo(dialect: Dialect): Approach {
  if (dialect === 'unknown') return 'alone';
  return dialect === 'plain' ? 'plain' : 'at once';
}

/** What was answered on a socket before it closed. `opening`: HELLO, or what stands for it, and not with an error. */
export interface Answered {
  readonly ping: boolean;
  readonly opening: boolean;
}

/** The approach to the next socket, where the server has closed this one before the handshake was over; null: the attempt has failed. */
export function approachAfter(approach: Approach, { ping, opening }: Answered): Approach | null {
  if (opening) return null;
  if (approach === 'alone') return 'proof';
  return approach === 'proof' && ping ? 'plain' : null;
}
