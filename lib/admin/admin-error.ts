import { type Executed, SlotwiseError } from '../errors.js';
import { nameErrors } from '../util/slotwise-error.js';

/**
 * Why an administration command ended with an error. `unreachable`: the servers could not be asked, or are not what was meant. `refused`:
 * what was asked for cannot be done. `changed`: it could when the plan was made. `failed`: it ended on the way.
 */
export type AdminErrorReason = 'unreachable' | 'refused' | 'changed' | 'failed';

interface AdminErrorFacts {
  readonly node?: string;
  readonly executed?: Executed;
  readonly cause?: unknown;
  /** Default `refused`. */
  readonly reason?: AdminErrorReason;
}

/** A plan that cannot be made or could not be carried out: the message says why, and what to do about it. */
export class AdminError extends SlotwiseError {
  readonly reason: AdminErrorReason;

  constructor(message: string, { reason = 'refused', ...facts }: AdminErrorFacts = {}) {
    super('ERR_ADMIN', message, facts);
    this.reason = reason;
  }
}

nameErrors({ AdminError });
