import type { ClientOptions } from '../../../lib/index.js';
import type { Latency } from '../network/link.js';
import type { DeploymentPlan } from '../topologies/deployment.js';

/** Commands of a seed, at least. */
export const LEAST_COMMANDS = 300;
/** Those of its programs, at least. Programs issue some more, and a seed ends with others. */
export const COMMANDS = 240;

/** A client of a seed. */
export interface ClientPlan {
  /** `a`, `b`. */
  readonly name: string;
  /** All but the topology, and but functions. */
  readonly options: Omit<ClientOptions, 'topology' | 'credentials' | 'reads' | 'addressMap'> & { readonly reads?: string };
  /** What is given as a function. */
  readonly functions: readonly ('credentials' | 'reads' | 'addressMap')[];
  /** `connect()` is called before anything else. */
  readonly connects: boolean;
  /** How and when it ends in the middle of the seed; null: with the seed, by `close()`. */
  readonly ends: { readonly by: 'close' | 'destroy'; readonly atMs: number } | null;
}

/** A workload of a seed: so many programs, each with so many commands. */
export interface WorkloadPlan {
  /** Its name in the table of workloads. */
  readonly name: string;
  /** Name of the client. */
  readonly client: string;
  readonly programs: number;
  /** Of each program. */
  readonly commands: number;
  readonly startMs: number;
  /** Mean pause between two commands of a program. 0: it goes on at once. */
  readonly pauseMs: number;
  /** What the view of the programs is made of. */
  readonly view: ViewPlan;
}

/** Options of the view through which a workload works. */
export interface ViewPlan {
  /** undefined: those of the client. */
  readonly timeoutMs?: number;
  readonly reads?: string;
  readonly maxLagMs?: number;
  readonly isIdempotent?: boolean;
  readonly isHedged?: boolean;
  readonly waitReplicas?: { readonly count: number; readonly timeoutMs: number };
  readonly domain?: string;
  readonly hasSession?: boolean;
  readonly buffers?: boolean;
  readonly integers?: 'number' | 'bigint' | 'string';
}

export interface FaultPlan {
  readonly name: string;
  readonly atMs: number;
  /** It is healed then, or at the end of the stormy part. */
  readonly lastsMs: number;
}

/**
 * A seed as data, drawn before anything runs: so a part of it can be left out, and the others are as they were. Each part has random numbers
 * of its own.
 */
export interface Plan {
  readonly seed: number;
  readonly deployment: DeploymentPlan;
  readonly latency: Latency;
  readonly clients: readonly ClientPlan[];
  readonly workloads: readonly WorkloadPlan[];
  readonly faults: readonly FaultPlan[];
  /** How long the stormy part is. */
  readonly stormMs: number;
}
