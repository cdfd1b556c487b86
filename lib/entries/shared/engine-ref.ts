import { type ClientOptions, createClient, type Redis } from '../../index.js';

/** Engine that objects of an entry share. The last one that lets go of it ends it. */
export class EngineRef {
  #holders = 1;

  private constructor(
    readonly engine: Redis,
    /** A program made it, which alone ends it. */
    readonly isForeign: boolean,
  ) {}

  /** An engine of its own, with one holder. Throws for options that are wrong. */
  static of(options: ClientOptions): EngineRef {
    return new EngineRef(createClient(options) as Redis, false); // the types of its integers are the entry's matter
  }

  /** A client that a program made, with one holder. */
  static over(client: Redis): EngineRef {
    return new EngineRef(client, true);
  }

  get isShared(): boolean {
    return this.#holders > 1;
  }

  retain(): this {
    if (this.#holders === 0) throw new Error('the engine has ended'); // a defect of the entry
    this.#holders++;
    return this;
  }

  /** Lets go of it; the last holder waits for the replies to its commands. */
  async release(): Promise<void> {
    if (this.#leave()) await this.engine.close();
  }

  /** Lets go of it at once: what is in flight of the last holder rejects. */
  abandon(): void {
    if (this.#leave()) this.engine.destroy();
  }

  /** Whether the last one left an engine that ends with it. */
  #leave(): boolean {
    return this.#holders > 0 && --this.#holders === 0 && !this.isForeign;
  }
}
