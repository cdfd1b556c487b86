import { wallClock } from '../../runtime/runtime.js';
import type { KeyStore } from './key-store.js';
import type { MovedKey } from './move-ledger.js';

/** What became of keys that had moved, by a sample of them. */
export interface Verification {
  /** Keys that were looked for. */
  readonly looked: number;
  /** Keys that are at their new place. */
  readonly there: number;
  /** Keys that ended by their time to live. */
  readonly expired: number;
  /** Keys that are at neither place: clients deleted them meanwhile, or they are lost. */
  readonly gone: readonly Buffer[];
  /** Keys that are at the old place only. */
  readonly back: readonly Buffer[];
  /** Keys whose time to live is another one, by more than a second: clients set it meanwhile. */
  readonly otherTtl: readonly Buffer[];
}

export const NOT_VERIFIED: Verification = { looked: 0, there: 0, expired: 0, gone: [], back: [], otherTtl: [] };

/** Difference of times to live that two clocks and a way explain, in ms. */
const NEAR_MS = 1_000;
const AT_ONCE = 200;

/** What was found of one moved key. `ttlMs`: -1: it does not end; -2: it is not there. */
export interface FoundKey extends MovedKey {
  readonly ttlMs: number;
  readonly atMs: number;
  readonly isAtSource: boolean;
}

/** Looks for moved keys at their new places, and for those that are not there at the old ones. */
export async function verifyMoved(samples: readonly MovedKey[], from: KeyStore, to: KeyStore): Promise<Verification> {
  const found: FoundKey[] = [];
  for (let at = 0; at < samples.length; at += AT_ONCE) {
    const part = samples.slice(at, at + AT_ONCE).map(async (sample): Promise<FoundKey> => {
      const ttlMs = await to.memberOf(sample.key).redis.pttl(sample.key);
      const source = ttlMs === -2 ? from.members.find(({ name }) => name === sample.from) : undefined;
      return { ...sample, ttlMs, atMs: wallClock.now(), isAtSource: source !== undefined && (await source.redis.exists(sample.key)) === 1 };
    });
    found.push(...(await Promise.all(part)));
  }
  return verificationOf(found);
}

/** Pure part of the check. */
export function verificationOf(found: readonly FoundKey[]): Verification {
  const there = found.filter(({ ttlMs }) => ttlMs !== -2);
  const missing = found.filter(({ ttlMs }) => ttlMs === -2);
  const expired = missing.filter(({ isAtSource, endsAtMs, atMs }) => !isAtSource && endsAtMs !== null && endsAtMs <= atMs + NEAR_MS);
  const back = missing.filter(({ isAtSource }) => isAtSource);
  return {
    looked: found.length,
    there: there.length,
    expired: expired.length,
    gone: missing.filter((one) => !expired.includes(one) && !back.includes(one)).map(({ key }) => key),
    back: back.map(({ key }) => key),
    otherTtl: there.filter((one) => !hasItsTtl(one)).map(({ key }) => key),
  };
}

function hasItsTtl({ ttlMs, atMs, endsAtMs }: FoundKey): boolean {
  if (ttlMs === -1 || endsAtMs === null) return ttlMs === -1 && endsAtMs === null;
  return Math.abs(atMs + ttlMs - endsAtMs) <= NEAR_MS;
}
