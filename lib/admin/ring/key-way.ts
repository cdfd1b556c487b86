import type { StoreMember } from './key-store.js';

/** A key that is to move, with what is known of it. */
export interface MovingKey {
  readonly key: Buffer;
  /** Its memory at the source; 0: not known. */
  readonly bytes: number;
}

/** A key that an error of its own kept from moving. */
export interface KeyFailure {
  readonly key: Buffer;
  readonly problem: string;
}

/** A key by whose name the target has a value already. */
export interface KeyConflict {
  readonly key: Buffer;
  /** It may be our own copy, of a MIGRATE whose answer was lost. */
  readonly mayBeOurs: boolean;
}

/** What became of the keys of a batch. Those that are in none of the lists have moved, or are gone. */
export interface BatchOutcome {
  readonly conflicts: readonly KeyConflict[];
  readonly failures: readonly KeyFailure[];
  /** The run was stopped before these moved. */
  readonly left: readonly Buffer[];
}

/** A way in which keys move from a source to where they belong. Rejects where going on makes no sense, with the first key in the message. */
export interface KeyWay {
  move(source: StoreMember, keys: readonly MovingKey[]): Promise<BatchOutcome>;
}
