import { type ClientOptions, ClosedError, ConnectError, type Dedicated, type Redis, type SlotwiseError } from '../../index.js';
import { EngineRef } from '../shared/engine-ref.js';
import type { EngineViews } from './engine-call.js';
import type { EngineSettings } from './options/engine-options.js';
import { clientServes } from './over/client-reach.js';

/** What an object hears of its engine. */
export interface EngineListener {
  /** A connection to a node broke (`isAttempt` false), or could not be made. */
  onNodeLost(node: string, error: SlotwiseError, isAttempt: boolean): void;
  /** Something that no command tells. */
  onProblem(error: SlotwiseError): void;
  onTopology?(): void;
  /** The program has ended the client that it stands on. */
  onClosed(): void;
}

/** An engine in the time in which an object uses it, from its connecting to its end. */
export class Session {
  #views: EngineViews;
  /** What commands reject with that its end catches; null: that it is closed. */
  endReason: Error | null = null;
  /** Its commands are issued again on another, because this one can run none. */
  isReplaced = false;
  #life: Redis;
  /** Whether it has a life of its own on the engine, which others use as well. */
  #isGuest: boolean;
  readonly #ref: EngineRef;
  #isOver = false;
  /** It ends its life itself. */
  #isEnding = false;
  /** Questions whether it serves that have no answer yet. */
  #questions = 0;
  #scout: EngineRef | null = null;

  private constructor(
    ref: EngineRef,
    private readonly settings: EngineSettings,
    private readonly listener: EngineListener,
    isGuest: boolean,
  ) {
    this.#ref = ref;
    this.#isGuest = isGuest;
    // Alone with its engine it needs no life of its own, whose commands cost a little more.
    this.#life = isGuest ? this.#duplicate() : ref.engine;
    this.#views = viewsOf(this.#life, settings);
    ref.engine.on('reconnecting', this.#onReconnecting);
    ref.engine.on('error', this.#onError);
    ref.engine.on('topology', this.#onTopology);
    if (ref.isForeign) this.#life.on('close', () => this.#lifeClosed());
  }

  /** An engine of its own, or that of a `host`. */
  static open(settings: EngineSettings, listener: EngineListener, host: Session | null): Session {
    const { over } = settings;
    if (over !== undefined) return new Session(EngineRef.over(over.client), settings, listener, true);
    if (host === null || host.#isOver) return new Session(EngineRef.of(settings.client), settings, listener, false);
    host.#share();
    return new Session(host.#ref.retain(), settings, listener, true);
  }

  /** From now on its end is not that of the engine. What is on its way is answered. */
  #share(): void {
    if (this.#isGuest) return;
    this.#isGuest = true;
    this.#life = this.#duplicate();
    this.#views = viewsOf(this.#life, this.settings);
  }

  #duplicate(): Redis {
    const { clientName } = this.settings.over ?? {};
    return this.#ref.engine.duplicate(clientName === undefined ? {} : { clientName });
  }

  #lifeClosed(): void {
    if (!this.#isEnding) this.listener.onClosed();
  }

  /** The client that commands are issued on: that of the program, or of this object, as one with a life of its own. */
  get native(): Redis {
    return this.#life;
  }

  /** It has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get views(): EngineViews {
    return this.#views;
  }

  /** Resolves when commands are served. */
  serves(): Promise<unknown> {
    const { engine, isForeign } = this.#ref;
    // Not a command of the life, whose end waits for those.
    const served = isForeign ? this.#servesForeign() : engine.with({ timeoutMs: 0 }).call('PING');
    this.#questions++;
    const answered = (): void => {
      this.#questions--;
    };
    served.then(answered, answered);
    return served;
  }

  async #servesForeign(): Promise<void> {
    try {
      await clientServes(this.#ref.engine, () => this.#isOver);
    } catch (error) {
      if (error instanceof ClosedError) this.#lifeClosed();
      throw error;
    }
  }

  /** One attempt to reach the servers, beside the engine's, which tells of a failure once. It ends with the session. */
  async scout(): Promise<void> {
    if (this.#isOver) return;
    const { client, over } = this.settings;
    if (over !== undefined) return over.client.with({ timeoutMs: SCOUT_MS }).connect();
    const scout = EngineRef.of({ ...client, failFast: true, timeoutMs: client.connectTimeoutMs ?? SCOUT_MS });
    // It is told by `connect()`.
    scout.engine.on('error', () => {});
    this.#scout?.abandon();
    this.#scout = scout;
    try {
      await scout.engine.connect();
    } finally {
      scout.abandon();
    }
  }

  /** A connection for one object alone, whose texts are bytes. */
  dedicated(key?: string | Buffer): Dedicated {
    const own = this.#views.bytes.dedicated(key === undefined ? {} : { key });
    // Replies of a connection of one's own have the shapes of RESP2 by themselves. A server that does not know it speaks nothing else.
    if (this.#ref.isForeign) own.call('HELLO', '2').catch(() => {});
    return own;
  }

  /** Whether commands are on their way, or wait. */
  get isBusy(): boolean {
    // Of all that share it.
    return this.#ref.engine.stats().commands > this.#questions;
  }

  get clientOptions(): ClientOptions {
    return this.settings.client;
  }

  get topology(): Redis['topology'] {
    return this.#ref.engine.topology;
  }

  /** Ends it when its commands are answered. */
  async finish(): Promise<void> {
    if (this.#isOver) return;
    this.#isEnding = true;
    await this.#life.close();
    this.#leave();
  }

  /** Ends it at once. What waits rejects with `reason`. */
  cut(reason: Error | null = null): void {
    if (this.#isOver) return;
    this.endReason = reason;
    this.#isEnding = true;
    this.#life.destroy();
    this.#leave();
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { engine } = this.#ref;
    engine.off('reconnecting', this.#onReconnecting);
    engine.off('error', this.#onError);
    engine.off('topology', this.#onTopology);
    this.#scout?.abandon();
    this.#ref.abandon();
  }

  readonly #onReconnecting = ({ node, error }: { readonly node: string; readonly error: SlotwiseError }): void => {
    if (!this.#isOver) this.listener.onNodeLost(node, error, error instanceof ConnectError);
  };

  readonly #onError = (error: SlotwiseError): void => {
    if (!this.#isOver) this.listener.onProblem(error);
  };

  readonly #onTopology = (): void => {
    if (!this.#isOver) this.listener.onTopology?.();
  };
}

/** Longest time for an attempt to reach the servers, in ms. */
const SCOUT_MS = 10_000;

function viewsOf(life: Redis, { view, over }: EngineSettings): EngineViews {
  const text = life.with({ ...view, buffers: false }) as Redis; // integers are as the program wants them
  return { text, isForeign: over !== undefined, bytes: text.with({ buffers: true }) as unknown as Redis }; // replies are as the commands want them
}
