import { type Executed, SlotwiseError } from '../errors.js';
import { nameErrors } from '../util/slotwise-error.js';

/** A plan that cannot be made or could not be carried out: the message says why, and what to do about it. */
export class AdminError extends SlotwiseError {
  constructor(message: string, facts: { readonly node?: string; readonly executed?: Executed; readonly cause?: unknown } = {}) {
    super('ERR_ADMIN', message, facts);
  }
}

nameErrors({ AdminError });
