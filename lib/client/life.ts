import { ClosedError, type Executed, withoutStack } from '../errors.js';
import type { ClientName } from '../options/client-name.js';
import type { Call } from '../protocol/call.js';
import { type Transitions, transition } from '../util/state-machine.js';
import { attachSignal, type CallWatch, watchSignal } from './abort.js';
import { Emitter } from './emitter.js';
import type { ClientEvents } from './events.js';

type LifeState = 'running' | 'closing' | 'closed';

const TRANSITIONS: Transitions<LifeState> = { running: ['closing', 'closed'], closing: ['closed'], closed: [] };

const CLOSED = 'the client is closed';

/** What ends with a life: a subscription, a dedicated connection, a client on another group, a life that depends on this one. */
export interface LifeMember {
  /** Takes nothing more, and ends when what was begun is done. */
  close(error: ClosedError): Promise<unknown>;
  destroy(error: ClosedError): void;
  /** Names the connections that belong to it alone. */
  rename?(name: string | null): Promise<unknown>;
}

/** Names the connections of a client, those that come included: all but those of lives with a name of their own. */
export async function nameAll(client: NamedClient, name: string | null): Promise<void> {
  await Promise.all([client.name.change(name), client.life.rename(name), client.moving?.previous.name.change(name)]);
}

interface NamedClient {
  readonly name: ClientName;
  readonly life: Life;
  /** The client that asks the previous place of the keys. */
  readonly moving: { readonly previous: { readonly name: ClientName } } | null;
}

/** A life of its own on an engine. It ends with that of the engine, too. */
export function newLife(engine: { readonly life: Life; readonly events: Emitter<ClientEvents> }, signal?: AbortSignal): Life {
  const life = new Life(engine.events);
  const leave = engine.life.add(life);
  life.events.once('close', leave);
  if (signal !== undefined) life.endBy(signal);
  return life;
}

/**
 * Life of a duplicate: what was begun through its views, and only that, ends with it. The client itself has one, too, for what has no other;
 * of that one the client's own lifecycle counts the calls.
 *
 * | state | means | left by |
 * |---|---|---|
 * | running | calls are accepted | `close()`: closing; `destroy()`: closed |
 * | closing | accepted calls go on, new ones are refused, what blocks is ended | the last outcome, `destroy()`: closed |
 * | closed | every call is refused | – |
 */
export class Life implements CallWatch {
  state: LifeState = 'running';
  /** Events of the engine, and a `close` of its own. */
  readonly events: Emitter<ClientEvents>;
  /** Name of the connections that belong to it alone; undefined: that of the client. */
  name: string | null | undefined;
  readonly #calls = new Set<Call>();
  readonly #members = new Set<LifeMember>();
  /** The events that are passed on, each with what ends that. */
  readonly #forwarded = new Map<keyof ClientEvents, () => void>();
  readonly #engineEvents: Emitter<ClientEvents>;
  #unwatch: (() => void) | null = null;
  #drained: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(engineEvents: Emitter<ClientEvents>) {
    this.#engineEvents = engineEvents;
    this.events = new Emitter<ClientEvents>();
  }

  /** Ends as `destroy` does when the signal fires. */
  endBy(signal: AbortSignal): void {
    const end = (): void => this.destroy(new ClosedError('the client was destroyed by its signal', { cause: signal.reason }));
    if (signal.aborted) end();
    else this.#unwatch = watchSignal(signal, end);
  }

  // --- what belongs to it

  /** Rejects the call when the life is destroyed, until the call settles. False: the life takes no calls, and the call is rejected. */
  attach(call: Call): boolean {
    if (this.state !== 'running') {
      call.fail(closedErrorOf(call, 'no', null));
      return false;
    }
    this.#calls.add(call);
    const { resolve } = call;
    call.resolve = (outcome) => {
      this.#calls.delete(call);
      if (this.#calls.size === 0) this.#drained?.();
      resolve(outcome);
    };
    return true;
  }

  /** The watch of a view of this life that has a signal, too. */
  with(signal: AbortSignal | null): CallWatch {
    return signal === null ? this : { attach: (call) => this.attach(call) && attachSignal(call, signal) };
  }

  /** Why nothing can begin any more; null: it can. */
  get ended(): ClosedError | null {
    return this.state === 'running' ? null : new ClosedError(CLOSED);
  }

  /** Has a member end with this life. Returns what takes it out. A member of a life that has ended ends at once. */
  add(member: LifeMember): () => void {
    const { ended } = this;
    if (ended !== null) member.destroy(ended);
    else this.#members.add(member);
    return () => this.#members.delete(member);
  }

  /** The emitter of an event, which the engine's is passed on to from now on until the life ends. */
  hear<Name extends keyof ClientEvents>(name: Name): Emitter<ClientEvents> {
    if (name !== 'close' && !this.#forwarded.has(name) && this.state !== 'closed') {
      const forward = (...args: ClientEvents[Name]): void => this.events.emit(name, ...args);
      this.#engineEvents.on(name, forward);
      this.#forwarded.set(name, () => this.#engineEvents.off(name, forward));
    }
    return this.events;
  }

  /** Names the connections that belong to this life alone, those that come included. */
  async setName(name: string | null): Promise<void> {
    this.name = name;
    await this.#renameMembers(name);
  }

  /** The client has another name: it is that of this life, too, unless it has its own. */
  async rename(name: string | null): Promise<void> {
    if (this.name === undefined) await this.#renameMembers(name);
  }

  async #renameMembers(name: string | null): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.rename?.(name)));
  }

  // --- its end

  /** Takes no more calls, ends what blocks and the subscriptions, waits for the other calls, ends. */
  close(): Promise<void> {
    if (this.#closing === null && this.state === 'running') {
      this.#enter('closing');
      this.#closing = this.#close();
    }
    return this.#closing ?? Promise.resolve();
  }

  async #close(): Promise<void> {
    const error = new ClosedError(CLOSED);
    const members = [...this.#members].map((member) => member.close(error));
    this.endBlocking();
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    if (this.#calls.size > 0) await drained;
    await Promise.allSettled(members);
    this.destroy();
  }

  /** Ends the calls that may wait for ever: those that block, and those that wait for a connection of their own. */
  endBlocking(): void {
    for (const call of [...this.#calls]) {
      const exclusive = call.extras?.exclusive;
      if (exclusive && exclusive.kind !== 'alone') end(call, null);
    }
  }

  /** Ends at once: what is in flight rejects. What blocks on a server is asked to end, and then rejects, so that nothing popped is lost. */
  destroy(reason = new ClosedError('the client was destroyed')): void {
    if (this.state === 'closed') return;
    this.#enter('closed');
    this.#unwatch?.();
    for (const member of [...this.#members]) member.destroy(reason);
    this.#members.clear();
    for (const call of [...this.#calls]) end(call, reason);
    this.#drained?.();
    this.events.emit('close');
    for (const unforward of this.#forwarded.values()) unforward();
    this.#forwarded.clear();
  }

  #enter(next: LifeState): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }
}

function end(call: Call, cause: ClosedError | null): void {
  const cancel = call.extras?.exclusive?.cancel;
  if (cancel) cancel((executed) => closedErrorOf(call, executed, cause));
  else call.fail(closedErrorOf(call, call.executed, cause));
}

function closedErrorOf({ spec: { name } }: Call, executed: Executed, cause: ClosedError | null): ClosedError {
  const message = `${name}: ${cause?.message ?? CLOSED}`;
  return withoutStack(() => new ClosedError(message, { command: name, executed, cause: cause ?? undefined }));
}
