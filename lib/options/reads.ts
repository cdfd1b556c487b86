import type { Address } from './address.js';
import { type Check, integer, milliseconds, oneOf, refuse } from './validate.js';

/** Which nodes may serve a command that only reads. Writes always go to the primary. */
export type ReadMode = 'primary' | 'primaryPreferred' | 'replica' | 'replicaPreferred' | 'nearest';

/** One node that may serve a read, as a function in `reads` sees it. Frozen. */
export interface ReadCandidate {
  /** `host:port`, or the path of the socket file. */
  readonly key: string;
  readonly address: Address;
  readonly role: 'primary' | 'replica';
  readonly tags: Readonly<Record<string, string>>;
  /** Of the `nodes` rules, else as the server says; null: unknown. */
  readonly zone: string | null;
  /** Of the `nodes` rules. */
  readonly priority: number;
  readonly weight: number;
  /** Smoothed round trip on a connection of its own, in ms; null before the first. */
  readonly rttMs: number | null;
  /** At most so old is what it has; 0 for the primary, null while unknown. Measured where a `maxLagMs` or `maxLagBytes` asks for it. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  /** Commands on its shared connections that wait for their reply. */
  readonly inFlight: number;
}

/** A command that only reads, and who may serve it. */
export interface ReadRequest {
  /** In capitals, with its subcommand. */
  readonly command: string;
  readonly keys: readonly (string | number | bigint | Uint8Array)[];
  /** Name of the domain it belongs to; null: none. */
  readonly domain: string | null;
  /** Never empty: while nobody may serve the read it waits, or follows its domain's `fallback`. */
  readonly candidates: readonly ReadCandidate[];
}

/** Chooses the node of each read: returns one of the candidates, or its key. A throw or any other value rejects that one command. */
export type ReadFunction = (read: ReadRequest) => ReadCandidate | string;

export interface ReadLimits {
  /** Replicas that are further behind get no reads, in ms. 0: no limit. Default 0. */
  readonly maxLagMs?: number;
  /** The same in bytes of the replication stream. 0: no limit. Default 0. */
  readonly maxLagBytes?: number;
}

const MODES = ['primary', 'primaryPreferred', 'replica', 'replicaPreferred', 'nearest'] as const satisfies readonly ReadMode[];
export const checkReadMode: Check<ReadMode> = oneOf(...MODES);
const expectedReads = `one of ${MODES.join(', ')}, or a function`;

/** A function is taken as it is: what it returns is checked where it is called. */
export const checkReads: Check<ReadMode | ReadFunction> = (value, path) => {
  if (typeof value === 'function') return value as ReadFunction;
  return MODES.find((mode) => mode === value) ?? refuse(path, expectedReads, value);
};
export const checkMaxLagMs = milliseconds(0, 'no limit');
export const checkMaxLagBytes = integer(0, Number.MAX_SAFE_INTEGER);
export const checkLatencyWindowMs = milliseconds(0, 'no window');
