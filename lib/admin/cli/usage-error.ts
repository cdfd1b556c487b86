import { nameErrors } from '../../util/slotwise-error.js';
import { AdminError } from '../admin-error.js';

/** A mistake in the command line. */
export class UsageError extends AdminError {}

nameErrors({ UsageError });
