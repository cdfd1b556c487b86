/** One write, in the words in which a primary hands it on. */
export interface StreamEntry {
  readonly db: number;
  readonly words: readonly string[];
  /** Offset of its last byte. */
  readonly end: number;
}

/** A place in a history. */
export interface Position {
  readonly history: History;
  readonly offset: number;
}

/**
 * A history of writes, which one server writes: it has an id, and begins where another one was left, or with nothing. What a server has is a
 * history up to an offset; a replica that is promoted begins a new one from there, and what the old primary writes behind that place is on a
 * branch that ends. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#replication-id-explained
 */
export class History {
  readonly entries: StreamEntry[] = [];
  /** Offset of the last byte that was written. */
  end: number;

  private constructor(
    /** 40 hexadecimal digits. */
    readonly id: string,
    /** null: begins with an empty data set. */
    readonly base: Position | null,
    /** Offset at which it begins; another one than that of its base after a restart, which counts anew. */
    readonly start: number,
  ) {
    this.end = start;
  }

  static empty(id: string): History {
    return new History(id, null, 0);
  }

  /** What a promoted replica goes on with. */
  static promoted(id: string, base: Position): History {
    return new History(id, base, base.offset);
  }

  /** What a server begins that has loaded its data from disk: nobody can follow from where it was. */
  static reloaded(id: string, base: Position): History {
    return new History(id, base, 0);
  }

  append(db: number, words: readonly string[]): void {
    this.end += encodedLength(words);
    this.entries.push({ db, words, end: this.end });
  }

  /** Bytes that change no data: PING, and what asks replicas for their offsets. */
  skip(bytes: number): void {
    this.end += bytes;
  }

  /** Calls with what lies behind one offset, up to another, in order. */
  each(from: number, upTo: number, apply: (entry: StreamEntry) => void): void {
    if (from < this.start) this.base?.history.each(from, Math.min(upTo, this.start), apply);
    const { entries } = this;
    for (let at = this.#indexAfter(from); at < entries.length; at++) {
      const entry = entries[at] as StreamEntry; // at < length
      if (entry.end > upTo) return;
      apply(entry);
    }
  }

  /** Index of the first entry that ends behind this offset. */
  #indexAfter(offset: number): number {
    const { entries } = this;
    let least = 0;
    let most = entries.length;
    while (least < most) {
      const middle = (least + most) >> 1;
      if ((entries[middle] as StreamEntry).end > offset)
        most = middle; // middle < length
      else least = middle + 1;
    }
    return least;
  }
}

/** The histories that a server at this place has a part of, each up to an offset: its own, and those that it began from. */
function* partsOf({ history, offset }: Position): Generator<Position> {
  yield { history, offset };
  if (history.base === null) return;
  const { base, start } = history;
  // A replica may know that its primary has gone on with another history before it has come to its beginning.
  yield* partsOf(offset < start ? { history: base.history, offset } : base);
}

/** What is lost by who goes from one place to another: histories, each with the last offset that is kept. */
export function lostBetween(before: Position, after: Position): { readonly id: string; readonly from: number }[] {
  const kept = new Map([...partsOf(after)].map(({ history, offset }) => [history, offset]));
  const lost: { readonly id: string; readonly from: number }[] = [];
  for (const { history, offset } of partsOf(before)) {
    const upTo = kept.get(history);
    if (upTo === undefined) lost.push({ id: history.id, from: history.start });
    else {
      if (upTo < offset) lost.push({ id: history.id, from: upTo });
      break;
    }
  }
  return lost;
}

/** Bytes of a command on the wire. */
function encodedLength(words: readonly string[]): number {
  let bytes = 3 + digits(words.length);
  for (const { length } of words) bytes += 5 + digits(length) + length;
  return bytes;
}

function digits(number: number): number {
  return number < 10 ? 1 : number < 100 ? 2 : number < 1_000 ? 3 : String(number).length;
}

/** What a server can serve to a replica that has been there before. */
export interface Backlog {
  readonly history: History;
  readonly offset: number;
  /** The id that it followed before, and the first offset that is not of it. */
  readonly second: { readonly id: string; readonly until: number } | null;
  /** Offset before the oldest byte that it still has; null: it keeps none. */
  readonly from: number | null;
}

/**
 * Whether a replica may go on from where it is, or has to begin anew.
 * https://github.com/redis/redis/blob/7.0/src/replication.c masterTryPartialResynchronization
 */
export function canContinue({ history, offset, second, from }: Backlog, asked: { readonly id: string; readonly offset: number }): boolean {
  if (from === null) return false;
  const isKnown = asked.id === history.id || (second !== null && asked.id === second.id && asked.offset < second.until);
  return isKnown && asked.offset >= from && asked.offset <= offset;
}
