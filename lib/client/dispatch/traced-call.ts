import { type CommandTrace, commandChannel, finishTrace, startTrace } from '../../diagnostics.js';
import type { Call, CommandSpec, Gathering } from '../../protocol/command-spec.js';

/** Publishes what becomes of a call, and passes its outcome on. There is one only while somebody listens, so an ordinary call carries nothing. */
class TracedOutcome implements Gathering {
  constructor(
    private readonly trace: CommandTrace,
    private readonly call: Call,
    private readonly next: Gathering | null,
  ) {}

  sent(node: string): void {
    this.trace.node = node;
    this.trace.attempts++;
    this.next?.sent?.(node);
  }

  value(at: number, value: unknown): void {
    finishTrace(commandChannel, this.trace);
    if (this.next === null) this.call.resolve(value);
    else this.next.value(at, value);
  }

  error(at: number, error: unknown): void {
    finishTrace(commandChannel, this.trace, error);
    if (this.next === null) this.call.reject(error);
    else this.next.error(at, error);
  }
}

/** Sends the call by `work`, and publishes its life from now on. */
export function traceCall(call: Call, work: () => void): void {
  const trace = traceOf(call.spec);
  const detour = call.leaveTheRoad();
  detour.gathering = new TracedOutcome(trace, call, detour.gathering);
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
