export interface ReplyLimits {
  /** Bytes of one reply, counted read by read: a reply may be longer by one read, which is 256 KiB at most. Default 1 GiB. */
  readonly maxReplyBytes: number;
  /** Elements of one reply at any depth, by the memory that they take. Default 67,108,864. */
  readonly maxReplyItems: number;
}

export interface ParserLimits extends ReplyLimits {
  /** Longest string, in bytes. Default 512 MiB, which is the server's own limit (`proto-max-bulk-len`). */
  readonly maxBulkBytes: number;
  /** Deepest nesting of aggregates. Default 128; commands nest a handful, scripts and modules can nest at will. */
  readonly maxDepth: number;
  /** Most elements of one aggregate; a map counts two an entry. Default 67,108,864, about half of what an array can hold. */
  readonly maxAggregate: number;
}

export const DEFAULT_LIMITS: ParserLimits = {
  maxBulkBytes: 512 * 1024 * 1024,
  maxDepth: 128,
  maxAggregate: 64 * 1024 * 1024,
  maxReplyBytes: 1024 * 1024 * 1024,
  maxReplyItems: 64 * 1024 * 1024,
};

/** What an aggregate and an error take, beside the place of an element in its array: so many of these. */
const AGGREGATE_WEIGHT = 16;
export const ERROR_WEIGHT = 64;

/** Bounds on one reply as a whole, which a few bytes an element could make as large as they like. */
export class ReplyBounds {
  #items = 0;
  #bytes = 0;

  constructor(private readonly limits: ParserLimits) {}

  /** A reply begins. */
  begin(): void {
    this.#items = 0;
    this.#bytes = 0;
  }

  /** An aggregate is announced. Returns why the reply is too large; null: it is not. */
  announce(elements: number): string | null {
    const { maxAggregate } = this.limits;
    if (elements > maxAggregate) return `an aggregate of ${elements} elements is over the limit of ${maxAggregate}`;
    return this.addItems(elements + AGGREGATE_WEIGHT);
  }

  addItems(items: number): string | null {
    this.#items += items;
    const { maxReplyItems } = this.limits;
    return this.#items > maxReplyItems + AGGREGATE_WEIGHT ? `a reply of more elements than maxReplyItems, ${maxReplyItems}` : null;
  }

  /** A read ended within the reply. */
  read(bytes: number): string | null {
    this.#bytes += bytes;
    return this.expect(0);
  }

  /** A string of so many bytes is announced. */
  expect(bytes: number): string | null {
    const { maxReplyBytes } = this.limits;
    return this.#bytes + bytes > maxReplyBytes ? `a reply of more bytes than maxReplyBytes, ${maxReplyBytes}` : null;
  }
}
