import type { Arg } from '../../protocol/command-spec.js';
import type { NodeRef } from '../plans/steps.js';
import { rangesOf, type SlotSet } from '../slot-list.js';
import type { MigrationDialect } from '../state/migration-jobs.js';

/** Nodes at both ends of a migration. */
export interface MigrationEnds {
  readonly from: NodeRef;
  readonly to: NodeRef;
}

/** How one product is asked for atomic migrations: which end is asked, and in which words. */
export interface MigrationCommands {
  /** The end that is given the job, and knows how it goes. */
  readonly at: keyof MigrationEnds;
  start(ends: MigrationEnds, slots: SlotSet): readonly Arg[];
  readonly cancel: (id: string) => readonly Arg[];
  /** A cancellation ends every job of the node. */
  readonly cancelsAll: boolean;
  /** A node takes part in one job at a time. */
  readonly oneAtATime: boolean;
}

const bounds = (slots: SlotSet): number[] => rangesOf(slots).flatMap(({ start, end }) => [start, end]);

/** https://valkey.io/commands/cluster-migrateslots/ and https://redis.io/docs/latest/commands/cluster-migration/ */
export const MIGRATION_COMMANDS: Readonly<Record<MigrationDialect, MigrationCommands>> = {
  valkey: {
    at: 'from',
    start: ({ to }, slots) => ['CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', ...bounds(slots), 'NODE', to.id],
    cancel: () => ['CLUSTER', 'CANCELSLOTMIGRATIONS'],
    cancelsAll: true,
    oneAtATime: false,
  },
  redis: {
    at: 'to',
    start: (_, slots) => ['CLUSTER', 'MIGRATION', 'IMPORT', ...bounds(slots)],
    cancel: (id) => ['CLUSTER', 'MIGRATION', 'CANCEL', 'ID', id],
    cancelsAll: false,
    oneAtATime: true,
  },
};

/** What follows from the words with which a server ends or refuses a migration. The slots are with the source in any case. */
export type MigrationVerdict =
  /** It cannot do it, but keys can be moved one by one. */
  | 'key-by-key'
  /** Another migration is in the way: it can be tried again when that has ended. */
  | 'later'
  /** It may be a passing trouble. */
  | 'again'
  | 'fail';

const VERDICTS: readonly (readonly [words: RegExp, verdict: MigrationVerdict])[] = [
  [/another .*(?:task|migration).* in progress|already (?:migrating|being imported)|overlapping import|pending trim/i, 'later'],
  // The nodes log in at each other with the settings for replicas; MIGRATE brings its own credentials.
  [/NOAUTH|WRONGPASS|NOPERM|unknown (?:sub)?command|does not support|syntax error/i, 'key-by-key'],
  [/manually (?:migrated|imported)|slot states must be STABLE/i, 'key-by-key'],
  [/OOM|out of memory|cancell?ed|user request/i, 'fail'],
  [/NOTREADY|connection lost|unable to connect|timed? ?out|fork|not ready|failed to/i, 'again'],
];

export function migrationVerdict(words: string): MigrationVerdict {
  return VERDICTS.find(([pattern]) => pattern.test(words))?.[1] ?? 'fail';
}
