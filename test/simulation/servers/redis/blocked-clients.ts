import { Failure, type ReplyValue } from '../resp.js';
import { LATER } from '../resp-server.js';
import type { Database } from './database.js';
import type { RedisServer } from './redis-server.js';
import type { CommandRule } from './rules.js';
import type { Blocked, RedisSession } from './session.js';
import { SortedSet, Stream, type Value } from './values.js';

/** Whether a command that blocks can take from this: what has another type is as nothing. */
function suits({ name }: CommandRule, value: Value | undefined): boolean {
  if (name.startsWith('BZ')) return value instanceof SortedSet;
  return name.startsWith('X') ? value instanceof Stream : Array.isArray(value);
}

/** Sessions that wait for a key, for replicas, or for time. https://github.com/redis/redis/blob/7.2/src/blocked.c */
export class BlockedClients {
  /** By database and key, in the order in which they came. */
  readonly #byKey = new Map<Database, Map<string, Set<RedisSession>>>();
  /** Keys that may have something for somebody. */
  #ready: [Database, string][] = [];
  readonly sessions = new Set<RedisSession>();

  constructor(private readonly server: RedisServer) {}

  add(session: RedisSession, blocked: Blocked): void {
    session.blocked = blocked;
    this.sessions.add(session);
    const { database, keys, until } = blocked;
    if (keys.length > 0) {
      const byKey = this.#byKey.get(database) ?? new Map<string, Set<RedisSession>>();
      this.#byKey.set(database, byKey);
      for (const key of keys) {
        const waiting = byKey.get(key) ?? new Set();
        byKey.set(key, waiting.add(session));
      }
    }
    if (until === Number.POSITIVE_INFINITY) return;
    this.server.after(until - this.server.now, () => {
      if (session.blocked === blocked) this.answer(session, blocked.onTimeout());
    });
  }

  /** A key has something that it had not. */
  mayServe(database: Database, key: string): void {
    if (this.#byKey.get(database)?.has(key) === true) this.#ready.push([database, key]);
  }

  /** Gives what has come to those who wait for it, the longest first. After each command: what they do may serve others. */
  serve(): void {
    while (this.#ready.length > 0) {
      const ready = this.#ready;
      this.#ready = [];
      for (const [database, key] of ready) {
        for (const session of [...(this.#byKey.get(database)?.get(key) ?? [])]) this.#retry(session, database, key);
      }
    }
  }

  #retry(session: RedisSession, database: Database, key: string): void {
    const { blocked } = session;
    if (blocked === null || !suits(blocked.rule, database.get(key))) return;
    const call = this.server.run(session, blocked.words, blocked.rule, 'client');
    if (call.reply === LATER) return;
    this.#end(session, blocked);
    this.server.completed(session, call);
    this.server.answer(session, call.reply);
  }

  /** It waits no longer: this is its reply. */
  answer(session: RedisSession, reply: ReplyValue): void {
    const { blocked } = session;
    if (blocked === null) return;
    this.#end(session, blocked);
    const { words, rule } = blocked;
    this.server.record(session, { words, rule, reply, isRefused: reply instanceof Failure, effects: [] });
    this.server.answer(session, reply);
  }

  /** CLIENT UNBLOCK. Returns whether it blocked on something that may be ended. */
  unblock(session: RedisSession, how: 'TIMEOUT' | 'ERROR'): boolean {
    const { blocked } = session;
    if (blocked === null) return false;
    this.answer(session, how === 'TIMEOUT' ? blocked.onTimeout() : new Failure('UNBLOCKED client unblocked via CLIENT UNBLOCK'));
    return true;
  }

  /** The connection is gone. */
  forget(session: RedisSession): void {
    if (session.blocked !== null) this.#end(session, session.blocked);
  }

  clear(): void {
    this.#ready = [];
  }

  #end(session: RedisSession, blocked: Blocked): void {
    session.blocked = null;
    this.sessions.delete(session);
    const byKey = this.#byKey.get(blocked.database);
    for (const key of blocked.keys) {
      const waiting = byKey?.get(key);
      waiting?.delete(session);
      if (waiting?.size === 0) byKey?.delete(key);
    }
    blocked.ended?.();
  }
}
