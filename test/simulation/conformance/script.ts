import type { Comparison } from './reply-tree.js';

/**
 * Commands that a model server and a real one are asked, and whose replies are compared. Steps are:
 *
 * | step | means |
 * |---|---|
 * | `GET k` | sends the command over connection `a`, and reads its reply |
 * | `b: GET k` | the same over another connection |
 * | `b? BLPOP l 0` | sends it, and goes on when the server blocks for it |
 * | `b- GET k` | sends it, and goes on at once |
 * | `b!` | reads what comes next there |
 * | `wait 30` | lets 30 ms go by |
 * | `sorted: KEYS *` | compares without order; `type:` only the type, `fields:` only the names of fields, `facts:` of commands |
 *
 * Words may be quoted, with the escapes of JSON. `{b}` stands for the id of connection `b`, `{host}` and `{port}` for the server's address.
 */
export interface ConformanceScript {
  readonly name: string;
  /** Steps, each in a line of its own or separated by `; `. */
  readonly text: string;
  /** Only with this protocol. */
  readonly protocol?: 2 | 3;
}

export interface Step {
  readonly line: string;
  readonly connection: string;
  /** null: only reads. */
  readonly words: readonly string[] | null;
  readonly reads: boolean;
  readonly blocks: boolean;
  readonly compares: Comparison;
  /** In ms. */
  readonly waits: number;
}

export function stepsOf({ text }: ConformanceScript): Step[] {
  return text
    .trim()
    .split(/\s*[;\n]\s+/)
    .map(stepOf);
}

const PREFIX = /^([a-z]+)([:?!-])(?:\s+|$)/;
const COMPARISONS: ReadonlySet<string> = new Set(['sorted', 'type', 'fields', 'facts']);

function stepOf(line: string): Step {
  const wait = /^wait (\d+)$/.exec(line);
  if (wait !== null) return { line, connection: 'a', words: null, reads: false, blocks: false, compares: 'exact', waits: Number(wait[1]) };
  let rest = line;
  let connection = 'a';
  let compares: Comparison = 'exact';
  let reads = true;
  let blocks = false;
  for (let prefix = PREFIX.exec(rest); prefix !== null; prefix = PREFIX.exec(rest)) {
    rest = rest.slice(prefix[0].length);
    const [, name = '', mark] = prefix;
    if (COMPARISONS.has(name)) compares = name as Comparison;
    else connection = name;
    if (mark === '?' || mark === '-') reads = false;
    if (mark === '?') blocks = true;
  }
  const words = rest === '' ? null : wordsOf(rest);
  return { line, connection, words, reads, blocks, compares, waits: 0 };
}

function wordsOf(text: string): string[] {
  return (text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) => (word.startsWith('"') ? (JSON.parse(word) as string) : word));
}
