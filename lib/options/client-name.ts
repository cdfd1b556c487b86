/** A connection whose name can be changed. */
interface NamedConnection {
  /** Resolves with the server's answer. */
  rename(name: string | null): Promise<unknown>;
}

/** Name of a client's connections in `CLIENT LIST`, which may be another one later. Null: they have none. */
export class ClientName {
  readonly #connections = new Set<NamedConnection>();

  constructor(public current: string | null) {}

  /** A connection is ready: it is told of other names from now on. */
  add(connection: NamedConnection): void {
    this.#connections.add(connection);
  }

  delete(connection: NamedConnection): void {
    this.#connections.delete(connection);
  }

  /** Names the connections that are there, and those that come. Rejects if a server refuses, once all have answered. */
  async change(name: string | null): Promise<void> {
    this.current = name;
    const renamed = [...this.#connections].map((connection) => connection.rename(name));
    for (const outcome of await Promise.allSettled(renamed)) if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** The name that a connection gets which is opened now. */
export function nameNow(name: string | ClientName | null): string | null {
  return name instanceof ClientName ? name.current : name;
}
