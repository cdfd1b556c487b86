import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { ArgumentError } from '../../../../lib/errors.js';
import type { Arg, CommandSpec } from '../../../../lib/protocol/command-spec.js';
import { Encoder, measure } from '../../../../lib/protocol/resp/encoder.js';
import { random } from '../../../support/random.js';

function spec(name: string): CommandSpec {
  const words = name.split(' ');
  return Object.freeze({
    name,
    words: words.length,
    head: Buffer.from(words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')),
    arity: -1,
    flags: 0,
    firstKey: -1,
    lastKey: -1,
    keyStep: 0,
    keySpecs: [],
    request: 'default',
    response: 'default',
    state: 'none',
  });
}

/** The wire form as the protocol's documentation writes it, without a thought to speed. */
function reference(command: CommandSpec, args: readonly unknown[]): Buffer {
  const parts = [...command.name.split(' '), ...args].map((arg) =>
    ArrayBuffer.isView(arg) ? Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength) : Buffer.from(String(arg)),
  );
  const bulks = parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...bulks]);
}

function encode(command: CommandSpec, args: readonly unknown[], encoder = new Encoder()): Buffer {
  encoder.encode(command, args as readonly Arg[]);
  return Buffer.concat(encoder.take());
}

const GET = spec('GET');
const SET = spec('SET');

