import { wideCrc16 } from '../hashes/crc16.js';
import type { PredixyPlacement } from '../placement.js';
import type { KeyRule } from './key-rule.js';

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
/** Digits of which a number is made exactly. */
const EXACT_DIGITS = 15;

/** Groups in their order: https://github.com/joyieldInc/predixy/blob/master/src/StandaloneServerPool.cpp and HashFunc.cpp beside it. */
export function predixyRule({ hash }: PredixyPlacement, groups: number): KeyRule {
  if (hash === 'crc16') return ({ bytes, start, end }) => (wideCrc16(bytes, start, end) & 0xffff) % groups;
  return ({ bytes, start, end }) => numberOf(bytes, start, end, groups);
}

/** The number at the start of the key modulo the groups. It has 64 bits, overflows as in C, and is taken to have no sign. */
function numberOf(bytes: Uint8Array, start: number, end: number, groups: number): number {
  const sign = bytes[start];
  const first = start < end && (sign === MINUS || sign === PLUS) ? start + 1 : start;
  let at = first;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at] as number; // before the end
    if (digit < ZERO || digit > NINE) break;
    if (at - first < EXACT_DIGITS) value = value * 10 + digit - ZERO;
  }
  const isNegative = first > start && sign === MINUS && value > 0;
  if (!isNegative && at - first <= EXACT_DIGITS) return value % groups;
  let exact = 0n;
  for (let i = first; i < at; i++) exact = BigInt.asUintN(64, exact * 10n + BigInt((bytes[i] as number) - ZERO));
  return Number(BigInt.asUintN(64, sign === MINUS ? -exact : exact) % BigInt(groups));
}
