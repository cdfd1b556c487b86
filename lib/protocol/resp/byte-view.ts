/** Length of a view that shows nothing any more. */
const GONE = -1;

/** Lengths in bytes with which views were given whose memory may grow or shrink under them. */
const givenLengths = new WeakMap<ArrayBufferView, number>();

/** `instanceof` is the fast way; bytes of another realm and other views take the second. Null: no bytes. */
export function asBytes(arg: unknown): Uint8Array | null {
  if (arg instanceof Uint8Array) return arg;
  return ArrayBuffer.isView(arg) ? new Uint8Array(arg.buffer, arg.byteOffset, arg.byteLength) : null;
}

/** Length of a view in bytes as it is given to be sent. Null: its memory was transferred, or is smaller than the view. */
export function takeLength(view: ArrayBufferView): number | null {
  const length = lengthOf(view);
  if (length === GONE) return null;
  if (isResizable(view.buffer)) givenLengths.set(view, length);
  return length;
}

/** The bytes of a view that was given earlier. Null: it has another length by now, or its memory is gone. */
export function bytesAsGiven(view: ArrayBufferView): Uint8Array | null {
  const length = lengthOf(view);
  if (length === GONE) return null;
  if (isResizable(view.buffer) && (givenLengths.get(view) ?? length) !== length) return null;
  return asBytes(view);
}

function lengthOf(view: ArrayBufferView): number {
  try {
    // Of a view that shows nothing any more a DataView throws; a typed array says 0, and throws where it is read.
    // https://tc39.es/ecma262/#sec-validatetypedarray
    const { byteLength } = view;
    if (byteLength === 0 && !(view instanceof DataView)) Uint8Array.prototype.keys.call(view as Uint8Array); // any typed array will do
    return byteLength;
  } catch {
    return GONE;
  }
}

/** Younger than the types of the oldest Node: https://tc39.es/ecma262/#sec-get-arraybuffer.prototype.resizable */
function isResizable(buffer: ArrayBufferLike & { readonly resizable?: boolean; readonly growable?: boolean }): boolean {
  return buffer.resizable === true || buffer.growable === true;
}
