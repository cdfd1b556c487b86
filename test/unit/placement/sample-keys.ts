import { random } from '../../support/random.js';

/** Keys of bytes by chance, ten of each length up to 140 and more of each up to 40; half of them have bytes from 0x80 on. */
export function sampleKeys(seed: number): readonly Buffer[] {
  const next = random(seed);
  const lengths = Array.from({ length: 141 }, (_, length) => Array<number>(length <= 40 ? 40 : 10).fill(length)).flat();
  return lengths.map((length) => Buffer.from(Array.from({ length }, () => next(length % 2 === 0 ? 256 : 128 + next(129)) & 0xff)));
}
