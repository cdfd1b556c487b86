// A RESP codec for the test support alone: small, slow and independent of the library under test.
// https://redis.io/docs/latest/develop/reference/protocol-spec/

export type CommandArg = string | number | Uint8Array;

/** An error reply. */
export class ReplyFailure extends Error {
  override name = 'ReplyFailure';
}

/** A value a server sends. Simple and bulk strings are both strings. */
export type Reply = string | number | null | ReplyFailure | Reply[];

export type TextEncoding = 'utf8' | 'latin1';

const crlf = Buffer.from('\r\n');

export function encodeCommand(args: readonly CommandArg[], encoding: TextEncoding = 'utf8'): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = arg instanceof Uint8Array ? arg : Buffer.from(String(arg), encoding);
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, crlf);
  }
  return Buffer.concat(parts);
}

interface Parsed {
  readonly value: Reply;
  readonly next: number;
}

/** One RESP2 value that begins at `at`, or null while bytes are missing. */
export function parseReply(bytes: Buffer, at = 0, encoding: TextEncoding = 'utf8'): Parsed | null {
  const end = bytes.indexOf(crlf, at);
  if (end < 0) return null;
  const type = String.fromCharCode(bytes[at] ?? 0);
  const line = bytes.toString(encoding, at + 1, end);
  const next = end + 2;
  switch (type) {
    case '+':
      return { value: line, next };
    case '-':
      return { value: new ReplyFailure(line), next };
    case ':':
      return { value: Number(line), next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { value: null, next };
      if (bytes.length < next + length + 2) return null;
      return { value: bytes.toString(encoding, next, next + length), next: next + length + 2 };
    }
    case '*': {
      const length = Number(line);
      if (length < 0) return { value: null, next };
      const items: Reply[] = [];
      let position = next;
      while (items.length < length) {
        const item = parseReply(bytes, position, encoding);
        if (item === null) return null;
        items.push(item.value);
        position = item.next;
      }
      return { value: items, next: position };
    }
    default:
      throw new Error(`not RESP2: ${JSON.stringify(bytes.toString('latin1', at, at + 40))}`);
  }
}

/** A value a scripted server sends. */
export type ReplyValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Status
  | ReplyFailure
  | readonly ReplyValue[]
  | ReadonlyMap<ReplyValue, ReplyValue>
  | ReadonlySet<ReplyValue>;

/** A simple string: `+OK`. */
export class Status {
  constructor(readonly text: string) {}
}

/** Strings become bulk strings. Maps, sets, booleans and null take their RESP2 form unless `protocol` is 3. */
export function encodeReply(value: ReplyValue, protocol: 2 | 3 = 2): Buffer {
  return Buffer.concat([...encodeParts(value, protocol)]);
}

function* encodeParts(value: ReplyValue, protocol: 2 | 3): Generator<Uint8Array> {
  const resp3 = protocol === 3;
  if (value === null) yield Buffer.from(resp3 ? '_\r\n' : '$-1\r\n');
  else if (value instanceof Status) yield Buffer.from(`+${value.text}\r\n`);
  else if (value instanceof ReplyFailure) yield Buffer.from(`-${value.message}\r\n`);
  else if (typeof value === 'string') yield Buffer.from(`$${Buffer.byteLength(value)}\r\n${value}\r\n`);
  else if (typeof value === 'boolean') yield Buffer.from(resp3 ? `#${value ? 't' : 'f'}\r\n` : `:${value ? 1 : 0}\r\n`);
  else if (typeof value === 'number' && !Number.isInteger(value))
    yield Buffer.from(resp3 ? `,${value}\r\n` : `$${`${value}`.length}\r\n${value}\r\n`);
  else if (typeof value === 'number' || typeof value === 'bigint') yield Buffer.from(`:${value}\r\n`);
  else if (value instanceof Map) {
    yield Buffer.from(resp3 ? `%${value.size}\r\n` : `*${value.size * 2}\r\n`);
    for (const [key, item] of value) yield* [encodeReply(key, protocol), encodeReply(item, protocol)];
  } else {
    const items = [...(value as Iterable<ReplyValue>)];
    yield Buffer.from(`${resp3 && value instanceof Set ? '~' : '*'}${items.length}\r\n`);
    for (const item of items) yield* encodeParts(item, protocol);
  }
}
