const SPACE = /[ \t\n\r]*/y;
const TEXT = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})|\x7f|[\u0080-\u009f])*"/uy;
const OTHER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const DEEPEST = 1_000;

class Flaw extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Where and how a text stops being JSON, null: it is JSON, without a name that is given twice. Node's own errors quote the text, in which
 * there may be a password, and not all say where.
 */
export function jsonProblem(text: string): string | null {
  try {
    new Scanner(text).document();
    return null;
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${error.message}`;
  }
}

/** https://www.rfc-editor.org/rfc/rfc8259 */
class Scanner {
  #at = 0;

  constructor(private readonly text: string) {}

  document(): void {
    this.#value(0);
    if (this.#peek() !== '') throw new Flaw(this.#at, 'expected nothing behind the value');
  }

  #value(depth: number): void {
    if (depth > DEEPEST) throw new Flaw(this.#at, `expected at most ${DEEPEST} levels`);
    const first = this.#peek();
    if (first === '{') this.#list('}', depth, this.#member());
    else if (first === '[') this.#list(']', depth, () => undefined);
    else if (this.#take(TEXT) === null && this.#take(OTHER) === null) throw new Flaw(this.#at, 'expected a value');
  }

  /** `before`: what stands before each value. */
  #list(end: string, depth: number, before: () => void): void {
    this.#at++;
    if (this.#peek() === end) {
      this.#at++;
      return;
    }
    for (;;) {
      before();
      this.#value(depth + 1);
      const next = this.#peek();
      if (next !== end && next !== ',') throw new Flaw(this.#at, `expected , or ${end}`);
      this.#at++;
      if (next === end) return;
    }
  }

  /** The names of one object. */
  #member(): () => void {
    const names = new Set<string>();
    return () => {
      this.#peek();
      const start = this.#at;
      const name = this.#take(TEXT);
      if (name === null) throw new Flaw(start, 'expected a name in "');
      if (names.has(name)) throw new Flaw(start, 'expected each name once in an object');
      names.add(name);
      if (this.#peek() !== ':') throw new Flaw(this.#at, 'expected : after the name');
      this.#at++;
    };
  }

  /** The next character that is no space, empty at the end. */
  #peek(): string {
    this.#take(SPACE);
    return this.text[this.#at] ?? '';
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }
}
