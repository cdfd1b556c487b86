import { type Transitions, transition } from '../util/state-machine.js';

export type ClientState = 'idle' | 'running' | 'closing' | 'closed';

const TRANSITIONS: Transitions<ClientState> = {
  idle: ['running', 'closing', 'closed'],
  running: ['closing', 'closed'],
  closing: ['closing', 'closed'],
  closed: [],
};

/**
 * State of a client.
 *
 * | state | means | left by |
 * |---|---|---|
 * | idle | nothing was asked for, nothing is open | the first command, `connect()`, a subscription: running; `close()`: closing; `destroy()`: closed |
 * | running | commands are accepted | `close()`: closing; `destroy()`: closed |
 * | closing | accepted commands go on, new ones are refused, and nothing begins to block | the last reply, `destroy()`: closed |
 * | closed | every command is refused | – |
 */
export class Lifecycle {
  /** Read by every command; changed by `begin` and `enter` only. */
  state: ClientState = 'idle';

  /** `start`: opens what the client needs, once. */
  constructor(private readonly start: () => void) {}

  /** Starts an idle client. False: the client takes no commands any more. */
  begin(): boolean {
    if (this.state === 'idle') {
      this.enter('running');
      this.start();
    }
    return this.state === 'running';
  }

  enter(next: ClientState): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }
}
