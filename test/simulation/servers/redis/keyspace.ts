import { Database, type DatabaseHost, type ExpiryMode } from './database.js';
import type { RedisServer } from './redis-server.js';
import type { RedisSession } from './session.js';

/** Letters of `notify-keyspace-events`: https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/ */
export type EventClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 't';

/** As many as `databases` has by default. */
const DATABASES = 16;
/** How often a server looks for keys whose time is over, in ms (`hz 10`). */
const SWEEP_MS = 100;

/** All keys of a server, who watches them, and who is told of them. */
export class Keyspace implements DatabaseHost {
  readonly databases: readonly Database[] = Array.from({ length: DATABASES }, (_, index) => new Database(index, this));
  readonly #watchers = new Map<Database, Map<string, Set<RedisSession>>>();
  /** What comes from the primary runs. */
  isReplaying = false;
  #sweepsAt = Number.POSITIVE_INFINITY;

  constructor(private readonly server: RedisServer) {}

  get now(): number {
    return this.server.now;
  }

  get expiryMode(): ExpiryMode {
    if (this.isReplaying) return 'ignore';
    return this.server.replication.isPrimary && !this.server.pause.isOn ? 'delete' : 'hide';
  }

  database(index: number): Database {
    return this.databases[index] as Database; // SELECT checks it
  }

  modified(database: Database, key: string): void {
    if (this.#watchers.size > 0) this.#touch(database, key);
    if (this.server.blocked.sessions.size > 0) this.server.blocked.mayServe(database, key);
  }

  expired(database: Database, key: string): void {
    this.server.replication.append(database.index, ['DEL', key]);
    this.notify(database, key, 'expired', 'x');
    this.modified(database, key);
  }

  /** Keys end also while nobody looks at them, up to 100 ms late. */
  mayExpireAt(ms: number): void {
    const at = Math.max(ms, this.now) + SWEEP_MS;
    if (at >= this.#sweepsAt) return;
    this.#sweepsAt = at;
    this.server.after(at - this.now, () => {
      if (this.#sweepsAt === at) this.#sweep();
    });
  }

  #sweep(): void {
    this.#sweepsAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const database of this.databases) {
      if (database.expiries.size === 0) continue;
      if (this.expiryMode === 'delete') database.sweep();
      for (const at of database.expiries.values()) next = Math.min(next, at);
    }
    if (next !== Number.POSITIVE_INFINITY) this.mayExpireAt(next);
    this.server.blocked.serve();
  }

  /** The process has started with keys of its earlier life. */
  resumeExpiry(): void {
    this.#sweep();
  }

  notify(database: Database, key: string, event: string, eventClass: EventClass): void {
    const wanted = this.server.notifications;
    if (wanted === '' || !(wanted.includes(eventClass) || wanted.includes('A'))) return;
    const { pubsub } = this.server;
    if (wanted.includes('K')) pubsub.publish(`__keyspace@${database.index}__:${key}`, event);
    if (wanted.includes('E')) pubsub.publish(`__keyevent@${database.index}__:${event}`, key);
  }

  watch(session: RedisSession, database: Database, key: string): void {
    const watched = session.watched.get(database) ?? new Map<string, boolean>();
    session.watched.set(database, watched);
    if (watched.has(key)) return;
    const at = database.expiries.get(key);
    watched.set(key, at !== undefined && at <= this.now);
    const byKey = this.#watchers.get(database) ?? new Map<string, Set<RedisSession>>();
    this.#watchers.set(database, byKey);
    byKey.set(key, (byKey.get(key) ?? new Set()).add(session));
  }

  unwatch(session: RedisSession): void {
    if (session.watched.size === 0) return;
    for (const [database, keys] of session.watched) {
      const byKey = this.#watchers.get(database);
      for (const key of keys.keys()) {
        const sessions = byKey?.get(key);
        sessions?.delete(session);
        if (sessions?.size === 0) byKey?.delete(key);
      }
      if (byKey?.size === 0) this.#watchers.delete(database);
    }
    session.watched.clear();
    session.isTouched = false;
  }

  /** Whether a watched key ended since. https://github.com/redis/redis/blob/7.2/src/multi.c (`isWatchedKeyExpired`) */
  hasExpiredWatched({ watched }: RedisSession): boolean {
    for (const [database, keys] of watched) {
      for (const [key, wasOver] of keys) {
        const at = database.expiries.get(key);
        if (!wasOver && at !== undefined && at <= this.now) return true;
      }
    }
    return false;
  }

  /** All keys of a database go, or are replaced by those of another. https://github.com/redis/redis/blob/7.2/src/multi.c (`touchAllWatchedKeysInDb`) */
  touchAll(database: Database, replacement?: Database): void {
    const watchers = this.#watchers.get(database);
    if (watchers === undefined) return;
    for (const key of [...watchers.keys()]) {
      if (database.values.has(key) || replacement?.values.has(key) === true) this.#touch(database, key);
    }
  }

  #touch(database: Database, key: string): void {
    for (const session of this.#watchers.get(database)?.get(key) ?? []) {
      const watched = session.watched.get(database);
      // A key that was over its time already when it was watched, and is deleted for it now, has not changed.
      if (watched?.get(key) === true && !database.values.has(key)) watched.set(key, false);
      else session.isTouched = true;
    }
  }

  /** FLUSHDB. */
  flush(database: Database): void {
    this.touchAll(database);
    database.clear();
  }

  /** The process died, or gets another data set. */
  clear(): void {
    for (const database of this.databases) database.clear();
  }

  died(): void {
    this.#watchers.clear();
    this.#sweepsAt = Number.POSITIVE_INFINITY;
    this.isReplaying = false;
  }
}
