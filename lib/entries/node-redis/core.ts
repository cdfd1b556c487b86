import type { Raw, Redis } from '../../index.js';
import { runBatch } from './batches.js';
import type { RedisArgument } from './command-parser.js';
import { CommandViews } from './command-views.js';
import type { Route } from './commander.js';
import { stateEffectOf } from './connection-state.js';
import type { Group } from './engine-group.js';
import { NotSupportedError, WatchError } from './errors.js';
import type { Queued } from './multi.js';
import type { CommandOptions } from './options/types.js';
import { OwnConnection } from './own-connection.js';
import { inPages, scanOfOneShard } from './scan-shards.js';
import { Session, type SessionEvents, type SessionOptions } from './session.js';
import type { Subscriptions } from './subscriptions.js';
import { RESP_TYPES } from './type-mapping.js';

/** Which keys a scan is for. */
export interface Scanned {
  readonly MATCH?: RedisArgument | undefined;
  readonly COUNT?: number | undefined;
  readonly TYPE?: RedisArgument | undefined;
}

/** Keys in a page, as the server has it. */
const PAGE = 10;

type Words = [string, ...RedisArgument[]];

/** Channel that nobody listens to: what is published there moves the offset of the connection up to all writes before it. */
const NOBODY = 'slotwise:wait';

/** What a client and its views share: its session on the engine, and the connection of its own, once it has one. */
export class Core {
  readonly group: Group;
  readonly #session: Session;
  readonly #subscriptions: Subscriptions;
  readonly #views = new CommandViews();
  #own: OwnConnection | null = null;
  #subscribes = false;
  /** A transaction that WATCH was for can no longer be certain of its keys. */
  #dirtyWatch: string | undefined;

  constructor(group: Group, options: SessionOptions, events: SessionEvents, subscriptions: Subscriptions) {
    this.group = group;
    this.#subscriptions = subscriptions;
    const end = (): void => {
      this.#ended()?.destroy();
      events.end();
    };
    this.#session = new Session(group, options, { ...events, end });
  }

  get isOpen(): boolean {
    return this.#session.isOpen;
  }

  get isReady(): boolean {
    return this.#session.isReady;
  }

  get isWatching(): boolean {
    return this.#own?.isWatching === true;
  }

  get dirtyWatch(): string | undefined {
    return this.#dirtyWatch;
  }

  set dirtyWatch(message: string | undefined) {
    this.#dirtyWatch = message;
  }

  /** The life on the engine; null while the client is closed. */
  get life(): Redis | null {
    return this.#session.life;
  }

  /** Whether it stands on a client of a cluster, over all of its shards. */
  get isSpread(): boolean {
    return this.group.foreign?.topologyKind === 'cluster';
  }

  /** All keys, of all shards, by pages. */
  scanAll({ MATCH, COUNT, TYPE }: Scanned, options: CommandOptions | undefined): AsyncGenerator<unknown[], void, unknown> {
    const view = this.#views.of(this.#session.engine, options);
    const words = { ...(MATCH ? { MATCH } : {}), ...(COUNT ? { COUNT } : {}), ...(TYPE ? { TYPE: String(TYPE) } : {}) };
    return inPages(view.scanKeys(words), COUNT || PAGE);
  }

  async connect(): Promise<void> {
    const opening = this.#session.connect();
    if (this.#session.life !== null && !this.#subscribes) {
      this.#subscribes = true;
      this.#subscriptions.opened(this.#session.life);
    }
    await opening;
  }

  async close(): Promise<void> {
    const closing = this.#session.close();
    await this.#ended()?.close();
    await closing;
  }

  destroy(): void {
    this.#ended()?.destroy();
    this.#session.destroy();
  }

  #ended(): OwnConnection | null {
    const own = this.#own;
    this.#own = null;
    this.#dirtyWatch = undefined;
    this.#subscribes = false;
    this.#subscriptions.closed();
    return own;
  }

  /** Sends the words of one command. Throws and rejects with errors of the library. */
  execute(args: readonly RedisArgument[], { key }: Route, options: CommandOptions | undefined): Promise<Raw> {
    const { engine } = this.#session;
    if (this.isSpread && this.#own === null && String(args[0]).toUpperCase() === 'SCAN') throw scanOfOneShard();
    const effect = stateEffectOf(args);
    if (this.#own === null && effect === undefined) return this.#views.of(engine, options).call(...(args as Words)); // checked by the caller
    if (typeof effect === 'object') throw new NotSupportedError(`${String(args[0])} is not sent by slotwise/node-redis: ${effect.refused}`);
    if (effect === 'wait') return this.#wait(engine, args, options);
    return this.own(key).call(args, isBuffers(options));
  }

  /** The connection of its own, from now on for all commands. */
  own(key?: RedisArgument): OwnConnection {
    this.#own ??= new OwnConnection(this.#session.engine, key);
    return this.#own;
  }

  /** Gives the connection of its own back: commands go over shared ones again. */
  async forgetOwn(): Promise<void> {
    const own = this.#own;
    this.#own = null;
    this.#dirtyWatch = undefined;
    await own?.close();
  }

  pipeline(queue: readonly Queued[], options: CommandOptions | undefined): Promise<readonly unknown[]> {
    const { engine } = this.#session;
    if (this.#own !== null) return this.#own.pipeline(queue, isBuffers(options));
    return runBatch(this.#views.of(engine, options), 'pipeline', queue);
  }

  transaction(queue: readonly Queued[], options: CommandOptions | undefined, key?: RedisArgument): Promise<readonly unknown[]> {
    const { engine } = this.#session;
    const dirty = this.#dirtyWatch;
    this.#dirtyWatch = undefined;
    if (dirty !== undefined) throw new WatchError(dirty);
    const own = this.#own ?? (queue.some(({ args }) => stateEffectOf(args) === 'own') ? this.own(key) : null);
    if (own !== null) return own.transaction(queue, isBuffers(options));
    return runBatch(this.#views.of(engine, options), 'multi', queue);
  }

  /**
   * WAIT counts the replicas that have the writes of its connection. Those over shared ones have run when what is published after them is
   * answered; what its own connection publishes then is after them in the stream to the replicas.
   */
  async #wait(engine: Redis, args: readonly RedisArgument[], options: CommandOptions | undefined): Promise<Raw> {
    if (this.#own !== null) {
      const marked = this.#own.call(['PUBLISH', NOBODY, ''], false);
      const [, count] = await Promise.all([marked, this.#own.call(args, isBuffers(options))]);
      return count;
    }
    await engine.call('PUBLISH', NOBODY, '');
    return engine.lease(async (one) => {
      await one.call('PUBLISH', NOBODY, '');
      return one.call(...(args as Words)); // checked by the caller
    });
  }
}

function isBuffers(options: CommandOptions | undefined): boolean {
  return options?.typeMapping?.[RESP_TYPES.BLOB_STRING] === Buffer;
}
