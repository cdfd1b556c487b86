import { command, specOf } from '../protocol/catalog/specs.js';
import { Call, type CallOwner, type Failure, NO_DEADLINE, SETTLED } from '../protocol/command-spec.js';

/** Owner of commands the library sends for itself: a failure is a plain rejection. */
export const internalOwner: CallOwner = {
  budget: { commands: 0, bytes: 0 },
  idempotent: false,
  failed(call: Call, failure: Failure): void {
    call.fail(failure.error);
  },
};
/** Stands in a queue for a reply that nobody waits for. */
export const ignored = Call.make(command('ASKING'), [], null, 0, internalOwner, NO_DEADLINE);
ignored.state = SETTLED;

/** A command of the library itself; its raw reply settles `Call.promiseOfLast()`. */
export function ownCall(words: readonly string[], deadline = NO_DEADLINE): Call {
  const { spec, args } = specOf(words);
  return Call.make(spec, args, null, 0, internalOwner, deadline);
}
