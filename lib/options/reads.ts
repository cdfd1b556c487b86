import type { Address } from './address.js';
import { type Check, integerBetween, milliseconds, oneOf, refuseValue } from './validate.js';

/** Which nodes may serve a command that only reads. Writes always go to the primary. */
export type ReadMode = 'primary' | 'primaryPreferred' | 'replica' | 'replicaPreferred' | 'nearest';

/** One node that may serve a read, as a function in `reads` sees it. Frozen. */
export interface ReadCandidate {
  /** `host:port`, or the path of the socket file. */
  readonly key: string;
  readonly address: Address;
  readonly role: 'primary' | 'replica';
  readonly tags: Readonly<Record<string, string>>;
  /** Availability zone by the `nodes` rules, else as the server tells it; null: unknown. */
  readonly zone: string | null;
  /** Priority by the `nodes` rules. */
  readonly priority: number;
  readonly weight: number;
  /** Smoothed round trip on a connection of its own, in ms; null before the first. */
  readonly rttMs: number | null;
  /** Highest age of its data, in ms; 0 for the primary, null while unknown. Measured where a `maxLagMs` or `maxLagBytes` asks for it. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  /** Commands on its shared connections that wait for their reply. */
  readonly inFlight: number;
}

/** A command that only reads, and the nodes that may serve it. */
export interface ReadRequest {
  /** Name in capitals, with the subcommand. */
  readonly command: string;
  readonly keys: readonly (string | number | bigint | ArrayBufferView)[];
  /** Name of the domain it belongs to; null: none. */
  readonly domain: string | null;
  /** Nodes to choose from, never none: while no node may serve the read, the read waits or follows its domain's `fallback`. */
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

const READ_MODES = ['primary', 'primaryPreferred', 'replica', 'replicaPreferred', 'nearest'] as const satisfies readonly ReadMode[];
export const checkReadMode: Check<ReadMode> = oneOf(...READ_MODES);
const expectedReads = `one of ${READ_MODES.join(', ')}, or a function`;

/** Takes a function as it is: its result is checked where it is called. */
export const checkReads: Check<ReadMode | ReadFunction> = (value, path) => {
  if (typeof value === 'function') return value as ReadFunction;
  return READ_MODES.find((mode) => mode === value) ?? refuseValue(path, expectedReads, value);
};
export const checkMaxLagMs = milliseconds(0, 'no limit');
export const checkMaxLagBytes = integerBetween(0, Number.MAX_SAFE_INTEGER);
export const checkLatencyWindowMs = milliseconds(0, 'no window');
