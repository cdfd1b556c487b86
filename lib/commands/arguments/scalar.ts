/** What a scalar may be: a sum of these bits. */
export const TEXT = 1;
/** Text that is not empty. */
export const SOME_TEXT = 2;
/** Text that is a number. */
const NUMBER_TEXT = 4;
export const NUMBER = 8;
const INFINITE = 16;
const BIGINT = 32;
export const BYTES = 64;
export const FLAG = 128;

interface Scalar {
  readonly takes: number;
  readonly expected: string;
}

/**
 * Scalars of signatures. Numbers may be text wherever the server reads them as such: programs have them from their environment. Text is never
 * a number: an argument in the wrong place would pass for a name.
 */
const SCALARS: Readonly<Record<string, Scalar>> = {
  key: { takes: TEXT | NUMBER | BIGINT | BYTES, expected: 'a string, a finite number or bytes' },
  value: { takes: TEXT | NUMBER | BIGINT | BYTES, expected: 'a string, a finite number, a bigint or bytes' },
  text: { takes: TEXT | BYTES, expected: 'a string' },
  bytes: { takes: TEXT | BYTES, expected: 'a string or bytes' },
  buffer: { takes: BYTES, expected: 'bytes' },
  number: { takes: NUMBER_TEXT | NUMBER | BIGINT, expected: 'a finite number' },
  numeric: { takes: SOME_TEXT | NUMBER | BIGINT, expected: 'a finite number, a bigint or its text' },
  score: { takes: NUMBER_TEXT | NUMBER | INFINITE | BIGINT, expected: 'a number' },
  bound: { takes: SOME_TEXT | NUMBER | INFINITE | BIGINT, expected: 'a number or text such as (5, +inf' },
  flag: { takes: FLAG, expected: 'true or false' },
};

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** As servers read it, by C's `strtod`. */
const INFINITY = /^[+-]?inf(?:inity)?$/i;

/** The bits of a scalar; 0: the name of another kind. */
export function bitsOf(kind: string): number {
  return SCALARS[kind]?.takes ?? 0;
}

/** Whether a value may stand in the place of a scalar. */
export function takes(kind: string, value: unknown): boolean {
  const accepted = bitsOf(kind);
  switch (typeof value) {
    case 'string':
      if ((accepted & TEXT) !== 0) return true;
      if ((accepted & SOME_TEXT) !== 0) return value !== '';
      if ((accepted & NUMBER_TEXT) === 0) return false;
      return DECIMAL.test(value) || ((accepted & INFINITE) !== 0 && INFINITY.test(value));
    case 'number':
      if ((accepted & NUMBER) === 0) return false;
      return value - value === 0 || ((accepted & INFINITE) !== 0 && !Number.isNaN(value));
    case 'bigint':
      return (accepted & BIGINT) !== 0;
    case 'boolean':
      return (accepted & FLAG) !== 0;
    default:
      if (!ArrayBuffer.isView(value)) return false;
      return (accepted & BYTES) !== 0 || ((accepted & NUMBER) !== 0 && value.byteLength <= LONGEST_NUMBER && takes(kind, latin1(value)));
  }
}

/** Bytes may be the text of a number: so it comes from a view with `buffers`. A longer one is none that a server reads. */
const LONGEST_NUMBER = 64;

function latin1({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

/** What a scalar takes, for messages. */
export function expectedOf(kind: string): string {
  return SCALARS[kind]?.expected ?? kind;
}
