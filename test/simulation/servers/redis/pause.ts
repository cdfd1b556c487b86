import type { RedisServer } from './redis-server.js';
import type { CommandRule } from './rules.js';
import type { RedisSession } from './session.js';

export type PauseKind = 'write' | 'all';

/** Commands that wait: CLIENT PAUSE, and failovers. https://redis.io/docs/latest/commands/client-pause/ */
export class Pause {
  /** By who asked for it. */
  readonly #pauses = new Map<string, { readonly until: number; readonly kind: PauseKind }>();
  #waiting: RedisSession[] = [];

  constructor(private readonly server: RedisServer) {}

  /** Keys do not end meanwhile. */
  get isOn(): boolean {
    return this.#pauses.size > 0;
  }

  /** A pause of the same asker is never made shorter or weaker: https://github.com/redis/redis/blob/7.2/src/networking.c (`pauseActions`) */
  begin(asker: string, ms: number, kind: PauseKind): void {
    const before = this.#pauses.get(asker);
    const until = Math.max(before?.until ?? 0, this.server.now + ms);
    const pause = { until, kind: before?.kind === 'all' ? 'all' : kind };
    this.#pauses.set(asker, pause);
    this.server.after(until - this.server.now, () => {
      if (this.#pauses.get(asker) === pause) this.end(asker);
    });
  }

  end(asker: string): void {
    if (!this.#pauses.delete(asker)) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const session of waiting) this.server.release(session);
  }

  holds(session: RedisSession, rule: CommandRule): boolean {
    if (this.#pauses.size === 0) return false;
    for (const { kind } of this.#pauses.values()) {
      if (kind === 'all') return true;
      if (rule.mayReplicate) return true;
      if (rule.name === 'EXEC' && (session.queued ?? []).some((each) => each.rule.mayReplicate)) return true;
    }
    return false;
  }

  postpone(session: RedisSession): void {
    this.#waiting.push(session);
  }

  forget(session: RedisSession): void {
    if (session.postponed !== null) this.#waiting = this.#waiting.filter((each) => each !== session);
  }

  clear(): void {
    this.#pauses.clear();
    this.#waiting = [];
  }
}
