import type { ReplyValue } from '../resp.js';
import { Session } from '../resp-server.js';
import type { Database } from './database.js';
import type { CommandRule } from './rules.js';

/** A command that MULTI has queued. */
export interface QueuedCommand {
  readonly words: readonly string[];
  readonly rule: CommandRule;
}

/** What a session waits for. */
export interface Blocked {
  /** `keys`: something to pop; `replicas`: WAIT. */
  readonly on: 'keys' | 'replicas';
  readonly words: readonly string[];
  readonly rule: CommandRule;
  readonly database: Database;
  readonly keys: readonly string[];
  /** When the command came. */
  /** The reply when the time is over, and for CLIENT UNBLOCK. */
  readonly onTimeout: () => ReplyValue;
  /** When it gives up, in ms; Infinity: never. */
  readonly until: number;
  /** Called when it is over. */
  readonly ended?: (() => void) | undefined;
}

/** A client's connection to a Redis server. */
export class RedisSession extends Session {
  /** Number of the database that SELECT chose. */
  database = 0;
  /** Commands since MULTI; null: there was none. */
  queued: QueuedCommand[] | null = null;
  /** A command since MULTI was refused: EXEC will be. */
  isSpoilt = false;
  /** Keys under WATCH, and whether each was over its time already. */
  readonly watched = new Map<Database, Map<string, boolean>>();
  /** A watched key was changed. */
  isTouched = false;
  blocked: Blocked | null = null;
  /** A command that runs when a pause is over. */
  postponed: string[] | null = null;
  /** The pause is over. */
  isResumed = false;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();
  /** READONLY was sent: reads on a replica of a cluster. */
  isReadonly = false;
  /** ASKING was sent just now. */
  isAsking = false;
  /** CLIENT CAPA redirect was sent (Valkey). */
  takesRedirects = false;
  replies: 'on' | 'off' | 'skip next' | 'skip' = 'on';
  libraryName = '';
  libraryVersion = '';
  noEvict = false;
  noTouch = false;
  lastCommand = '';
  lastAt = 0;
  /** Replication offset behind its last command: what WAIT waits for. */
  writtenOffset = 0;

  constructor(
    end: RedisSession['end'],
    id: number,
    readonly since: number,
    /** null: it has not logged in. */
    public user: string | null,
  ) {
    super(end, id);
    this.lastAt = since;
  }

  /** RESET: https://redis.io/docs/latest/commands/reset/ */
  reset(user: string | null): void {
    this.dropMulti();
    this.user = user;
    this.protocol = 2;
    this.name = '';
    this.database = 0;
    this.isReadonly = false;
    this.isAsking = false;
    this.replies = 'on';
    this.noEvict = false;
    this.noTouch = false;
  }

  get subscriptions(): number {
    return this.channels.size + this.patterns.size + this.shardChannels.size;
  }

  dropMulti(): void {
    this.queued = null;
    this.isSpoilt = false;
    this.isTouched = false;
  }
}
