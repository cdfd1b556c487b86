import { ConnectionLostError, type SlotwiseError } from '../../errors.js';
import type { Lease } from '../../pool/lease.js';
import { clearTimeout, setTimeout } from '../../runtime/runtime.js';
import { type BackoffLimits, backoffMs } from '../../util/backoff.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import { asError } from '../../util/user-function.js';

type LinkState = 'none' | 'opening' | 'ready' | 'waiting' | 'ended';

const TRANSITIONS: Transitions<LinkState> = {
  none: ['opening', 'waiting', 'ended'],
  opening: ['ready', 'waiting', 'none', 'ended'],
  ready: ['none', 'ended'],
  waiting: ['opening', 'ended'],
  ended: [],
};

/** A connection that was acquired, and the slot that it is for. */
export interface Acquired {
  readonly lease: Lease;
  readonly slot: number;
}

/** What a link needs of its owner. */
export interface LinkHost {
  readonly backoff: BackoffLimits;
  /** Gives a connection of its own to the primary of now. `ended`: fires when nobody waits for it any more. */
  acquire(ended: AbortSignal): Promise<Acquired>;
  /** Tells a new connection the state that it has to have. */
  tell(lease: Lease): Promise<void>;
  ready(acquired: Acquired): void;
  /** The connection is lost, or was left; comes before the calls on it go back to their owner. */
  lost(lease: Lease, error: SlotwiseError): void;
  /** The connection leads to a node that is not the right one any more. */
  outdated(error: SlotwiseError): void;
  /** No connection could be had. False: it is not tried again by itself. */
  failed(error: Error): boolean;
}

/**
 * The connection of a dedicated one, which is another after each loss.
 *
 * | state | means | left by |
 * |---|---|---|
 * | none | there is none, and none is asked for | `open`: opening, or waiting |
 * | opening | one is acquired and told its state | that is done: ready; a failure: waiting, or none |
 * | ready | it carries commands | its loss, `drop`: none |
 * | waiting | the backoff after a failure, or before `open` | its end: opening |
 * | ended | | – |
 */
export class DedicatedLink {
  state: LinkState = 'none';
  /** The connection that carries commands; null: there is none. */
  current: Acquired | null = null;
  /** Another number for each connection. */
  epoch = 0;
  /** Node of the connection that was lost last; null: none was. */
  lostNode: string | null = null;
  #failures = 0;
  /** The connection that is being told its state. */
  #told: Lease | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #ended = new AbortController();

  constructor(private readonly host: LinkHost) {}

  /** Opens a connection, if there is none and none is on its way. */
  open(afterMs = 0): void {
    if (this.state !== 'none') return;
    if (afterMs === 0) void this.#open();
    else this.#wait(afterMs);
  }

  #wait(ms: number): void {
    this.#enter('waiting');
    this.#timer = setTimeout(() => void this.#open(), ms);
  }

  async #open(): Promise<void> {
    this.#enter('opening');
    let acquired: Acquired | null = null;
    try {
      acquired = await this.host.acquire(this.#ended.signal);
      if (this.#isOver()) throw new ConnectionLostError('nobody waits for the connection any more');
      this.#told = acquired.lease;
      await this.host.tell(acquired.lease);
      this.#told = null;
      if (this.#isOver()) throw new ConnectionLostError('nobody waits for the connection any more');
      const { connection } = acquired.lease;
      if (connection.state !== 'ready')
        throw new ConnectionLostError(`the connection to ${connection.key} broke`, { node: connection.key });
    } catch (error) {
      this.#told = null;
      acquired?.lease.release(true);
      if (!this.#isOver()) this.#failed(asError(error));
      return;
    }
    this.#adopt(acquired);
  }

  #isOver(): boolean {
    return this.state === 'ended';
  }

  #adopt(acquired: Acquired): void {
    const { lease } = acquired;
    const { key } = lease.connection;
    this.#failures = 0;
    this.epoch++;
    this.current = acquired;
    this.#enter('ready');
    lease.events = {
      closed: (error) => this.#lose(error ?? new ConnectionLostError(`the connection to ${key} is closed`, { node: key })),
      outdated: (error) => this.host.outdated(error),
    };
    this.host.ready(acquired);
  }

  #failed(error: Error): void {
    const again = this.host.failed(error);
    if (this.#isOver()) return;
    if (again) this.#wait(backoffMs(this.#failures++, this.host.backoff));
    else this.#enter('none');
  }

  /** Closes the connection: what is in flight on it is lost. */
  drop(error: SlotwiseError): void {
    const { current } = this;
    if (current === null) return;
    this.#lose(error);
    current.lease.connection.destroy(error);
  }

  #lose(error: SlotwiseError): void {
    const { current } = this;
    if (current === null) return;
    this.current = null;
    this.lostNode = current.lease.connection.key;
    if (this.state === 'ready') this.#enter('none');
    current.lease.events = null;
    this.host.lost(current.lease, error);
    current.lease.release(true);
  }

  /** The last thing that a link does. */
  end(error: SlotwiseError): void {
    if (this.#isOver()) return;
    const { current } = this;
    this.#enter('ended');
    clearTimeout(this.#timer);
    this.#ended.abort(error);
    this.#told?.connection.destroy(error);
    this.current = null;
    if (current === null) return;
    current.lease.events = null;
    current.lease.connection.destroy(error);
    current.lease.release(true);
  }

  #enter(next: LinkState): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }
}
