import { type Arg, type Dedicated, OptionsError, type Raw, type Redis, SlotwiseError } from '../../index.js';
import { clearTimeout, setTimeout } from '../../runtime/runtime.js';
import { isOfEvents, keyOfName } from './client-name.js';
import { askAt } from './shards.js';

/** How commands are treated. */
export interface SessionOptions {
  /** 0: none. */
  readonly timeoutMs: number;
  /** What may have run is sent again, whatever it is. */
  readonly resends: boolean;
  /** The client was made elsewhere, with options that are not known here. */
  readonly isForeign: boolean;
}

/** Longest time for one attempt to become ready, in ms: what keeps it from that is told as often. */
const CONNECT_MS = 10_000;
/** How long a server may take to let go of what blocks, in ms: the client itself gives it a second. */
const LET_GO_MS = 1_500;
/** Gives its key as the server sees it. */
const ECHO = 'return KEYS[1]';

/**
 * What a connection has while it is open: a client with a life of its own and, as soon as something needs it, a connection for itself, which
 * has the name by which BullMQ finds its workers, and whose blocking commands hold up nobody else.
 */
export class Session {
  /** For commands that must not run twice. */
  readonly #once: Redis;
  /** For those that may. */
  readonly #repeatable: Redis;
  readonly #life: Redis;
  readonly #isForeign: boolean;
  #own: Dedicated | null = null;
  /** Key that its own connection leads to; null: any. */
  #ownKey: string | null = null;
  #ended = false;

  constructor(redis: Redis, { timeoutMs, resends, isForeign }: SessionOptions) {
    // What BullMQ reads it has just written, or others have: at the primary.
    this.#life = redis.duplicate().with({ timeoutMs, reads: 'primary', hedge: false, integers: 'number', buffers: false });
    this.#repeatable = this.#life.with({ idempotent: true });
    this.#once = resends ? this.#repeatable : this.#life;
    this.#isForeign = isForeign;
  }

  get native(): Redis {
    return this.#life;
  }

  viewFor(repeatable: boolean): Redis {
    return repeatable ? this.#repeatable : this.#once;
  }

  /** Several groups of servers have the keys, so that a connection leads to some of them. */
  get isSharded(): boolean {
    return (this.#life.topology?.slots ?? null) !== null;
  }

  /**
   * Resolves when commands are served. `needsOwn`: with its connection opened as well, so that the first blocking read is on the server as
   * soon as it is made; where there are several shards only a name says to which. Rejects with `OptionsError` where keys get a prefix.
   */
  async connect(name: string | null, needsOwn: boolean): Promise<void> {
    const patient = this.#life.with({ timeoutMs: CONNECT_MS });
    await patient.connect();
    if (this.#isForeign && (await patient.call('EVAL', ECHO, 1, 'bull')) !== 'bull') {
      throw new OptionsError('keyPrefix', "BullMQ's scripts make up names of keys, which would lack it; use the option prefix of BullMQ");
    }
    if (name !== null) await this.#openFor(keyOfName(name) ?? name, name).connect();
    else if (needsOwn && !this.isSharded) await this.#openFor(null, null).connect();
  }

  // --- its own connection

  /**
   * Names it. One of QueueEvents is not waited for: what BullMQ does next is to read from the last event of now, and others add jobs meanwhile.
   * Where it cannot be opened, that read says so.
   */
  async setName(name: string): Promise<unknown> {
    if (this.#own !== null) return this.#own.call('CLIENT', 'SETNAME', name);
    const opened = this.#openFor(keyOfName(name) ?? name, name).connect();
    if (isOfEvents(name)) opened.catch(() => {});
    else await opened;
    return 'OK';
  }

  /** Itself, or what all share where there is none. */
  own(): Dedicated | Redis {
    return this.#own ?? this.#life;
  }

  /**
   * A command that blocks. Where its connection was lost, with an element perhaps, it is as if nothing had come: a worker then looks at its
   * queue, which is what an element would have told it to do, and events are read again from the last one. It ends when there is a connection
   * again: a worker that looked before would wait where its end does not reach it.
   */
  async callBlocking(key: string, words: readonly [command: string, ...args: Arg[]]): Promise<Raw> {
    const own = this.#openFor(key, null);
    const isOwn = this.#isOwn(key);
    try {
      return await (isOwn ? own : this.#life).call(...words);
    } catch (error) {
      if (!(error instanceof SlotwiseError) || error.executed !== 'unknown' || this.#ended) throw error;
    }
    if (isOwn) await own.connect();
    return null;
  }

  #openFor(key: string | null, clientName: string | null): Dedicated {
    if (this.#own === null) {
      this.#own = this.#life.dedicated({ ...(key === null ? {} : { key }), ...(clientName === null ? {} : { clientName }) });
      this.#ownKey = key;
    }
    return this.#own;
  }

  /** Whether its own connection leads to where the key is. */
  #isOwn(key: string): boolean {
    if (key === this.#ownKey || !this.isSharded) return true;
    return this.#ownKey !== null && this.#slotOf(this.#ownKey) === this.#slotOf(key);
  }

  #slotOf(key: string): number | null {
    return this.#life.explain('GET', key).slot;
  }

  /** A question to a primary, to any of several. It may be asked again: a queue that is not told the version in a failover is of no use. */
  ask(...words: readonly [command: string, ...args: string[]]): Promise<Raw> {
    return this.isSharded ? askAt(this.#life, '', words) : this.#repeatable.call(...words);
  }

  /** Ends: what blocks at once, without losing what is popped; the rest at once, too (`now`), or when it is answered. */
  async end(now: boolean): Promise<void> {
    this.#ended = true;
    if (!now) return this.#life.close();
    if (this.#own !== null) await within(LET_GO_MS, this.#own.close());
    this.#life.destroy();
  }
}

function within(ms: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    done.then(resolve, resolve).finally(() => clearTimeout(timer));
  });
}
