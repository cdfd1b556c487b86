import type { Transitions } from '../util/state-machine.js';

/**
 * State of a connection.
 *
 * | state | means | `send` | next |
 * |---|---|---|---|
 * | connecting | socket opening or handshake running | queues | ready, closed; draining after `close()` |
 * | ready | commands flow | queues, writes once a tick | draining, closed |
 * | draining | `close()`: what was accepted is answered | refuses | closed |
 * | closed | | refuses | – |
 */
export type ConnectionPhase = 'connecting' | 'ready' | 'draining' | 'closed';

export const PHASES: Transitions<ConnectionPhase> = {
  connecting: ['ready', 'draining', 'closed'],
  ready: ['draining', 'closed'],
  draining: ['closed'],
  closed: [],
};
