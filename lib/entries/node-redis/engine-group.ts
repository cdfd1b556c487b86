import { type ClientOptions, createClient, type Redis } from '../../index.js';
import type { CredentialSource } from './options/credentials.js';

/** What clients of this entry stand on. */
export interface Group {
  /** The client that a program made for them; null: there is none, and what they stand on ends with them. */
  readonly foreign: Redis | null;
  /** A life, for one more holder. */
  enter(): Redis;
  /** One holder leaves, whose life has ended. */
  leave(): Promise<void>;
  /** As `leave`, at once. */
  abandon(): void;
}

/** Client of the library whose connections a client of this entry and its duplicates share. The last one that leaves ends it. */
export class EngineGroup implements Group {
  readonly foreign = null;
  #engine: Redis;
  #holders = 0;
  #ended = false;

  /** Throws for options that are wrong. Connects to nothing yet. */
  constructor(readonly options: ClientOptions) {
    this.#engine = this.#create();
  }

  /** A life on the engine, for one more holder. */
  enter(): Redis {
    if (this.#ended) this.#engine = this.#create();
    this.#ended = false;
    this.#holders += 1;
    return this.#engine.duplicate();
  }

  /** One holder leaves, whose life has ended. The last one has the connections closed. */
  async leave(): Promise<void> {
    if (this.#isLast()) await this.#engine.close();
  }

  /** As `leave`, at once. */
  abandon(): void {
    if (this.#isLast()) this.#engine.destroy();
  }

  #isLast(): boolean {
    this.#holders -= 1;
    if (this.#holders > 0) return false;
    this.#ended = true;
    return true;
  }

  #create(): Redis {
    const engine = createClient(this.options) as Redis; // its integers are those of the options, which this entry does not set
    const source = this.options.credentials as CredentialSource | undefined; // made by this entry
    if (source !== undefined) source.onRenewed = () => engine.reauthenticate();
    return engine;
  }
}
