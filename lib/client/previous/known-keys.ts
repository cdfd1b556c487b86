import type { Arg } from '../../protocol/command-spec.js';

/** Longer keys are not remembered, in characters. */
const LONGEST = 256;

/** Name of a key: the same for all arguments that are the same bytes. Each character stands for a byte. */
export function keyName(key: Arg): string {
  if (ArrayBuffer.isView(key)) return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
  const text = String(key);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return Buffer.from(text).toString('latin1');
  return text;
}

/**
 * Keys that are known not to be at the previous place any more, by name. Bounded: the keys that were not asked for the longest are forgotten,
 * which costs a question, no more. Two sets take turns, so that forgetting takes no time.
 */
export class KnownKeys {
  #young = new Set<string>();
  #old = new Set<string>();

  /** `most`: how many keys are remembered at most; at least half as many are. */
  constructor(private readonly most: number) {}

  has(name: string): boolean {
    if (this.#young.has(name)) return true;
    if (!this.#old.has(name)) return false;
    this.add(name);
    return true;
  }

  add(name: string): void {
    if (name.length > LONGEST) return;
    this.#young.add(name);
    if (this.#young.size < this.most / 2) return;
    this.#old = this.#young;
    this.#young = new Set();
  }
}
