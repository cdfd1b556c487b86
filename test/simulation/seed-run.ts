import type { ClientStats } from '../../lib/index.js';
import type { Plan } from './plan.js';
import type { CallRecord, Calls } from './workloads/calls.js';
import type { World } from './world.js';

/** Something that must never happen, and did. Readable by a stranger. */
export interface Violation {
  /** Name of the check. */
  readonly check: string;
  /** When it happened, in ms of virtual time. */
  readonly at: number;
  readonly text: string;
  /** Ids of the calls that are involved. */
  readonly calls?: readonly number[];
}

/** When the parts of a seed began, in ms of virtual time; null: it did not come to that. */
export interface Phases {
  /** All faults are over. */
  healedAt: number | null;
  /** The servers agree and serve again. */
  settledAt: number | null;
  /** The first fresh command was issued. */
  calmAt: number | null;
  /** All clients are closed. */
  closedAt: number | null;
}

/** What a client still holds when it has been closed. */
export interface Leftovers {
  readonly timers: readonly string[];
  readonly sockets: number;
  /** By the name of the client. */
  readonly stats: ReadonlyMap<string, ClientStats>;
}

/** An event that a client told its program. */
export interface ToldEvent {
  readonly at: number;
  readonly client: string;
  readonly name: string;
  readonly detail: unknown;
}

/** All that a seed has brought, for the checks. */
export interface SeedRun {
  readonly plan: Plan;
  readonly world: World;
  readonly calls: Calls;
  readonly events: readonly ToldEvent[];
  readonly phases: Phases;
  /** Fresh commands after healing. They are in `calls`, too. */
  readonly fresh: readonly CallRecord[];
  /** null: the seed did not come to its end. */
  leftovers: Leftovers | null;
}

/** What a seed brought, for whoever runs many. */
export interface SeedResult {
  readonly seed: number;
  readonly kind: Plan['deployment']['kind'];
  /** Calls of the programs. */
  readonly commands: number;
  /** Names of the faults that began, in order. */
  readonly faults: readonly string[];
  readonly virtualMs: number;
  /** Two runs of a seed have the same one. */
  readonly fingerprint: number;
  readonly violations: readonly Violation[];
  /** The trace, if it was asked for. */
  readonly lines: readonly string[];
  /** How the calls ended: `ok`, or the name of the error with `executed`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How many events `failover` the clients told. */
  readonly failovers: number;
  /** What the plan drew, for shrinking: see `SeedOptions`. */
  readonly plan: Plan;
}

export interface SeedOptions {
  readonly trace?: boolean;
  /** Draws this kind of deployment. */
  readonly kind?: Plan['deployment']['kind'];
  /** Only these faults of the plan, by their place in it. What is left runs as it would with all of them. */
  readonly faults?: readonly number[];
  /** Only these workloads, likewise. */
  readonly workloads?: readonly number[];
}
