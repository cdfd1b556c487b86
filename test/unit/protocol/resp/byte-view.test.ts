import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { bytesAsGiven, takeLength } from '../../../../lib/protocol/resp/byte-view.js';

/** `ArrayBuffer` of ES2024: the types of the oldest Node do not have it. */
const Resizable = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => ArrayBuffer & { resize(length: number): void };

const transfer = ({ buffer }: ArrayBufferView): void => void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });

interface ViewCase {
  readonly name: string;
  /** The view, and what is done to its memory after it was given. */
  readonly make: () => { readonly view: ArrayBufferView; readonly change?: () => void };
  /** Number of bytes that are sent; null: refused. */
  readonly sent: number | null;
}

function over(length: number, view: (memory: ArrayBuffer) => ArrayBufferView, resizeTo: number): ReturnType<ViewCase['make']> {
  const memory = new Resizable(length, { maxByteLength: 64 });
  return { view: view(memory), change: () => memory.resize(resizeTo) };
}

function transferred(view: ArrayBufferView): ReturnType<ViewCase['make']> {
  return { view, change: () => transfer(view) };
}

const cases: readonly ViewCase[] = [
  { name: 'a Buffer', make: () => ({ view: Buffer.from('abc') }), sent: 3 },
  { name: 'an empty Buffer', make: () => ({ view: Buffer.alloc(0) }), sent: 0 },
  { name: 'an empty part of memory', make: () => ({ view: new Uint16Array(new ArrayBuffer(8), 4, 0) }), sent: 0 },
  { name: 'an empty DataView', make: () => ({ view: new DataView(new ArrayBuffer(8), 8) }), sent: 0 },
  { name: 'a typed array of another realm', make: () => ({ view: runInNewContext('new Float32Array(2)') as ArrayBufferView }), sent: 8 },
  { name: 'a Buffer that was transferred', make: () => transferred(Buffer.from(new ArrayBuffer(9))), sent: null },
  { name: 'a small typed array that was transferred', make: () => transferred(new Uint8Array(2)), sent: null },
  { name: 'a Float64Array that was transferred', make: () => transferred(new Float64Array(2)), sent: null },
  { name: 'a DataView that was transferred', make: () => transferred(new DataView(new ArrayBuffer(9))), sent: null },
  { name: 'an empty view of memory that was transferred', make: () => transferred(new Uint8Array(new ArrayBuffer(9), 9)), sent: null },
  { name: 'a view that its memory outgrows', make: () => over(8, (memory) => new Uint8Array(memory, 0, 8), 16), sent: 8 },
  { name: 'a view that its memory no longer holds', make: () => over(8, (memory) => new Uint8Array(memory, 0, 8), 4), sent: null },
  { name: 'a DataView that its memory no longer holds', make: () => over(8, (memory) => new DataView(memory, 4, 4), 4), sent: null },
  { name: 'a view that shrinks with its memory', make: () => over(8, (memory) => new Uint8Array(memory), 4), sent: null },
  { name: 'a view that grows with its memory', make: () => over(8, (memory) => new Uint8Array(memory), 12), sent: null },
  { name: 'a view that shrinks to nothing with its memory', make: () => over(8, (memory) => new Uint8Array(memory), 0), sent: null },
  { name: 'a view of such memory that stays', make: () => over(8, (memory) => new Uint8Array(memory), 8), sent: 8 },
];

describe('a view of bytes', () => {
  for (const { name, make, sent } of cases) {
    it(`is ${sent === null ? 'refused' : 'sent'}: ${name}`, () => {
      const { view, change } = make();
      const given = takeLength(view);
      assert.equal(given, change === undefined ? sent : view.byteLength);
      change?.();
      const bytes = bytesAsGiven(view);
      assert.equal(bytes?.byteLength ?? null, sent);
    });
  }

  for (const make of [() => new Uint8Array(5), () => Buffer.from(new ArrayBuffer(5)), () => new DataView(new ArrayBuffer(5))]) {
    it(`has no length if its memory was gone before it was given: ${make().constructor.name}`, () => {
      const view = make();
      transfer(view);
      assert.equal(takeLength(view), null);
    });
  }

  it('that was never given is sent as it is', () => {
    const { view, change } = over(8, (memory) => new Uint8Array(memory), 4);
    change?.();
    assert.equal(bytesAsGiven(view)?.length, 4);
  });
});
