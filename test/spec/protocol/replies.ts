import { ReplyError } from '../../../lib/errors.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';

/** What a sink events. */
export type SinkEvent =
  | { readonly reply: Raw }
  | { readonly error: readonly [code: string, message: string] }
  | { readonly flawed: Raw; readonly outOfRange: bigint | null }
  | { readonly push: Raw[] };

/** A stretch of a reply stream and what it says, in the mode given (default 0: text, flat maps, numbers). */
export interface ReplyCase {
  readonly name: string;
  readonly mode?: number;
  readonly bytes: string | Buffer;
  readonly events: readonly SinkEvent[];
}

const reply = (value: Raw): SinkEvent => ({ reply: value });
const flawed = (value: Raw, outOfRange: bigint | null = null): SinkEvent => ({ flawed: value, outOfRange });
const error = (code: string, message: string): SinkEvent => ({ error: [code, message] });
const bytes = (text: string): Buffer => Buffer.from(text);
const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

const BUFFERS = 1;
const OBJECTS = 2;
const BIGINT = 4;
const TEXT = 8;

const long = 'The quick brown fox jumps over the lazy dog. '.repeat(60);
const lengths = Array.from({ length: 30 }, (_, length) => 'abcdefghijklmnopqrstuvwxyz012345'.slice(0, length));
const proto = { a: 1 } as { [field: string]: Raw };
Object.defineProperty(proto, '__proto__', { value: ['x'], writable: true, enumerable: true, configurable: true });

