import type { Random } from '../../time/random.js';
import type { RedisServer } from '../redis/redis-server.js';
import { type Backlog, History, lostBetween, type Position } from './history.js';

/** What a server has: how much of which history, and what of it it still has for replicas. */
export class Lineage implements Backlog {
  /** What it followed before: replicas of that can go on here, up to an offset. */
  second: { readonly id: string; readonly until: number } | null = null;
  #history: History;
  #offset = 0;
  /** null: it never had a replica, and was none. */
  #backlogStart: number | null = null;

  constructor(
    private readonly server: RedisServer,
    private readonly random: Random,
    private readonly backlogBytes: number,
  ) {
    this.#history = History.empty(this.#newId());
  }

  get history(): History {
    return this.#history;
  }

  get offset(): number {
    return this.#offset;
  }

  get position(): Position {
    return { history: this.#history, offset: this.#offset };
  }

  get from(): number | null {
    return this.#backlogStart === null ? null : Math.max(this.#backlogStart, this.#offset - this.backlogBytes);
  }

  startBacklog(): void {
    this.#backlogStart ??= this.#offset;
  }

  append(database: number, words: readonly string[]): void {
    this.#history.append(database, words);
    this.#offset = this.#history.end;
  }

  /** Bytes that change no data. */
  skip(bytes: number): void {
    this.#history.skip(bytes);
    this.#offset = this.#history.end;
  }

  /** A replica applies what its primary has written up to there. */
  replay(upTo: number): void {
    const { server } = this;
    this.#history.each(this.#offset, upTo, ({ db, words }) => server.replay(db, words));
    if (upTo > this.#offset) this.#offset = upTo;
  }

  /** The server has the data of another one, from the beginning of a deployment. */
  share(other: Lineage): void {
    other.startBacklog();
    this.#history = other.#history;
    this.#offset = other.#offset;
  }

  /** Its primary goes on from where it is. Returns whether with another history. */
  continued(history: History): boolean {
    this.startBacklog();
    if (history === this.#history) return false;
    this.#keepId();
    this.#history = history;
    return true;
  }

  /** It begins a history of its own from where it is. */
  promoted(): void {
    this.#keepId();
    this.startBacklog();
    this.#history = History.promoted(this.#newId(), this.position);
  }

  #keepId(): void {
    this.second = { id: this.#history.id, until: this.#offset + 1 };
  }

  /** All that it had is gone, and it has this instead. */
  replaced(position: Position): void {
    this.lost(position);
    this.#history = position.history;
    this.#offset = position.offset;
    this.second = null;
    this.#backlogStart = position.offset;
  }

  /** Its ids and its backlog are gone, and perhaps its data. https://github.com/redis/redis/blob/7.0/src/server.c (`loadDataFromDisk`) */
  restarted(hasData: boolean): void {
    const before = this.position;
    this.#history = hasData ? History.reloaded(this.#newId(), before) : History.empty(this.#newId());
    this.#offset = 0;
    this.second = null;
    this.#backlogStart = null;
    if (!hasData) this.lost(this.position, before);
  }

  /** Enters into the books what is not there any more, after a step to another place. */
  lost(after: Position, before = this.position): void {
    for (const { id, from } of lostBetween(before, after)) this.server.books.discarded(this.server.name, id, from);
  }

  #newId(): string {
    let id = '';
    while (id.length < 40) id += this.random.integer(0, 0xffff_ffff).toString(16).padStart(8, '0');
    return id;
  }
}
