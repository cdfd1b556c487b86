import { type AttemptFailure, Call, type CallOwner, NO_DEADLINE, SETTLED } from '../protocol/call.js';
import { command, specOf } from '../protocol/catalog/specs.js';

/** Owner of commands that the library sends for itself: a failure is a plain rejection. */
export const internalOwner: CallOwner = {
  usage: { commands: 0, bytes: 0 },
  idempotent: false,
  failed(call: Call, failure: AttemptFailure): void {
    call.fail(failure.error);
  },
};
/** Placeholder among the calls in flight for a reply that is dropped. */
export const DISCARDED_REPLY = Call.make(command('ASKING'), [], null, 0, internalOwner, NO_DEADLINE);
DISCARDED_REPLY.state = SETTLED;

/** A command of the library itself; its raw reply settles `Call.promiseOfLast()`. */
export function internalCall(words: readonly string[], deadline = NO_DEADLINE, owner = internalOwner): Call {
  const { spec, args } = specOf(words);
  return Call.make(spec, args, null, 0, owner, deadline);
}
