import type { SlotSet } from '../slot-list.js';

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
