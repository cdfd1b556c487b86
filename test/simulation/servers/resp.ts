/** A simple string: `+OK`. */
export class Status {
  constructor(readonly text: string) {}
}

/** An error reply. No Error: a server makes thousands, and nobody wants their stacks. */
export class Failure {
  constructor(readonly text: string) {}
}

/** Bytes that another server has encoded. */
export class Raw {
  constructor(readonly text: string) {}
}

/** A message that nobody asked for: a push in RESP3, an array in RESP2. */
export class Push {
  constructor(readonly items: readonly ReplyValue[]) {}
}

/** What a server sends. Strings are bulk strings; each character is a byte. */
export type ReplyValue =
  | string
  | number
  | boolean
  | null
  | Status
  | Failure
  | Push
  | Raw
  | NullArray
  | Score
  | Verbatim
  | ByProtocol
  | readonly ReplyValue[]
  | ReadonlyMap<string, ReplyValue>
  | ReadonlySet<ReplyValue>;

/** What RESP2 says for a missing array: `*-1`. RESP3 has one null for both. */
class NullArray {}

/** A double: text in RESP2. */
export class Score {
  constructor(readonly value: number) {}
}

/** A text for people: marked as such in RESP3. */
export class Verbatim {
  constructor(readonly text: string) {}
}

/** A reply that has another form in RESP3. */
export class ByProtocol {
  constructor(
    readonly two: ReplyValue,
    readonly three: ReplyValue,
  ) {}
}

/** https://github.com/redis/redis/blob/7.2/src/networking.c (`addReplyDouble`) */
function doubleText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

export const OK = new Status('OK');
export const nullArray = new NullArray();

/** https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export function encode(value: ReplyValue, protocol: 2 | 3): string {
  if (typeof value === 'string') return `$${value.length}\r\n${value}\r\n`;
  if (typeof value === 'number') return `:${value}\r\n`;
  if (value === null) return protocol === 3 ? '_\r\n' : '$-1\r\n';
  if (typeof value === 'boolean') return protocol === 3 ? `#${value ? 't' : 'f'}\r\n` : `:${value ? 1 : 0}\r\n`;
  if (value instanceof Status) return `+${value.text}\r\n`;
  if (value instanceof Score) return protocol === 3 ? `,${doubleText(value.value)}\r\n` : encode(doubleText(value.value), 2);
  if (value instanceof Verbatim) {
    return protocol === 3 ? `=${value.text.length + 4}\r\ntxt:${value.text}\r\n` : encode(value.text, 2);
  }
  if (value instanceof ByProtocol) return encode(protocol === 3 ? value.three : value.two, protocol);
  if (value instanceof Failure) return `-${value.text}\r\n`;
  if (value instanceof Raw) return value.text;
  if (value instanceof NullArray) return protocol === 3 ? '_\r\n' : '*-1\r\n';
  if (value instanceof Push) return encodeAll(`${protocol === 3 ? '>' : '*'}${value.items.length}\r\n`, value.items, protocol);
  if (value instanceof Map) {
    let text = protocol === 3 ? `%${value.size}\r\n` : `*${value.size * 2}\r\n`;
    for (const [key, item] of value as ReadonlyMap<string, ReplyValue>) text += encode(key, protocol) + encode(item, protocol);
    return text;
  }
  if (value instanceof Set) return encodeAll(`${protocol === 3 ? '~' : '*'}${value.size}\r\n`, value as ReadonlySet<ReplyValue>, protocol);
  const items = value as readonly ReplyValue[]; // nothing else is left
  return encodeAll(`*${items.length}\r\n`, items, protocol);
}

function encodeAll(header: string, items: Iterable<ReplyValue>, protocol: 2 | 3): string {
  let text = header;
  for (const item of items) text += encode(item, protocol);
  return text;
}

/** Codes of the characters of a header. */
const STAR = 42;
const DOLLAR = 36;
const ZERO = 48;

/** The commands of a stream of bytes, as they become complete. */
export class CommandReader {
  /** When the first byte of the last command left the client, in ms. */
  sentAt = 0;
  #text = '';
  #at = 0;
  #end = 0;
  /** Where what was added begins, and when it was sent. */
  #parts: { from: number; readonly sentAt: number }[] = [];

  add(bytes: Buffer, sentAt: number): void {
    const at = this.#at;
    const text = bytes.toString('latin1');
    // Mostly all that came before was read.
    if (at === this.#text.length) {
      this.#text = text;
      this.#parts.length = 0;
    } else {
      this.#text = this.#text.slice(at) + text;
      for (const part of this.#parts) part.from -= at;
    }
    this.#at = 0;
    this.#parts.push({ from: this.#text.length - text.length, sentAt });
  }

  /** The next command; null: it has not come yet. Throws on what is none, as the server closes the connection then. */
  next(): string[] | null {
    const text = this.#text;
    if (this.#at >= text.length) return null;
    let at = this.#at;
    let length = this.#number(at, STAR);
    if (length < 0) return null;
    at = this.#end;
    const words: string[] = [];
    for (; length > 0; length--) {
      const size = this.#number(at, DOLLAR);
      at = this.#end;
      if (size < 0 || text.length < at + size + 2) return null;
      words.push(text.slice(at, at + size));
      at += size + 2;
    }
    while ((this.#parts[1]?.from ?? Number.POSITIVE_INFINITY) <= this.#at) this.#parts.shift();
    this.sentAt = this.#parts[0]?.sentAt ?? 0;
    this.#at = at;
    return words;
  }

  /** The number of a header; -1: it has not come yet. `#end`: where what follows begins. */
  #number(from: number, type: number): number {
    const text = this.#text;
    const end = text.indexOf('\r\n', from);
    if (end < 0) return -1;
    let number = 0;
    for (let at = from + 1; at < end; at++) {
      const digit = text.charCodeAt(at) - ZERO;
      number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN;
    }
    if (text.charCodeAt(from) !== type || !Number.isSafeInteger(number)) {
      throw new Error(`Protocol error: expected '${String.fromCharCode(type)}', got '${text[from]}'`);
    }
    this.#end = end + 2;
    return number;
  }
}
