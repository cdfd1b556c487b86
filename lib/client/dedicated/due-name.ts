import type { Connection } from '../../connection/connection.js';
import { ReplyError } from '../../errors.js';

/** Where a name is told. */
interface Place {
  readonly connection: Pick<Connection, 'request'> | null;
  /** CLIENT SETNAME would come between the commands of a transaction, or behind what is lost. */
  readonly isBusy: boolean;
}

/** Name that a dedicated connection has to be given, as soon as nothing speaks against it. The next connection gets it anyway. */
export class DueName {
  /** Null: none. */
  #name: string | null = null;

  constructor(private readonly place: () => Place) {}

  /** Rejects if the server refuses; resolves at once where it cannot be told yet. */
  async change(name: string): Promise<void> {
    this.#name = this.place().connection === null ? null : name;
    await this.#tell();
  }

  /** A command has its outcome. */
  mayBeTold(): void {
    if (this.#name !== null) this.#tell().catch(() => {});
  }

  /** The connection is lost. */
  lost(): void {
    this.#name = null;
  }

  async #tell(): Promise<void> {
    const { connection, isBusy } = this.place();
    const name = this.#name;
    if (name === null || connection === null || isBusy) return;
    this.#name = null;
    try {
      await connection.request(['CLIENT', 'SETNAME', name]);
    } catch (error) {
      if (error instanceof ReplyError) throw error;
    }
  }
}