/** https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export const REPLIES: readonly ReplyCase[] = [
  { name: 'simple string', bytes: '+OK\r\n', events: [reply('OK')] },
  {
    name: 'simple strings of other texts',
    bytes: '+\r\n+O\r\n+OKAY\r\n+QUEUED\r\n+123\r\n',
    events: ['', 'O', 'OKAY', 'QUEUED', '123'].map(reply),
  },
  { name: 'simple string that is not ASCII', bytes: '+größer\r\n', events: [reply('größer')] },
  { name: 'simple string is text in any mode', mode: BUFFERS, bytes: '+OK\r\n+x\r\n', events: [reply('OK'), reply('x')] },
  { name: 'error', bytes: '-ERR wrong\r\n', events: [error('ERR', 'ERR wrong')] },
  { name: 'error of digits', bytes: '-123\r\n', events: [error('ERR', '123')] },
  {
    name: 'integers',
    bytes: ':0\r\n:1\r\n:+5\r\n:-7\r\n:007\r\n:123456789012345\r\n',
    events: [0, 1, 5, -7, 7, 123456789012345].map(reply),
  },
  { name: 'minus zero is zero', bytes: ':-0\r\n', events: [reply(0)] },
  {
    name: 'largest exact integers',
    bytes: ':9007199254740991\r\n:-9007199254740991\r\n',
    events: [reply(9007199254740991), reply(-9007199254740991)],
  },
  {
    name: 'integers beyond 2^53',
    bytes: ':9007199254740992\r\n:-9223372036854775808\r\n',
    events: [flawed(2n ** 53n, 2n ** 53n), flawed(-(2n ** 63n), -(2n ** 63n))],
  },
  {
    name: 'an integer beyond 2^53 marks its whole reply, and only that',
    bytes: `*3\r\n:1\r\n*1\r\n:9223372036854775807\r\n:9223372036854775806\r\n:1\r\n`,
    events: [flawed([1, [9223372036854775807n], 9223372036854775806n], 9223372036854775807n), reply(1)],
  },
  {
    name: 'integers as bigints',
    mode: BIGINT,
    bytes: '*3\r\n:1\r\n:-1\r\n:9223372036854775807\r\n',
    events: [reply([1n, -1n, 9223372036854775807n])],
  },
  {
    name: 'integers as text',
    mode: TEXT,
    bytes: '*3\r\n:1\r\n:+2\r\n:-9223372036854775808\r\n',
    events: [reply(['1', '2', '-9223372036854775808'])],
  },
  { name: 'bulk', bytes: bulk('hello'), events: [reply('hello')] },
  { name: 'bulks of every short length', bytes: lengths.map(bulk).join(''), events: lengths.map(reply) },
  {
    name: 'bulks of short lengths that are not ASCII',
    bytes: lengths.map((text) => bulk(`${text}é`)).join(''),
    events: lengths.map((text) => reply(`${text}é`)),
  },
  { name: 'bulk with line ends in it', bytes: bulk('\r\n$3\r\n\0'), events: [reply('\r\n$3\r\n\0')] },
  { name: 'bulk of four-byte characters', bytes: bulk('😀😁'), events: [reply('😀😁')] },
  {
    name: 'bulk that is no UTF-8',
    bytes: Buffer.concat([bytes('$3\r\na'), Buffer.from([0xff]), bytes('b\r\n')]),
    events: [reply('a\ufffdb')],
  },
  { name: 'bulk with a byte order mark', bytes: bulk('\ufeffx'), events: [reply('\ufeffx')] },
  { name: 'long bulk', bytes: bulk(long), events: [reply(long)] },
  { name: 'long bulk that is not ASCII at its end', bytes: bulk(`${long}€`), events: [reply(`${long}€`)] },
  {
    name: 'bulks as Buffers',
    mode: BUFFERS,
    bytes: Buffer.concat([bytes('*4\r\n$2\r\n'), Buffer.from([0, 255]), bytes(`\r\n$0\r\n\r\n$-1\r\n${bulk('é')}`)]),
    events: [reply([Buffer.from([0, 255]), Buffer.alloc(0), null, bytes('é')])],
  },
  { name: 'long bulk as a Buffer', mode: BUFFERS, bytes: bulk(long), events: [reply(bytes(long))] },
  { name: 'nulls', bytes: '$-1\r\n*-1\r\n_\r\n*1\r\n$-1\r\n', events: [reply(null), reply(null), reply(null), reply([null])] },
  { name: 'booleans', bytes: '#t\r\n#f\r\n', events: [reply(true), reply(false)] },
  {
    name: 'doubles',
    bytes:
      ',1\r\n,1.5\r\n,-0.25\r\n,+3\r\n,10.\r\n,1e3\r\n,-1.5E-3\r\n,1.7976931348623157e+308\r\n,0.30000000000000004\r\n,123456789.125\r\n',
    events: [1, 1.5, -0.25, 3, 10, 1000, -0.0015, 1.7976931348623157e308, 0.30000000000000004, 123456789.125].map(reply),
  },
  { name: 'minus zero as a double', bytes: ',-0\r\n', events: [reply(-0)] },
  {
    name: 'doubles that are no numbers',
    bytes: ',inf\r\n,-inf\r\n,nan\r\n',
    events: [reply(Number.POSITIVE_INFINITY), reply(Number.NEGATIVE_INFINITY), reply(Number.NaN)],
  },
  {
    name: 'big numbers',
    bytes: '(3492890328409238509324850943850943825024385\r\n(-12\r\n(+7\r\n',
    events: [reply(3492890328409238509324850943850943825024385n), reply(-12n), reply(7n)],
  },
  {
    name: 'big numbers as text',
    mode: TEXT,
    bytes: '(-349289032840923850932485\r\n(+7\r\n',
    events: [reply('-349289032840923850932485'), reply('7')],
  },
  { name: 'verbatim strings', bytes: '=15\r\ntxt:Some string\r\n=4\r\nmkd:\r\n', events: [reply('Some string'), reply('')] },
  { name: 'verbatim string as a Buffer', mode: BUFFERS, bytes: '=7\r\ntxt:abc\r\n', events: [reply(bytes('abc'))] },
  {
    name: 'blob errors',
    bytes: '!21\r\nSYNTAX invalid syntax\r\n!5\r\na\r\n b\r\n',
    events: [error('SYNTAX', 'SYNTAX invalid syntax'), error('ERR', 'a\r\n b')],
  },
  { name: 'empty aggregates', bytes: '*0\r\n%0\r\n~0\r\n', events: [reply([]), reply([]), reply([])] },
  { name: 'empty map as an object', mode: OBJECTS, bytes: '%0\r\n', events: [reply({})] },
  {
    name: 'nested arrays',
    bytes: `*3\r\n*0\r\n*2\r\n:1\r\n*1\r\n${bulk('deep')}*1\r\n*1\r\n*1\r\n*0\r\n`,
    events: [reply([[], [1, ['deep']], [[[[]]]]])],
  },
  {
    name: 'array of everything',
    bytes: `*7\r\n+a\r\n:1\r\n$-1\r\n#t\r\n,1.5\r\n(9\r\n=5\r\ntxt:v\r\n`,
    events: [reply(['a', 1, null, true, 1.5, 9n, 'v'])],
  },
  { name: 'set', bytes: '~2\r\n+a\r\n+b\r\n', events: [reply(['a', 'b'])] },
  { name: 'set in object mode', mode: OBJECTS, bytes: '~2\r\n+a\r\n+b\r\n', events: [reply(['a', 'b'])] },
  { name: 'map, flat', bytes: '%2\r\n+a\r\n:1\r\n+b\r\n%1\r\n+c\r\n:2\r\n', events: [reply(['a', 1, 'b', ['c', 2]])] },
  {
    name: 'map as an object at every level',
    mode: OBJECTS,
    bytes: '*2\r\n%2\r\n+a\r\n:1\r\n+b\r\n%1\r\n+c\r\n*1\r\n%1\r\n+d\r\n:3\r\n:9\r\n',
    events: [reply([{ a: 1, b: { c: [{ d: 3 }] } }, 9])],
  },
  {
    name: 'map with a field named __proto__',
    mode: OBJECTS,
    bytes: `%2\r\n${bulk('a')}:1\r\n${bulk('__proto__')}*1\r\n+x\r\n`,
    events: [reply(proto)],
  },
  {
    name: 'map whose fields are not strings',
    mode: OBJECTS,
    bytes: '%4\r\n:1\r\n+a\r\n_\r\n+b\r\n#t\r\n+c\r\n,1.5\r\n+d\r\n',
    events: [reply({ 1: 'a', null: 'b', true: 'c', 1.5: 'd' })],
  },
  {
    name: 'map as an object with values as Buffers',
    mode: OBJECTS + BUFFERS,
    bytes: `%2\r\n${bulk('a')}${bulk('x')}${bulk(long)}${bulk('y')}`,
    events: [reply({ a: bytes('x'), [long]: bytes('y') })],
  },
  {
    name: 'errors inside of a reply are values',
    bytes: '*3\r\n:1\r\n-MOVED 1 h:1\r\n!5\r\nERR x\r\n:2\r\n',
    events: [flawed([1, new ReplyError('MOVED', 'MOVED 1 h:1'), new ReplyError('ERR', 'ERR x')]), reply(2)],
  },
  {
    name: 'errors inside of pushes and attributes mark no reply',
    bytes: '>2\r\n+p\r\n-ERR x\r\n+a\r\n|1\r\n+k\r\n-ERR x\r\n*2\r\n+b\r\n|1\r\n+k\r\n*1\r\n-ERR x\r\n+c\r\n',
    events: [{ push: ['p', new ReplyError('ERR', 'ERR x')] }, reply('a'), reply(['b', 'c'])],
  },
  { name: 'attribute before a reply', bytes: '|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n', events: [reply('a')] },
  { name: 'empty attribute', bytes: '|0\r\n+a\r\n*1\r\n|0\r\n+b\r\n', events: [reply('a'), reply(['b'])] },
  {
    name: 'attributes inside of a reply, nested in each other, and at its end',
    bytes: '*2\r\n|1\r\n+k\r\n*2\r\n:1\r\n|1\r\n:1\r\n:2\r\n:3\r\n+a\r\n|1\r\n+k\r\n%1\r\n:1\r\n:2\r\n*1\r\n+b\r\n+next\r\n',
    events: [reply(['a', ['b']]), reply('next')],
  },
  { name: 'attribute before an error', bytes: '|1\r\n+k\r\n+v\r\n-ERR x\r\n', events: [error('ERR', 'ERR x')] },
  {
    name: 'attribute in an object',
    mode: OBJECTS,
    bytes: '%1\r\n|1\r\n+k\r\n+v\r\n+a\r\n|1\r\n+k\r\n+v\r\n:1\r\n',
    events: [reply({ a: 1 })],
  },
  {
    name: 'an integer beyond 2^53 in an attribute matters to nobody',
    bytes: '|1\r\n+k\r\n:9223372036854775807\r\n+a\r\n',
    events: [reply('a')],
  },
  { name: 'push', bytes: '>3\r\n+message\r\n$1\r\nc\r\n$1\r\nm\r\n', events: [{ push: ['message', 'c', 'm'] }] },
  {
    name: 'pushes between replies, in the mode of pushes',
    mode: BUFFERS + BIGINT,
    bytes: `${bulk('a')}>2\r\n${bulk('invalidate')}*1\r\n${bulk('k')}:1\r\n>1\r\n:1\r\n${bulk('b')}`,
    events: [reply(bytes('a')), { push: ['invalidate', ['k']] }, reply(1n), { push: [1] }, reply(bytes('b'))],
  },
  {
    name: 'an integer beyond 2^53 in a push is a bigint',
    bytes: '>2\r\n+x\r\n:9223372036854775807\r\n',
    events: [{ push: ['x', 9223372036854775807n] }],
  },
  { name: 'nested push', bytes: '>2\r\n+a\r\n%1\r\n+b\r\n*1\r\n:1\r\n', events: [{ push: ['a', ['b', [1]]] }] },
  { name: 'push after an attribute', bytes: '|1\r\n+k\r\n+v\r\n>1\r\n+a\r\n:1\r\n', events: [{ push: ['a'] }, reply(1)] },
  { name: 'a long array', bytes: `*3000\r\n${':5\r\n'.repeat(3000)}`, events: [reply(Array.from({ length: 3000 }, () => 5))] },
  {
    name: 'nesting up to the limit',
    bytes: `${'*1\r\n'.repeat(128)}:1\r\n`,
    events: [reply(Array.from({ length: 128 }).reduce<Raw>((inner) => [inner], 1))],
  },
];

/** Bytes that are not RESP, and how the error begins that says so. */
export const MALFORMED: readonly (readonly [name: string, bytes: string, message: string])[] = [
  ['an unknown first byte', 'HTTP/1.1 400 Bad Request\r\n', 'no reply begins with "H"'],
  ['an unknown first byte before digits', 'X12\r\n', 'no reply begins with "X"'],
  ['a line end where a reply begins', '\r\n', 'no reply begins with "\\r"'],
  ['a part of a streamed string', ';4\r\nabcd\r\n', 'no reply begins with ";"'],
  ['a streamed string', '$?\r\n', 'streamed replies ($?) are not supported'],
  ['a streamed array', '*?\r\n', 'streamed replies (*?) are not supported'],
  ['a streamed map', '%?\r\n', 'streamed replies (%?) are not supported'],
  ['a streamed set', '~?\r\n', 'streamed replies (~?) are not supported'],
  ['a bulk without a length', '$\r\n', 'malformed length "$"'],
  ['a negative length', '$-2\r\n', 'malformed length "$-2"'],
  ['a signed length', '$+5\r\nhello\r\n', 'malformed length "$+5"'],
  ['a length that is no number', '$5a\r\nhello\r\n', 'malformed length "$5a"'],
  ['a length with a space', '$ 5\r\nhello\r\n', 'malformed length "$ 5"'],
  ['a hexadecimal length', '*0x10\r\n', 'malformed length "*0x10"'],
  ['a length of too many digits', '$0000000000000000005\r\n', 'malformed length "$0000000000000000005"'],
  ['a null map', '%-1\r\n', 'malformed length "%-1"'],
  ['a null push', '>-1\r\n', 'malformed length ">-1"'],
  ['a null verbatim string', '=-1\r\n', 'malformed length "=-1"'],
  ['a bulk over the limit', '$536870913\r\n', 'a bulk of 536870913 bytes is over the limit of 536870912'],
  ['a verbatim string over the limit', '=999999999999\r\n', 'a bulk of 999999999999 bytes is over the limit of 536870912'],
  ['an array over the limit', '*67108865\r\n', 'an aggregate of 67108865 elements is over the limit of 67108864'],
  ['a map over the limit', '%33554433\r\n', 'an aggregate of 67108866 elements is over the limit of 67108864'],
  ['an attribute over the limit', '|999999999999999\r\n', 'an aggregate of 1999999999999998 elements is over the limit of 67108864'],
  ['an endless length', `$${'1'.repeat(60)}`, 'a line of more than 32 bytes: "$1111'],
  ['an endless integer', `:-${'1'.repeat(60)}`, 'a line of more than 32 bytes: ":-111'],
  ['an endless big number', `(${'1'.repeat(5000)}`, 'a line of more than 4096 bytes: "(1111'],
  ['a bulk longer than it says', '$3\r\nabcd\r\n', 'a bulk of 3 bytes does not end with CR LF'],
  ['a bulk shorter than it says', '$5\r\nabc\r\n:1\r\n', 'a bulk of 5 bytes does not end with CR LF'],
  ['a bulk that ends with LF alone', '$3\r\nabc\n\r', 'a bulk of 3 bytes does not end with CR LF'],
  ['a bulk that ends with CR alone', '$3\r\nabc\rx', 'a bulk of 3 bytes does not end with CR LF'],
  ['a header that ends with LF alone', '$3\nabc\r\n', 'malformed line end "$3\\n"'],
  ['a header that ends with CR alone', '$3\rabc\r\n', 'malformed line end "$3\\ra"'],
  ['a simple string with a LF in it', '+a\nb\r\n', 'malformed line end "+a\\n"'],
  ['a simple string with a CR in it', '+a\rb\r\n', 'malformed line end "+a\\rb"'],
  ['an empty integer', ':\r\n', 'malformed integer ""'],
  ['an integer with a fraction', ':1.5\r\n', 'malformed integer "1.5"'],
  ['an integer of letters', ':abc\r\n', 'malformed integer "abc"'],
  ['a sign without an integer', ':-\r\n', 'malformed integer "-"'],
  ['an integer of more than 64 bits', ':9223372036854775808\r\n', 'malformed integer "9223372036854775808"'],
  ['an empty double', ',\r\n', 'malformed double ""'],
  ['a double of letters', ',1x\r\n', 'malformed double "1x"'],
  ['a hexadecimal double', ',0x10\r\n', 'malformed double "0x10"'],
  ['a double without an integral part', ',.5\r\n', 'malformed double ".5"'],
  ['a big number with a fraction', '(1.5\r\n', 'malformed big number "1.5"'],
  ['a hexadecimal big number', '(0x10\r\n', 'malformed big number "0x10"'],
  ['an empty big number', '(\r\n', 'malformed big number ""'],
  ['a boolean of another letter', '#x\r\n', 'malformed boolean "x"'],
  ['a long boolean', '#true\r\n', 'malformed boolean "true"'],
  ['a null with something in it', '_0\r\n', 'malformed null "0"'],
  ['a verbatim string without a format', '=3\r\nabc\r\n', 'malformed verbatim string "abc"'],
  ['a verbatim string with a long format', '=6\r\ntext:x\r\n', 'malformed verbatim string "text:x"'],
  ['a push inside of an array', '*1\r\n>1\r\n+a\r\n', 'a push inside of a reply'],
  ['a push inside of a push', '>1\r\n>1\r\n+a\r\n', 'a push inside of a reply'],
  ['a push inside of an attribute', '|1\r\n+k\r\n>1\r\n+a\r\n', 'a push inside of a reply'],
  ['a push without a kind', '>0\r\n', 'a push without a kind'],
  ['nesting over the limit', '*1\r\n'.repeat(129), 'a reply nested deeper than 128 levels'],
  ['endless nesting', '*9\r\n'.repeat(10_000), 'a reply nested deeper than 128 levels'],
];
