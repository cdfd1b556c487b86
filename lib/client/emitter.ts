import { reportListenerError, reportUnheardError } from '../diagnostics.js';
import { callAside } from '../util/user-function.js';

/** Event names with the arguments of their listeners: `{ ready: []; error: [error: Error] }`. */
type EventMap<Events> = { [Name in keyof Events]: readonly unknown[] };

type EventListener<Arguments extends readonly unknown[]> = (...args: Arguments) => unknown;

interface Entry<Arguments extends readonly unknown[]> {
  readonly listener: EventListener<Arguments>;
  readonly once: boolean;
}

/**
 * Event emitter with Node's `on`/`once`/`off`, typed, for a library that calls users' code from inside its engine: nothing that a listener
 * does reaches the emitting code. A listener that throws, or whose promise rejects, becomes a process warning. An `error` event without a
 * listener is logged and published, and the first one becomes a process warning.
 */
export class Emitter<Events extends EventMap<Events>> {
  // Lists are replaced, not changed: an emit in progress keeps the list it began with.
  readonly #entries: { [Name in keyof Events]?: readonly Entry<Events[Name]>[] } = {};
  /** Whether an `error` event has met no listener. */
  #hasUnheardError = false;

  on<Name extends keyof Events & string>(name: Name, listener: EventListener<Events[Name]>): this {
    return this.#add(name, { listener, once: false });
  }

  once<Name extends keyof Events & string>(name: Name, listener: EventListener<Events[Name]>): this {
    return this.#add(name, { listener, once: true });
  }

  /** Removes the listener's newest registration. */
  off<Name extends keyof Events & string>(name: Name, listener: EventListener<Events[Name]>): this {
    const entries = this.#entries[name] ?? [];
    const index = entries.map((entry) => entry.listener).lastIndexOf(listener);
    if (index !== -1) this.#entries[name] = entries.filter((_, i) => i !== index);
    return this;
  }

  emit<Name extends keyof Events & string>(name: Name, ...args: Events[Name]): void {
    const entries = this.#entries[name];
    if (entries === undefined || entries.length === 0) {
      if (name !== 'error') return;
      const isFirst = !this.#hasUnheardError;
      this.#hasUnheardError = true;
      reportUnheardError(args[0], isFirst);
      return;
    }
    for (const entry of entries) {
      if (entry.once && !this.#take(name, entry)) continue;
      callAside(
        () => entry.listener(...args),
        (error) => this.listenerFailed(name, error),
      );
    }
  }

  protected listenerFailed(name: string, error: unknown): void {
    reportListenerError(name, error);
  }

  /** Removes a `once` entry; false where an emit inside a listener has already used it up. */
  #take<Name extends keyof Events & string>(name: Name, entry: Entry<Events[Name]>): boolean {
    const entries = this.#entries[name] ?? [];
    const rest = entries.filter((other) => other !== entry);
    this.#entries[name] = rest;
    return rest.length < entries.length;
  }

  #add<Name extends keyof Events & string>(name: Name, entry: Entry<Events[Name]>): this {
    this.#entries[name] = [...(this.#entries[name] ?? []), entry];
    return this;
  }
}
