import { type Executed, SlotwiseError } from '../../../lib/errors.js';
import { type AttemptFailure, type Call, type CallOwner, NO_DEADLINE, newCall } from '../../../lib/protocol/call.js';
import { sinkExtras } from '../../../lib/protocol/call-extras.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';

/** Owner of calls that writes down how each of them ends, by its words. */
export class RecordedCalls implements CallOwner {
  readonly usage = { commands: 0, bytes: 0 };
  /** `GET a: value`, `GET a: ReplyError: …`, `GET a handed back: error-reply`. */
  readonly outcomes: string[] = [];
  /** `executed` of the error that came last. */
  executed: Executed | null = null;

  constructor(readonly idempotent = false) {}

  /** A call that counts for ten bytes. */
  make(words: string, deadline = NO_DEADLINE): Call {
    const { spec, args } = specOf(words.split(' '));
    const record = (_: number, outcome: unknown): void => {
      this.outcomes.push(`${words}: ${String(outcome)}`);
      if (outcome instanceof SlotwiseError) this.executed = outcome.executed;
    };
    const call = newCall(spec, args, null, 0, this, deadline, sinkExtras({ onValue: record, onError: record }));
    call.bytes = 10;
    this.usage.commands++;
    this.usage.bytes += call.bytes;
    return call;
  }

  failed(call: Call, failure: AttemptFailure): void {
    this.outcomes.push(`${[call.spec.name, ...call.args].join(' ')} handed back: ${failure.kind}`);
  }
}
