import { type AttemptFailure, type Call, type CallOwner, NO_DEADLINE, newCall, type QueueUsage, SETTLED } from '../protocol/call.js';
import { sinkExtras } from '../protocol/call-extras.js';
import { command, specOf } from '../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../protocol/command-spec.js';
import type { OutcomeSink } from '../protocol/outcome.js';

/** Owner of commands that the library sends for itself: a failure is a plain rejection. */
export const internalOwner: CallOwner = {
  usage: { commands: 0, bytes: 0 },
  idempotent: false,
  failed(call: Call, failure: AttemptFailure): void {
    call.fail(failure.error);
  },
};
/** Placeholder among the calls in flight for a reply that is dropped. */
export const DISCARDED_REPLY = newCall(command('ASKING'), [], null, 0, internalOwner, NO_DEADLINE);
DISCARDED_REPLY.state = SETTLED;

const NO_SINK = sinkExtras({ onValue: () => {}, onError: () => {} });

/** Owner of the placeholders for calls that were taken elsewhere: MOVED there is news for their owner. */
class NewsOwner implements CallOwner {
  readonly usage: QueueUsage = { commands: 0, bytes: 0 };
  readonly idempotent = false;

  constructor(readonly reader: CallOwner) {}

  failed(placeholder: Call, failure: AttemptFailure): void {
    if (failure.kind === 'error-reply' && failure.error.code === 'MOVED') this.reader.failed(placeholder, failure);
  }
}

/** Makes placeholders for replies of which only MOVED is read: it says where the slot is, whoever asked. */
export class NewsPlaceholders {
  #owner: NewsOwner | null = null;

  for({ spec, args, owner }: Call): Call {
    // Nearly always there is one owner.
    if (this.#owner?.reader !== owner) this.#owner = new NewsOwner(owner);
    const placeholder = newCall(spec, args, null, 0, this.#owner, NO_DEADLINE, NO_SINK);
    placeholder.state = SETTLED;
    return placeholder;
  }
}

/** A command of the library itself; its raw reply settles the promise that `takePromise` gives. */
export function internalCall(words: readonly string[], deadline = NO_DEADLINE, owner = internalOwner): Call {
  const { spec, args } = specOf(words);
  return newCall(spec, args, null, 0, owner, deadline);
}

/** A command of the library itself; its raw reply goes to the sink. */
export function internalCallInto(sink: OutcomeSink, spec: CommandSpec, args: readonly Arg[]): Call {
  return newCall(spec, args, null, 0, internalOwner, NO_DEADLINE, sinkExtras(sink));
}
