import type { Arg } from '../protocol/command-spec.js';
import { asBytes } from '../protocol/resp/byte-view.js';

/** What counts as a hash tag. Null: there are none. */
export type TagRule = Between | ByPattern | null;

/** What is between two characters. */
interface Between {
  readonly open: string;
  readonly close: string;
}

/** The first group of a pattern. */
interface ByPattern {
  readonly pattern: RegExp;
  /** A character of ASCII without which the pattern matches nothing; null: none is known. */
  readonly needs: string | null;
  /** How it is applied to keys that are no text: not at all, or byte by byte. */
  readonly ofBytes: 'none' | 'latin1';
}

/** The tag between two characters, first opening and first closing one after it, as of Redis Cluster; of an empty one the whole key counts. */
export function tagBetween(characters: string | undefined): TagRule {
  return characters === undefined ? null : { open: characters.charAt(0), close: characters.charAt(1) };
}

/** Up to here, reading character after character beats a native call: 25 against 60 ns. */
const SHORT_TEXT = 48;
/** Most bytes of UTF-8 that a character of a string takes. */
const MOST_UTF8 = 3;
/** Most memory that is kept. */
const LONGEST_KEPT = 16_384;

/**
 * The part of a key that is hashed: `bytes` from `start` up to `end`. One object reads key after key; the memory is its own, and of text that
 * is ASCII no bytes are made.
 */
export class HashedPart {
  bytes: Uint8Array;
  start = 0;
  end = 0;
  readonly #tag: TagRule;
  readonly #open: number;
  readonly #close: number;
  /** Code without which a text has no tag, so that all of it counts; -1: no text has one; null: none is known. */
  readonly #needed: number | null;
  #memory: Buffer;

  constructor(tag: TagRule) {
    this.#tag = tag;
    const between = tag !== null && 'open' in tag ? tag : null;
    this.#open = between === null ? -1 : between.open.charCodeAt(0);
    this.#close = between === null ? -1 : between.close.charCodeAt(0);
    const pattern = tag !== null && 'pattern' in tag ? tag : null;
    this.#needed = pattern === null ? this.#open : (pattern.needs?.charCodeAt(0) ?? null);
    this.#memory = Buffer.allocUnsafe(256);
    this.bytes = this.#memory;
  }

  /** Reads a key, and is that key's part then. */
  read(key: Arg): this {
    if (typeof key === 'string') return this.#readText(key);
    const bytes = asBytes(key);
    return bytes === null ? this.#readText(String(key)) : this.#readBytes(bytes);
  }

  /** The part as text, a character a byte. */
  text(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString('latin1', this.start, this.end);
  }

  #readText(text: string): this {
    if (this.#needed !== null && this.#copied(text, 0, text.length, this.#needed)) return this.#take(this.#memory, 0, text.length);
    const tag = this.#tag;
    if (tag === null) return this.#takeText(text, 0, text.length);
    if ('pattern' in tag) {
      if (tag.needs !== null && !text.includes(tag.needs)) return this.#takeText(text, 0, text.length);
      const part = tag.pattern.exec(text)?.[1] ?? text;
      return this.#takeText(part, 0, part.length);
    }
    const open = text.indexOf(tag.open);
    const close = open === -1 ? -1 : text.indexOf(tag.close, open + 1);
    return close > open + 1 ? this.#takeText(text, open + 1, close) : this.#takeText(text, 0, text.length);
  }

  #takeText(text: string, start: number, end: number): this {
    const length = end - start;
    if (this.#copied(text, start, end, -1)) return this.#take(this.#memory, 0, length);
    const part = length === text.length ? text : text.slice(start, end);
    const most = MOST_UTF8 * length;
    if (most > LONGEST_KEPT) {
      const bytes = Buffer.from(part);
      return this.#take(bytes, 0, bytes.length);
    }
    if (most > this.#memory.length) this.#memory = Buffer.allocUnsafe(LONGEST_KEPT);
    // As the encoder sends it, where a lone surrogate becomes U+FFFD.
    return this.#take(this.#memory, 0, this.#memory.write(part));
  }

  /** Copies a text that is short and ASCII, and does not have the code `but`. */
  #copied(text: string, start: number, end: number, but: number): boolean {
    const length = end - start;
    if (length > SHORT_TEXT) return false;
    const memory = this.#memory;
    let bits = 0;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(start + i);
      if (code === but) return false;
      bits |= code;
      memory[i] = code;
    }
    return bits < 128;
  }

  #readBytes(bytes: Uint8Array): this {
    const tag = this.#tag;
    if (tag === null) return this.#take(bytes, 0, bytes.length);
    if ('pattern' in tag) return this.#readByPattern(bytes, tag);
    const open = bytes.indexOf(this.#open);
    const close = open === -1 ? -1 : bytes.indexOf(this.#close, open + 1);
    return close > open + 1 ? this.#take(bytes, open + 1, close) : this.#take(bytes, 0, bytes.length);
  }

  #readByPattern(bytes: Uint8Array, { pattern, needs, ofBytes }: ByPattern): this {
    if (needs !== null && !bytes.includes(needs.charCodeAt(0))) return this.#take(bytes, 0, bytes.length);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = buffer.toString();
    if (Buffer.from(text).equals(buffer)) return this.#readText(text);
    const part = ofBytes === 'none' ? undefined : pattern.exec(buffer.toString('latin1'))?.[1];
    const taken = part === undefined ? bytes : Buffer.from(part, 'latin1');
    return this.#take(taken, 0, taken.length);
  }

  #take(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    return this;
  }
}
