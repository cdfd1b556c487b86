import { askForCredentials } from '../../connection/credentials.js';
import type { CredentialSource } from '../../options/access.js';
import type { MigrateTarget } from '../../protocol/migrate.js';
import { performance } from '../../runtime/runtime.js';

/** A login is asked for anew after this part of its life. */
const PART_OF_LIFE = 0.8;

/** Login of the previous servers at the new ones. The user's function is asked once, and again when its answer is old or was refused. */
export class TargetLogin {
  readonly #source: CredentialSource | null;
  readonly #timeoutMs: number;
  #login: Promise<MigrateTarget['login']> | null = null;
  #until = 0;

  /** `timeoutMs`: how long the user's function may take. */
  constructor(source: CredentialSource | null, timeoutMs: number) {
    this.#source = source;
    this.#timeoutMs = timeoutMs;
  }

  /** Whether another answer may be had than the last one. */
  get mayChange(): boolean {
    return typeof this.#source === 'function';
  }

  get(): Promise<MigrateTarget['login']> {
    if (this.#source === null) return Promise.resolve(null);
    if (this.#login === null || performance.now() >= this.#until) {
      this.#until = Number.POSITIVE_INFINITY;
      this.#login = this.#ask();
      this.#login.catch(() => this.forget());
    }
    return this.#login;
  }

  forget(): void {
    this.#login = null;
  }

  async #ask(): Promise<MigrateTarget['login']> {
    const { username, password, expiresInMs } = await askForCredentials(this.#source, this.#timeoutMs);
    if (expiresInMs !== undefined) this.#until = performance.now() + expiresInMs * PART_OF_LIFE;
    return username === undefined ? { password } : { username, password };
  }
}
