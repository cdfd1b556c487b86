import type { ReplyValue } from '../resp.js';
import { type Answer, LATER } from '../resp-server.js';
import type { Database } from './database.js';
import type { EventClass } from './keyspace.js';
import type { RedisServer } from './redis-server.js';
import type { CommandRule } from './rules.js';
import type { Blocked, RedisSession } from './session.js';

/** Who runs a command: a client, its EXEC, a script, or the primary of a replica. */
export type Origin = 'client' | 'exec' | 'script' | 'primary';

interface BlockOptions {
  readonly on: Blocked['on'];
  readonly keys: readonly string[];
  /** 0: for ever. */
  readonly timeoutMs: number;
  readonly onTimeout: () => ReplyValue;
  /** What runs again when a key has something. Default: the command. */
  readonly words?: readonly string[];
  readonly ended?: () => void;
}

/** A command that runs: what it may use, and what comes of it. */
export class CommandCall {
  /** It changed the data set. */
  isDirty = false;
  reply: Answer = LATER;
  readonly db: Database;
  /** What replicas get instead of the command. */
  #effects: (readonly string[])[] | null = null;

  constructor(
    readonly server: RedisServer,
    readonly session: RedisSession,
    readonly words: readonly string[],
    readonly rule: CommandRule,
    readonly origin: Origin,
  ) {
    this.db = server.keyspace.database(session.database);
  }

  /** A word; '' where there is none. */
  word(at: number): string {
    return this.words[at] ?? '';
  }

  /** The first key of most commands. */
  get key(): string {
    return this.words[1] ?? '';
  }

  get now(): number {
    return this.server.now;
  }

  /** A key was changed; `event` as keyspace notifications name it. */
  changed(key: string, event: string, eventClass: EventClass, db = this.db): void {
    this.isDirty = true;
    this.server.keyspace.modified(db, key);
    this.server.keyspace.notify(db, key, event, eventClass);
  }

  /** Nothing is left in it: a key without content does not exist. */
  removeEmpty(key: string): void {
    this.db.remove(key);
    this.server.keyspace.notify(this.db, key, 'del', 'g');
  }

  /** What replicas get in place of the command, besides what was said before. */
  becomes(...commands: readonly (readonly string[])[]): void {
    this.#effects = [...(this.#effects ?? []), ...commands];
  }

  /** A part of this command has run. */
  include(part: CommandCall): void {
    if (part.effects.length > 0) this.becomes(...part.effects);
  }

  /** The changes of the data set, as commands. */
  get effects(): readonly (readonly string[])[] {
    return this.#effects ?? (this.isDirty ? [this.words] : []);
  }

  /** The reply comes later. Where nothing may block, it comes at once, as if the time were over. */
  block({ on, keys, timeoutMs, onTimeout, words = this.words, ended }: BlockOptions): Answer {
    const { session, rule, db, now } = this;
    if (session.blocked !== null) return LATER;
    if (this.origin !== 'client') return onTimeout();
    const until = timeoutMs === 0 ? Number.POSITIVE_INFINITY : now + timeoutMs;
    this.server.blocked.add(session, { on, words, rule, database: db, keys, onTimeout, until, ended });
    return LATER;
  }
}
