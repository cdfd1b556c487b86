import { type Redis, ReplyError, type SlotwiseError } from '../../index.js';
import { clearTimeout, setTimeout, sleep } from '../../runtime/runtime.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import type { Group } from './engine-group.js';
import { mapError } from './error-mapping.js';
import { ClientClosedError, ClientOfflineError, SocketClosedUnexpectedlyError } from './errors.js';
import type { ReconnectStrategy } from './options/types.js';
import { decideRetry } from './retry-decision.js';

type State = 'closed' | 'opening' | 'ready' | 'reconnecting' | 'closing';

const TRANSITIONS: Transitions<State> = {
  closed: ['opening'],
  opening: ['ready', 'closing', 'closed'],
  ready: ['reconnecting', 'closing', 'closed'],
  reconnecting: ['ready', 'closing', 'closed'],
  closing: ['closed'],
};

const ASK_AGAIN_MS = 50;
const ASK_MS = 1_000;

/** What a session tells: the events of node-redis. */
export interface SessionEvents {
  connect(): void;
  ready(): void;
  reconnecting(): void;
  end(): void;
  terminated(cause: Error): void;
  error(error: unknown): void;
}

export interface SessionOptions {
  readonly reconnectStrategy: ReconnectStrategy | undefined;
  /** Commands are refused while the client is not ready. */
  readonly disableOfflineQueue: boolean;
}

/**
 * Time between `connect()` and the end of a client, as node-redis shows it: open, ready, reconnecting, ended. The engine beneath goes on by
 * its own rules; this follows what it says of the connections to primaries.
 */
export class Session {
  readonly #group: Group;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  #state: State = 'closed';
  #engine: Redis | null = null;
  /** A connection is lost or was never there, and `#follow` tells of it. */
  #following = false;
  /** Why the last attempt failed. */
  #cause: Error = new SocketClosedUnexpectedlyError();
  /** Why the strategy ended it; null: it did not. */
  #terminatedBy: Error | null = null;

  constructor(group: Group, options: SessionOptions, events: SessionEvents) {
    this.#group = group;
    this.#options = options;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#state !== 'closed' && this.#state !== 'closing';
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** The life on the engine; null while the client is closed. */
  get life(): Redis | null {
    return this.#engine;
  }

  /** The life on the engine, for commands. Throws while the client takes no commands. */
  get engine(): Redis {
    if (this.#engine === null || this.#state === 'closing') throw new ClientClosedError();
    if (this.#options.disableOfflineQueue && this.#state !== 'ready') throw new ClientOfflineError();
    return this.#engine;
  }

  async connect(): Promise<void> {
    if (this.#state !== 'closed') throw new Error('Socket already opened');
    const engine = this.#group.enter();
    this.#enter('opening');
    this.#engine = engine;
    this.#following = false;
    this.#terminatedBy = null;
    const serving = engine.with({ timeoutMs: 0 }).connect();
    engine.on('reconnecting', ({ node, error }) => {
      if (this.#isPrimary(engine, node)) this.#broken(engine, error, serving);
    });
    // The program has ended the client that this stands on.
    engine.on('close', () => {
      if (this.#engine === engine && this.isOpen) this.#end();
    });
    engine.on('error', (error) => {
      if (this.#state === 'opening') this.#broken(engine, error, serving);
      else this.#events.error(mapError(error));
    });
    try {
      await serving;
    } catch (error) {
      const cause = this.#terminatedBy ?? (this.#engine === engine ? mapError(error) : new ClientClosedError());
      if (this.#engine === engine && this.isOpen) this.#end();
      throw cause;
    }
    if (this.#engine === engine && !this.isReady) this.#serving();
  }

  /** Takes no more commands, waits for the replies to the others, ends. */
  async close(): Promise<void> {
    const engine = this.#engine;
    if (engine === null || !this.isOpen) throw new ClientClosedError();
    this.#enter('closing');
    await engine.close();
    if (this.#engine !== engine) return;
    this.#engine = null;
    this.#enter('closed');
    await this.#group.leave();
    this.#events.end();
  }

  /** Ends at once: what is under way rejects. */
  destroy(): void {
    if (this.#engine !== null) this.#end();
  }

  #end(): void {
    const engine = this.#engine;
    this.#engine = null;
    engine?.destroy();
    this.#enter('closed');
    this.#group.abandon();
    this.#events.end();
  }

  #serving(): void {
    this.#following = false;
    this.#enter('ready');
    this.#events.connect();
    this.#events.ready();
  }

  /** Replicas come and go without a word: commands that only read have others. */
  #isPrimary({ topology }: Redis, node: string): boolean {
    return topology === null || topology.nodes.get(node)?.role !== 'replica';
  }

  /** A connection broke or could not be made. `opening`: settles when the first one serves. */
  #broken(engine: Redis, error: SlotwiseError, opening: Promise<void>): void {
    if (this.#engine !== engine || !this.isOpen) return;
    this.#cause = asError(mapError(error));
    if (this.#following) return;
    this.#following = true;
    const wasReady = this.#state === 'ready';
    if (wasReady) this.#enter('reconnecting');
    void this.#follow(engine, wasReady ? this.#served(engine) : opening, wasReady);
  }

  /** Asks the strategy again and again, and tells what it said, until a connection serves. */
  async #follow(engine: Redis, serving: Promise<void>, wasReady: boolean): Promise<void> {
    const settled = (): true => true;
    const served = serving.then(settled, settled);
    for (let retries = 0; this.#isFollowing(engine); retries++) {
      const cause = this.#cause;
      const decision = decideRetry(this.#options.reconnectStrategy, retries, cause);
      if ('endedBy' in decision) {
        this.#terminatedBy = decision.endedBy;
        this.#events.terminated(decision.endedBy);
        this.#events.error(cause);
        if (this.#isFollowing(engine)) this.#end();
        return;
      }
      this.#events.error(cause);
      if (decision.thrown !== undefined) this.#events.error(decision.thrown);
      if (wasReady && retries === 0) this.#tellReconnecting(engine);
      if (await settlesWithin(decision.delayMs, served)) break;
      if (!wasReady || retries > 0) this.#tellReconnecting(engine);
    }
    if (this.#isFollowing(engine) && this.#state === 'reconnecting') this.#serving();
  }

  #tellReconnecting(engine: Redis): void {
    if (this.#isFollowing(engine)) this.#events.reconnecting();
  }

  #isFollowing(engine: Redis): boolean {
    return this.#engine === engine && this.#following && this.isOpen;
  }

  /** Settles when a connection serves: commands wait for it by themselves, and so does one that asks for nothing. */
  async #served(engine: Redis): Promise<void> {
    // A client that a program closes waits for the answer.
    const asking = engine.with({ timeoutMs: this.#group.foreign === null ? 0 : ASK_MS });
    while (this.#isFollowing(engine)) {
      try {
        await asking.call('PING');
        return;
      } catch (error) {
        if (error instanceof ReplyError) return;
        await sleep(ASK_AGAIN_MS);
      }
    }
  }

  #enter(next: State): void {
    this.#state = transition(TRANSITIONS, this.#state, next);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new SocketClosedUnexpectedlyError({ cause: error });
}

/** Whether a promise of `true` settles in time. */
function settlesWithin(ms: number, settled: Promise<true>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void settled.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
