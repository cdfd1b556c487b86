import { ReplyError } from '../../errors.js';
import type { Address } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { fieldsOf } from '../../protocol/resp/map-reply.js';
import { listOf, textOf } from '../../topology/replies.js';
import { SLOT_COUNT } from '../../topology/slot-map.js';
import type { NodeFacts } from '../health/node-facts.js';
import { isSince } from '../health/server-version.js';
import type { NodeClient } from '../node-connections.js';
import { type SlotSet, slotsInRanges } from '../slot-list.js';

/**
 * An atomic slot migration as one node tells it: the server moves whole ranges by itself. Valkey 9: CLUSTER GETSLOTMIGRATIONS, Redis 8.4:
 * CLUSTER MIGRATION STATUS.
 */
export interface MigrationJob {
  /** Name that the server has given it. */
  readonly id: string;
  readonly direction: 'import' | 'export';
  /** Node id at the other end; null: the server does not tell. */
  readonly peer: string | null;
  readonly slots: SlotSet;
  /** State in the server's own word. */
  readonly state: string;
  /** The migration has not ended. */
  readonly running: boolean;
  /** What the server says about a failure; empty: nothing. */
  readonly message: string;
}

/** Whose commands for atomic migrations a server knows. */
export type MigrationDialect = 'valkey' | 'redis';

/** The commands came with these versions: https://valkey.io/commands/cluster-migrateslots/ and https://redis.io/docs/latest/commands/cluster-migration/ */
const SINCE: Readonly<Record<MigrationDialect, readonly [major: number, minor: number]>> = { valkey: [9, 0], redis: [8, 4] };

const JOBS: Readonly<Record<MigrationDialect, readonly string[]>> = {
  valkey: ['CLUSTER', 'GETSLOTMIGRATIONS'],
  redis: ['CLUSTER', 'MIGRATION', 'STATUS', 'ALL'],
};

/** Names of the fields of a job that mean the same. */
const ID = ['name', 'id'];
const SLOTS = ['slot_ranges', 'slots'];
const SOURCE = ['source_node', 'source'];
const TARGET = ['target_node', 'dest'];
const MESSAGE = ['message', 'last_error'];

/** States that a job does not leave. A failed import of Redis is tried again by the server itself, until it is cancelled. */
const ENDED: ReadonlySet<string> = new Set(['success', 'completed', 'canceled', 'cancelled', 'failed']);
const SUCCEEDED: ReadonlySet<string> = new Set(['success', 'completed']);

/** A server remembers up to 1,000 jobs. So many of those that have ended are read. */
const ENDED_KEPT = 16;

/** The commands for atomic migrations that a server knows by its version; null: none, or it does not tell. */
export function migrationDialectOf(facts: NodeFacts | null): MigrationDialect | null {
  if (facts === null) return null;
  if (isSince(facts, 'Valkey', SINCE.valkey)) return 'valkey';
  return isSince(facts, 'Redis', SINCE.redis) ? 'redis' : null;
}

/** The commands for atomic migrations that both ends know; null: they do not have the same ones. */
export function commonDialect(dialects: Readonly<Record<'from' | 'to', MigrationDialect | null>>): MigrationDialect | null {
  return dialects.from === dialects.to ? dialects.from : null;
}

/** Asks a server for its atomic migrations, the newest first. None where it knows no such thing, or an ACL rule forbids the question. */
export async function readMigrationJobs(
  connections: NodeClient,
  address: Address,
  dialect: MigrationDialect | null,
): Promise<MigrationJob[]> {
  if (dialect === null) return [];
  try {
    return parseJobs(await connections.send(address, JOBS[dialect]));
  } catch (error) {
    if (error instanceof ReplyError) return [];
    throw error;
  }
}

export function parseJobs(reply: Raw): MigrationJob[] {
  const jobs: MigrationJob[] = [];
  let ended = 0;
  for (const entry of listOf(reply)) {
    const fields = fieldsOf(entry);
    const id = first(fields, ID);
    if (id === '') continue;
    const direction = /^import$/i.test(first(fields, ['operation'])) ? 'import' : 'export';
    const state = first(fields, ['state']);
    const running = !ENDED.has(state) || (state === 'failed' && fields.has('retries') && direction === 'import');
    if (!running && ++ended > ENDED_KEPT) continue;
    const peer = first(fields, direction === 'import' ? SOURCE : TARGET);
    jobs.push({
      id,
      direction,
      peer: peer === '' ? null : peer,
      slots: slotsInRanges(rangesIn(first(fields, SLOTS))),
      state,
      running,
      message: first(fields, MESSAGE).trim(),
    });
  }
  return jobs;
}

export function hasSucceeded({ state }: MigrationJob): boolean {
  return SUCCEEDED.has(state);
}

/** Both products write `0-100 200-300`. */
function rangesIn(text: string): { start: number; end: number }[] {
  const ranges = [...text.matchAll(/(\d+)(?:-(\d+))?/g)].map(([, start, end = start]) => ({ start: Number(start), end: Number(end) }));
  return ranges.filter(({ start, end }) => start <= end && end < SLOT_COUNT);
}

function first(fields: ReadonlyMap<string, Raw>, names: readonly string[]): string {
  return textOf(names.map((name) => fields.get(name)).find((value) => value !== undefined)) ?? '';
}