describe('Encoder', () => {
  const cases: readonly (readonly [behaviour: string, args: readonly unknown[]])[] = [
    ['writes a command without arguments', []],
    ['writes short ASCII', ['key', 'value']],
    ['writes an empty string', ['', 'x', '']],
    ['writes an empty Buffer', [Buffer.alloc(0)]],
    [
      'writes a string at the border of the character by character copy',
      ['a'.repeat(24), 'b'.repeat(25), `${'c'.repeat(23)}é`, `${'d'.repeat(24)}é`],
    ],
    [
      'writes a text whose length has more digits in bytes than in characters',
      ['é'.repeat(5), 'é'.repeat(50), '€'.repeat(334), '€'.repeat(999)],
    ],
    ['writes long texts, ASCII and not', ['a'.repeat(1024), 'b'.repeat(1025), `${'c'.repeat(5000)}€`, '😀'.repeat(3000)]],
    ['writes a key of 1 MiB', ['k'.repeat(1 << 20), 'v']],
    ['writes a text of 1 MiB that is not ASCII', ['ключ'.repeat(1 << 18)]],
    ['writes lone surrogates as U+FFFD', ['\ud800', 'a\udc00b', '\ud800'.repeat(30), '\udfff'.repeat(1100), '😀\ud83d']],
    ['writes NUL, CR and LF as they are', ['\0\r\n$5\r\n']],
    ['writes integers as decimal text', [0, 7, 10, 4294967296, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
    ['writes minus zero as 0', [-0]],
    ['writes fractions as decimal text', [0.5, -1.25e-7, 1e21]],
    ['writes bigints as decimal text', [0n, -9223372036854775808n, 18446744073709551615n]],
    ['writes bytes that are no text', [Buffer.from([0, 255, 13, 10]), new Uint8Array([128, 129])]],
    ['writes a part of a larger ArrayBuffer', [Buffer.from('0123456789').subarray(3, 7), new Uint8Array(new ArrayBuffer(16), 4, 8)]],
    ['writes other typed arrays by their bytes', [new Float64Array([1.5]), new Int8Array([-1, 2]), new DataView(new ArrayBuffer(3))]],
    ['writes bytes of another realm', [runInNewContext('new Uint8Array([1, 2, 3])')]],
    ['writes Buffers of every size around the limit of copying', [32_767, 32_768, 32_769].map((size) => Buffer.alloc(size, 'x'))],
    ['writes a thousand arguments', Array.from({ length: 1000 }, (_, i) => `field:${i}`)],
  ];
  for (const [behaviour, args] of cases) {
    it(behaviour, () => {
      assert.deepEqual(encode(SET, args), reference(SET, args));
      assert.deepEqual(encode(SET, args, new Encoder(16)), reference(SET, args), 'with a block too small');
    });
  }

  it('counts every word of the name', () => {
    assert.equal(encode(spec('CONFIG GET'), ['save']).toString(), '*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$4\r\nsave\r\n');
  });

  for (const arg of [undefined, null, true, { a: 1 }, Symbol('s')]) {
    it(`refuses ${String(arg)}, which only a list that was changed can hold`, () => {
      assert.throws(() => encode(GET, ['a', arg]), {
        name: 'ArgumentError',
        command: 'GET',
        message: /^GET: argument 2 is not what was given/,
      });
    });
  }

  it('takes back what it has appended of a command that it refuses, wherever its pieces end', () => {
    const next = random(77);
    const anyArg = (): Arg =>
      [() => 'a'.repeat(next(90)), () => Buffer.alloc(next(200)), () => Buffer.alloc(33_000 + next(9))][next(3)]?.() ?? '';
    const gone = new Uint8Array(40_000);
    structuredClone(gone, { transfer: [gone.buffer] });
    const encoder = new Encoder(128);
    for (let batch = 0; batch < 200; batch++) {
      const expected: Buffer[] = [];
      for (let i = next(6); i >= 0; i--) {
        const args = Array.from({ length: next(5) }, anyArg);
        const before = encoder.bytes;
        if (next(2) === 0) {
          assert.throws(() => encoder.encode(SET, [...args, gone]), ArgumentError);
          encoder.truncate(before);
        } else {
          encoder.encode(SET, args);
          expected.push(reference(SET, args));
        }
      }
      assert.ok(Buffer.concat(encoder.take()).equals(Buffer.concat(expected)), `batch ${batch}`);
      if (next(2) === 0) encoder.release();
    }
  });

  it('writes random commands as the reference does, over many batches, whether the kernel took them or not', () => {
    const next = random(20_261);
    const characters = ['a', 'b', '1', ' ', 'é', '€', '😀', '\ud801'];
    const anyText = (): string => {
      const length = next(4) === 0 ? next(6000) : next(60);
      const ascii = next(3) > 0;
      return Array.from({ length }, () => characters[next(ascii ? 4 : characters.length)]).join('');
    };
    const anyArg = (): Arg =>
      [anyText, anyText, () => next(1e9) - 5e8, () => BigInt(next(1e9)), () => Buffer.alloc(next(9) === 0 ? 40_000 : next(300), next(256))][
        next(5)
      ]?.() ?? '';
    const encoder = new Encoder(256);
    for (let batch = 0; batch < 300; batch++) {
      const expected: Buffer[] = [];
      for (let i = next(20); i >= 0; i--) {
        const args = Array.from({ length: next(8) }, anyArg);
        encoder.encode(SET, args);
        expected.push(reference(SET, args));
      }
      const wanted = Buffer.concat(expected);
      assert.equal(encoder.bytes, wanted.length);
      assert.ok(Buffer.concat(encoder.take()).equals(wanted), `batch ${batch}`);
      assert.equal(encoder.bytes, 0);
      if (next(2) === 0) encoder.release();
    }
  });

  it('takes one piece where everything was copied', () => {
    const encoder = new Encoder();
    for (let i = 0; i < 100; i++) encoder.encode(GET, [`key:${i}`]);
    assert.equal(encoder.take().length, 1);
    assert.deepEqual(encoder.take(), []);
  });

  it('does not copy a large Buffer', () => {
    const large = Buffer.alloc(100_000, 'x');
    const encoder = new Encoder();
    encoder.encode(SET, ['k', large]);
    encoder.encode(GET, ['k']);
    const pieces = encoder.take();
    assert.equal(pieces.length, 3);
    assert.equal(pieces[1]?.buffer, large.buffer);
    assert.equal(pieces[1]?.byteOffset, large.byteOffset);
    assert.deepEqual(Buffer.concat(pieces), Buffer.concat([reference(SET, ['k', large]), reference(GET, ['k'])]));
  });

  it('appends encoded bytes where they belong', () => {
    const asking = Buffer.from('*1\r\n$6\r\nASKING\r\n');
    const encoder = new Encoder();
    encoder.encode(GET, ['a']);
    encoder.raw(asking);
    encoder.encode(GET, ['b']);
    encoder.raw(Buffer.alloc(50_000, 'y'));
    assert.equal(encoder.bytes, 20 + asking.length + 20 + 50_000);
    assert.deepEqual(
      Buffer.concat(encoder.take()),
      Buffer.concat([reference(GET, ['a']), asking, reference(GET, ['b']), Buffer.alloc(50_000, 'y')]),
    );
  });

  it('leaves bytes alone that were taken and not released', () => {
    const encoder = new Encoder(64);
    const taken: { pieces: Buffer[]; wanted: Buffer }[] = [];
    for (let i = 0; i < 50; i++) {
      encoder.encode(SET, [`key:${i}`, i]);
      taken.push({ pieces: encoder.take(), wanted: reference(SET, [`key:${i}`, i]) });
    }
    for (const { pieces, wanted } of taken) assert.deepEqual(Buffer.concat(pieces), wanted);
  });

  it('leaves bytes alone that were appended before the release of what was taken', () => {
    const encoder = new Encoder();
    encoder.encode(GET, ['first']);
    encoder.take();
    encoder.encode(GET, ['second']);
    encoder.release();
    encoder.encode(GET, ['third']);
    assert.deepEqual(Buffer.concat(encoder.take()), Buffer.concat([reference(GET, ['second']), reference(GET, ['third'])]));
  });

  it('uses the same memory again once it is released', () => {
    const encoder = new Encoder();
    encoder.encode(GET, ['a']);
    const [first] = encoder.take();
    encoder.release();
    encoder.encode(GET, ['b']);
    const [second] = encoder.take();
    assert.equal(second?.buffer, first?.buffer);
    assert.equal(second?.byteOffset, first?.byteOffset);
  });

  const blockBytes = (encoder: Encoder): number => {
    encoder.encode(GET, ['a']);
    const [piece] = encoder.take();
    encoder.release();
    return piece?.buffer.byteLength ?? 0;
  };

  it('fits a steady load into one piece after a few batches', () => {
    const encoder = new Encoder(1024);
    let pieces = 0;
    for (let batch = 0; batch < 10; batch++) {
      for (let i = 0; i < 1000; i++) encoder.encode(GET, [`key:${i}`]);
      pieces = encoder.take().length;
      encoder.release();
    }
    assert.equal(pieces, 1);
  });

  it('gives memory back after a burst', () => {
    const encoder = new Encoder(1024);
    for (let i = 0; i < 5000; i++) encoder.encode(SET, [`key:${i}`, 'x'.repeat(20)]);
    encoder.take();
    encoder.release();
    assert.ok(blockBytes(encoder) > 100_000, 'kept at first');
    for (let batch = 0; batch < 1000; batch++) blockBytes(encoder);
    assert.equal(blockBytes(encoder), 1024);
  });

  it('never keeps the memory of a huge command', () => {
    const encoder = new Encoder(1024);
    encoder.encode(SET, ['k', 'x'.repeat(10 << 20)]);
    encoder.take();
    encoder.release();
    assert.equal(blockBytes(encoder), 1024);
  });
});

describe('measure', () => {
  it('is exact for short ASCII and never more than what is sent', () => {
    const exact = encode(SET, ['key', 'value']).length - '*3\r\n'.length;
    assert.equal(measure(SET, ['key', 'value']), exact);
    for (const args of [['é'.repeat(100)], [1.5, 12n], [Buffer.alloc(1000)], ['x'.repeat(5000)], []]) {
      assert.ok(measure(SET, args) <= encode(SET, args).length);
    }
    assert.ok(measure(SET, [Buffer.alloc(100_000)]) > 100_000);
  });

  const refused: readonly (readonly [value: unknown, shown: string])[] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [true, 'true'],
    [{ a: 1 }, 'an object with keys a'],
    [['a'], 'an array of 1'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 'x', 'a function'],
    [[], 'an array of 0'],
    [new ArrayBuffer(4), 'an object with keys (none)'],
  ];
  for (const [value, shown] of refused) {
    it(`refuses ${shown}, naming the command and the position`, () => {
      assert.throws(
        () => measure(SET, ['key', value as Arg]),
        (error) =>
          error instanceof ArgumentError &&
          error.executed === 'no' &&
          error.command === 'SET' &&
          error.message === `SET: argument 2 must be a string, a finite number, a bigint or bytes, got ${shown}`,
      );
    });
  }
});
