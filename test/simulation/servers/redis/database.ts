import { Failure } from '../resp.js';
import { copyOf, SortedSet, Stream, type Value } from './values.js';

/**
 * What becomes of a key whose time is over, when somebody looks at it. A primary deletes it. On a replica it is hidden until the primary says
 * so; for what comes from the primary it is still there. https://github.com/redis/redis/blob/7.2/src/db.c (`expireIfNeeded`)
 */
export type ExpiryMode = 'delete' | 'hide' | 'ignore';

/** What a database needs of its server. */
export interface DatabaseHost {
  readonly now: number;
  readonly expiryMode: ExpiryMode;
  /** A key is gone because its time was over. */
  expired(database: Database, key: string): void;
  /** A key has other content than before: for WATCH, and for those who block on it. */
  modified(database: Database, key: string): void;
  /** A key has a time when it ends. */
  mayExpireAt(ms: number): void;
}

const WRONG_TYPE = new Failure('WRONGTYPE Operation against a key holding the wrong kind of value');

/** The keys of one database number. */
export class Database {
  readonly values = new Map<string, Value>();
  /** When keys end, in ms of virtual time. */
  readonly expiries = new Map<string, number>();

  constructor(
    readonly index: number,
    private readonly host: DatabaseHost,
  ) {}

  /** What a key holds; undefined: nothing. */
  get(key: string): Value | undefined {
    if (this.expiries.size > 0 && this.#isOver(key)) return undefined;
    return this.values.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  string(key: string): string | undefined {
    const value = this.get(key);
    if (value !== undefined && typeof value !== 'string') throw WRONG_TYPE;
    return value;
  }

  list(key: string): string[] | undefined {
    const value = this.get(key);
    if (value !== undefined && !Array.isArray(value)) throw WRONG_TYPE;
    return value;
  }

  hash(key: string): Map<string, string> | undefined {
    const value = this.get(key);
    if (value !== undefined && !(value instanceof Map)) throw WRONG_TYPE;
    return value;
  }

  set(key: string): Set<string> | undefined {
    const value = this.get(key);
    if (value !== undefined && !(value instanceof Set)) throw WRONG_TYPE;
    return value;
  }

  sortedSet(key: string): SortedSet | undefined {
    const value = this.get(key);
    if (value !== undefined && !(value instanceof SortedSet)) throw WRONG_TYPE;
    return value;
  }

  stream(key: string): Stream | undefined {
    const value = this.get(key);
    if (value !== undefined && !(value instanceof Stream)) throw WRONG_TYPE;
    return value;
  }

  /** Puts a value there. `expiresAt` undefined: for good; `keep`: as before. */
  put(key: string, value: Value, expiresAt?: number | 'keep'): void {
    this.values.set(key, value);
    if (expiresAt === undefined) this.expiries.delete(key);
    else if (expiresAt !== 'keep') this.expireAt(key, expiresAt);
  }

  expireAt(key: string, at: number): void {
    this.expiries.set(key, at);
    this.host.mayExpireAt(at);
  }

  /** Whether it was there. */
  remove(key: string): boolean {
    if (!this.has(key)) return false;
    this.expiries.delete(key);
    return this.values.delete(key);
  }

  /** Keys that are there. */
  keys(): string[] {
    const keys = [...this.values.keys()];
    return this.expiries.size === 0 ? keys : keys.filter((key) => this.has(key));
  }

  clear(): void {
    this.values.clear();
    this.expiries.clear();
  }

  /** Takes the place of what was here. */
  copyFrom(other: Database): void {
    this.clear();
    for (const [key, value] of other.values) this.values.set(key, copyOf(value));
    for (const [key, at] of other.expiries) this.expireAt(key, at);
  }

  /** Deletes the keys whose time is over. */
  sweep(): void {
    for (const key of [...this.expiries.keys()]) this.#isOver(key);
  }

  #isOver(key: string): boolean {
    const at = this.expiries.get(key);
    if (at === undefined || at > this.host.now || this.host.expiryMode === 'ignore') return false;
    if (this.host.expiryMode === 'hide') return true;
    this.values.delete(key);
    this.expiries.delete(key);
    this.host.expired(this, key);
    return true;
  }
}
