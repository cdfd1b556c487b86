import { type CommandTrace, commandChannel, finishTrace, startTrace } from '../../diagnostics.js';
import type { Call, OutcomeSink } from '../../protocol/call.js';
import type { CommandSpec } from '../../protocol/command-spec.js';

/** Publishes what becomes of a call, and passes its outcome on. There is one only while somebody listens, so an ordinary call carries nothing. */
class TracedOutcome implements OutcomeSink {
  constructor(
    private readonly trace: CommandTrace,
    private readonly call: Call,
    private readonly next: OutcomeSink | null,
  ) {}

  onSent(node: string): void {
    this.trace.node = node;
    this.trace.attempts++;
    this.next?.onSent?.(node);
  }

  onValue(at: number, value: unknown): void {
    finishTrace(commandChannel, this.trace);
    if (this.next === null) this.call.resolve(value);
    else this.next.onValue(at, value);
  }

  onError(at: number, error: unknown): void {
    finishTrace(commandChannel, this.trace, error);
    if (this.next === null) this.call.reject(error);
    else this.next.onError(at, error);
  }
}

/** Sends the call by `work`, and publishes its life from now on. */
export function traceCall(call: Call, work: () => void): void {
  const trace = traceOf(call.spec);
  const extras = call.ensureExtras();
  extras.sink = new TracedOutcome(trace, call, extras.sink);
  startTrace(commandChannel, trace, work);
}

/** A command that was never issued. */
export function traceRefusal(spec: CommandSpec, error: unknown): void {
  const trace = traceOf(spec);
  startTrace(commandChannel, trace, () => {});
  finishTrace(commandChannel, trace, error);
}

function traceOf(spec: CommandSpec): CommandTrace {
  return { command: spec.name, node: null, attempts: 0 };
}
