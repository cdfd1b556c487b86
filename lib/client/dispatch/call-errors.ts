import { ClosedError, ConnectionLostError, QueueFullError, ReplyError, type SlotwiseError } from '../../errors.js';
import type { Options } from '../../options/defaults.js';
import type { AttemptFailure, Call, QueueUsage } from '../../protocol/call.js';
import type { CommandSpec } from '../../protocol/command-spec.js';
import { redirection } from '../../protocol/resp/reply-error.js';
import { MAX_REDIRECTS } from '../../routing/retry.js';

/** What the caller is told: the servers' replies unchanged, everything else with the command and its attempts. */
export function errorFor(call: Call, failure: AttemptFailure): SlotwiseError {
  const { error } = failure;
  const facts = { node: error.node, command: call.spec.name, attempts: call.attempts, executed: call.executed, cause: error } as const;
  if (failure.kind === 'error-reply') {
    const { redirects } = call;
    if (redirects >= MAX_REDIRECTS && redirection(error) !== null) {
      const message = `${call.spec.name} was redirected ${redirects} times, the last time by ${failure.node}: ${error.message}`;
      return new ReplyError(error.code, message, { ...facts, node: failure.node });
    }
    error.attempts = call.attempts;
    return error;
  }
  if (error instanceof ClosedError) return new ClosedError(`${call.spec.name}: ${error.message}`, facts);
  if (failure.kind === 'not-sent') return error;
  return new ConnectionLostError(`${call.spec.name}: ${error.message}; it may have run`, facts);
}

export function closedError(spec: CommandSpec | null): ClosedError {
  return new ClosedError(`${spec?.name ?? 'connect()'}: the client is closed`, { command: spec?.name });
}

/** `size`: of the command that has no room, in bytes. */
export function queueFull(spec: CommandSpec, size: number, held: QueueUsage, bounds: Options['queue']): QueueFullError {
  const waiting = `${held.commands} commands and ${held.bytes} bytes wait for replies (bounds: ${bounds.maxCommands} and ${bounds.maxBytes})`;
  return new QueueFullError(`${spec.name} of ${size} bytes: ${waiting}`, { command: spec.name });
}
