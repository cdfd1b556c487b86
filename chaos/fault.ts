import type { BlockedOptions } from './blocked-callers.js';
import type { KeySpace } from './key-space.js';
import type { Moments } from './ledger.js';
import type { Outcome } from './operations.js';
import type { Stage } from './stages/stage.js';
import { TAG } from './stages/stage.js';
import type { TransferOptions } from './transfers.js';

/** Bounds of what a fault may cost. A bound that is left out is not checked. */
export interface Bounds {
  /** Time in ms: as many writes as are issued in it may fail, those in flight. */
  readonly failedWritesMs?: number;
  /** Whether the writes of the outage may fail as well: all were in flight when their connections were closed. */
  readonly failedWritesOfOutage?: boolean;
  readonly readsFailed?: number;
  /** Time from the moment the servers serve again to the first write acknowledged by the new primary. */
  readonly back?: { readonly medianMs?: number; readonly worstMs: number };
  readonly worstReadMs?: number;
  /** Time by which an operation may be slower than the slowest one of the quiet time before. */
  readonly aboveQuietMs?: number;
  /** Time in which the read that the server answers by closing the connection has to fail, in ms. */
  readonly poisonedMs?: number;
  /** Large values whose way to or from the servers may fail. */
  readonly failedTransfers?: number;
}

/** What became of a read of a whole list. */
export interface ListRead {
  readonly tookMs: number;
  readonly outcome: Outcome;
  /** Null where it succeeded, or never settled. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Scene of a fault: the servers, and how long to harm them. */
export interface Scene<S extends Stage> {
  readonly stage: S;
  /** Time for which a hung or unreachable server stays so, in ms. */
  readonly holdMs: number;
  /** Whether a smaller fault of the same kind will do, for a quick look. */
  readonly quick: boolean;
  note(text: string): void;
  /** Has the client under load read a whole list, while it is harmed. */
  readList?(key: string, limitMs: number): Promise<void>;
  /** Has the client under load send and fetch large values. */
  transfer?(options: TransferOptions): Promise<void>;
}

/** Fault as data: what is done to which servers under which load, and what it may cost. */
export interface Fault<S extends Stage = Stage> {
  /** Name for the command line. */
  readonly name: string;
  readonly title: string;
  /** Number of runs. Default 1. */
  readonly runs?: number;
  readonly reads?: 'primary' | 'replicaPreferred';
  /** Counters of the writes. Default: one a write, all in one shard. */
  readonly keys?: (quick: boolean) => KeySpace;
  /** Whether a second writer asks the primary directly: what that one loses, no client could have kept. Default false. */
  readonly direct?: boolean;
  /** Whether handles and memory before and after are compared. Default false. */
  readonly leaks?: boolean;
  readonly blocked?: BlockedOptions;
  /** Number of subscribers of the client, half of them to channels and half to patterns. Default 0. */
  readonly subscribers?: number;
  /** Prepares the servers before the load begins. */
  readonly prepare?: (scene: Scene<S>) => Promise<void>;
  /** Does the same harm before handles and memory are counted for the first time; for subscribers only. */
  readonly warmUp?: (scene: Scene<S>) => Promise<Moments>;
  /** Does the harm and ends it; resolves with the moments of both. */
  readonly strike: (scene: Scene<S>) => Promise<Moments>;
  readonly bounds: Bounds;
}

export const OWN_KEYS: KeySpace = { kind: 'own', tag: TAG };
export const PROBE_KEY = `{${TAG}}:probe`;
/** Callers that block on a list in the same shard. */
export const BLOCKED: BlockedOptions = { callers: 50, list: `{${TAG}}:list` };
export const SUBSCRIBERS = 20;
/** Time in which any servers are back, in ms. */
export const LIMIT_MS = 40_000;

export function oneOutage(struckAt: number, backAt: number): Moments {
  return { struckAt, outages: [{ struckAt, backAt }] };
}
