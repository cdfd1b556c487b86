import type { Client } from '../client/client.js';
import { closedError } from '../client/dispatch/call-errors.js';
import { type ClientEvents, checkEvent } from '../client/events.js';
import { nameAll } from '../client/life.js';
import type { View } from '../client/view.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import { LIFE_FORMS } from './call-forms.js';
import { SubscriptionMethods } from './subscription-methods.js';

/** Options of `duplicate`. */
export interface DuplicateOptions {
  /** Name of the connections that it has alone: see `setName`. Default: that of the client. */
  readonly clientName?: string;
  /** Ends the duplicate when it fires, as `destroy()` does. Default: none. */
  readonly signal?: AbortSignal;
}

/** Methods of `Redis` about its life, which is that of the client, or that of a duplicate: its beginning, its events, its end. */
export abstract class LifeMethods extends SubscriptionMethods {
  readonly #client: Client;
  readonly #view: View;

  constructor(client: Client, view: View) {
    super(client, view);
    this.#client = client;
    this.#view = view;
  }

  /**
   * Resolves when the topology is known, a connection to a primary is ready, and `pool.minExclusive` connections to each primary that can be
   * reached. Not needed: the first command opens what it takes. Bounded by `timeoutMs`.
   */
  async connect(): Promise<void> {
    if (this.#view.life !== null && this.#view.life.ended !== null) throw closedError('connect()');
    await this.#client.connect(this.#view.timeoutMs);
  }

  /**
   * Names the connections of the client in `CLIENT LIST`, those that come included; `null`: they have no name. Those of a duplicate are the
   * ones it has alone: its dedicated connections, its leases, and those of its commands that block. Rejects if a server refuses.
   * @example await redis.setName('importer');
   */
  setName(name: string | null): Promise<void> {
    const { life } = this.#view;
    if ((life ?? this.#client.life).ended !== null) return Promise.reject(closedError('setName()'));
    return life === null ? nameAll(this.#client, name) : life.setName(name);
  }

  /**
   * Has every live connection log in again with what the option `credentials` gives now, in order among the commands: none fails for it.
   * Rejects with `AuthError` if a server refuses, which is also an `error` event; such a connection closes once it is answered.
   */
  async reauthenticate(): Promise<void> {
    if (this.#view.life !== null && this.#view.life.ended !== null) throw closedError('reauthenticate()');
    await this.#client.reauthenticate();
  }

  /**
   * Takes no more commands, waits for the replies to the others, closes. Closes the client for all its views and duplicates; of a duplicate,
   * only what was begun through it.
   */
  close(): Promise<void> {
    return this.#view.life === null ? this.#client.close() : this.#view.life.close();
  }

  /** Closes at once; what is in flight rejects. */
  destroy(): void {
    if (this.#view.life === null) this.#client.destroy();
    else this.#view.life.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Calls `listener` at each event of this name, of the whole client; `close` of a duplicate is its own. A listener that throws disturbs
   * nothing.
   * @example redis.on('failover', ({ from, to }) => console.log(`${to} took over from ${from}`));
   */
  on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): this {
    checkEvent(name, 'on');
    this.#events(name).on(name, listener);
    return this;
  }

  /** Calls a listener as `on` does, for the next event only. */
  once<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): this {
    checkEvent(name, 'once');
    this.#events(name).once(name, listener);
    return this;
  }

  /** Takes a listener away again. */
  off<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): this {
    checkEvent(name, 'off');
    this.#events(name).off(name, listener);
    return this;
  }

  #events(name: keyof ClientEvents): Client['events'] {
    return this.#view.life === null ? this.#client.events : this.#view.life.hear(name);
  }
}

checkCalls(LifeMethods, LIFE_FORMS satisfies FormsOf<LifeMethods, SubscriptionMethods>);
