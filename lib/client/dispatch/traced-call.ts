import { type CommandTrace, commandChannel, finishTrace, startTrace } from '../../diagnostics.js';
import type { Call } from '../../protocol/call.js';
import type { CommandSpec } from '../../protocol/command-spec.js';
import { OutcomeLink } from '../../protocol/outcome-link.js';

/**
 * Tracing of one call: publishes its life on the tracing channel. Made only while the channel has subscribers, so that an ordinary call
 * carries nothing.
 */
class TracedOutcome extends OutcomeLink {
  constructor(
    call: Call,
    private readonly trace: CommandTrace,
  ) {
    super(call);
  }

  override onSent(node: string): void {
    this.trace.node = node;
    this.trace.attempts++;
    super.onSent(node);
  }

  override onValue(index: number, value: unknown): void {
    finishTrace(commandChannel, this.trace);
    super.onValue(index, value);
  }

  override onError(index: number, error: unknown): void {
    finishTrace(commandChannel, this.trace, error);
    super.onError(index, error);
  }
}

/** Sends the call by `work`, and publishes its life from now on. */
export function traceCall(call: Call, work: () => void): void {
  const trace = traceOf(call.spec);
  call.ensureExtras().sink = new TracedOutcome(call, trace);
  startTrace(commandChannel, trace, work);
}

/** Publishes a command of which no call was made. */
export function traceRefusal(spec: CommandSpec, error: unknown): void {
  const trace = traceOf(spec);
  startTrace(commandChannel, trace, () => {});
  finishTrace(commandChannel, trace, error);
}

function traceOf(spec: CommandSpec): CommandTrace {
  return { command: spec.name, node: null, attempts: 0 };
}
