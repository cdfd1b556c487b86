import type { BlockedOptions } from './blocked-callers.js';
import type { KeySpace } from './key-space.js';
import type { Moments } from './ledger.js';
import type { Stage } from './stages/stage.js';
import { TAG } from './stages/stage.js';

/** What a fault is allowed to cost. What is left out is not measured against anything. */
export interface Bounds {
  /** As many writes as are issued in this time may fail: those in flight. */
  readonly failedWritesMs?: number;
  /** Those that piled up while the servers handed over may fail as well: all were in flight when their connections were closed. */
  readonly failedWritesOfOutage?: boolean;
  readonly readsFailed?: number;
  /** From the moment the servers serve again to the first write acknowledged by the new primary. */
  readonly back?: { readonly medianMs?: number; readonly worstMs: number };
  readonly worstReadMs?: number;
  /** How much slower than the slowest operation of the quiet time before. */
  readonly aboveQuietMs?: number;
}

/** What a fault has to work with. */
export interface Scene<S extends Stage> {
  readonly stage: S;
  /** How long a hung or unreachable server stays so, in ms. */
  readonly holdMs: number;
  /** A smaller fault of the same kind, for a quick look. */
  readonly quick: boolean;
  note(text: string): void;
}

/** A fault as data: what is done to which servers under which load, and what it may cost. */
export interface Fault<S extends Stage = Stage> {
  /** For the command line. */
  readonly name: string;
  readonly title: string;
  /** Default 1. */
  readonly runs?: number;
  readonly reads?: 'primary' | 'replicaPreferred';
  /** Default: a counter a write, all in one shard. */
  readonly keys?: (quick: boolean) => KeySpace;
  /** A second writer asks the primary directly: what it loses, nobody could have kept. Default false. */
  readonly direct?: boolean;
  /** Handles and memory before and after are compared. Default false. */
  readonly leaks?: boolean;
  readonly blocked?: BlockedOptions;
  /** How many subscribers the client has, half of them to channels and half to patterns. Default 0. */
  readonly subscribers?: number;
  /** Before the load begins. */
  readonly prepare?: (scene: Scene<S>) => Promise<void>;
  /** The same harm before handles and memory are looked at for the first time; for subscribers only. */
  readonly warmUp?: (scene: Scene<S>) => Promise<Moments>;
  /** Does the harm and ends it; resolves with when what happened. */
  readonly strike: (scene: Scene<S>) => Promise<Moments>;
  readonly bounds: Bounds;
}

export const OWN_KEYS: KeySpace = { kind: 'own', tag: TAG };
export const PROBE_KEY = `{${TAG}}:probe`;
/** Callers that block on a list in the same shard. */
export const BLOCKED: BlockedOptions = { callers: 50, list: `{${TAG}}:list` };
export const SUBSCRIBERS = 20;
/** Longer than any servers need to be back. */
export const LIMIT_MS = 40_000;

export function oneOutage(struckAt: number, backAt: number): Moments {
  return { struckAt, outages: [{ struckAt, backAt }] };
}
