import type { Address } from '../../options/address.js';
import type { SlotSet } from '../slot-list.js';
import type { NodeFacts } from './node-facts.js';

/** One server in a list that people read: replicas stand under their primary. */
export interface ServerRow {
  /** Member of a ring that it belongs to. Only in a ring; Sentinels have none, as one may watch several members. */
  readonly member?: string;
  /** Name that the server has given itself, else its address. */
  readonly id: string;
  /** `host:port`. */
  readonly name: string;
  /** How far it stands below the servers that follow nobody: 0 for these, 1 for their replicas, 2 for replicas of replicas. */
  readonly depth: number;
  readonly role: 'primary' | 'replica' | 'sentinel';
  /** The address that we connect to; null: nobody tells one. */
  readonly address: Address | null;
  /** The server answered us. */
  readonly reachable: boolean;
  /** Why it did not answer; null: it did. */
  readonly problem: string | null;
  /** Null outside a cluster. */
  readonly slots: SlotSet | null;
  /** Number of keys, in all its databases; null where it has none of its own to count, or does not tell. */
  readonly keys: number | null;
  /** What it says of itself; null: it could not be asked. */
  readonly facts: NodeFacts | null;
}
