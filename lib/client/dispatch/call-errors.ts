import { releaseUsage } from '../../connection/deadlines.js';
import {
  AddressRefusedError,
  ClosedError,
  ConnectionLostError,
  NoNodeError,
  QueueFullError,
  ReplyError,
  SlotwiseError,
  withoutStack,
} from '../../errors.js';
import { addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import type { AttemptFailure, Call, QueueUsage } from '../../protocol/call.js';
import type { CommandSpec } from '../../protocol/command-spec.js';
import { type Redirection, redirection } from '../../protocol/resp/reply-error.js';
import { MAX_REDIRECTS } from '../../routing/retry.js';

/** Rejects a call that no queue or connection holds. */
export function rejectCall(call: Call, error: unknown): void {
  releaseUsage(call);
  const denies = call.mayHaveRun && error instanceof SlotwiseError && error.executed === 'no';
  call.fail(denies ? undeniedError(call, error) : error);
}

/**
 * Error for a call of which an earlier attempt may have run, though this last failure has nothing to do with that. The given one may be shared
 * with calls that did not run.
 */
function undeniedError(call: Call, error: SlotwiseError): SlotwiseError {
  const { node, cause } = error;
  const facts = { node, command: call.spec.name, attempts: call.attempts, executed: 'unknown', cause } as const;
  if (error instanceof NoNodeError) return withoutStack(() => new NoNodeError(error.message, facts));
  if (error instanceof ClosedError) return withoutStack(() => new ClosedError(error.message, facts));
  return lostError(call, { error });
}

/** The error that a caller gets for the last failure: a server's reply unchanged, anything else with the command and its attempts. */
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
  const message = `${call.spec.name}: ${error.message}`;
  if (error instanceof ClosedError) return withoutStack(() => new ClosedError(message, facts));
  if (failure.kind !== 'not-sent') return lostError(call, failure);
  // A page of a scan may go to no other node.
  if (error instanceof ConnectionLostError) return withoutStack(() => new ConnectionLostError(message, facts));
  if (error instanceof NoNodeError && error.command === undefined) return withoutStack(() => new NoNodeError(message, facts));
  // Of the server or of the configuration, and the same for all: credentials, a certificate.
  return error;
}

/** A redirection leads to an address that the option `allowedAddresses` refuses. */
export function redirectedAway(call: Call, { error }: AttemptFailure, { host, port }: Redirection): AddressRefusedError {
  const { name } = call.spec;
  const where = addressKey({ host, port });
  return new AddressRefusedError(`${name} was redirected by ${error.node} to ${where}, which allowedAddresses does not allow`, {
    node: error.node,
    command: name,
    attempts: call.attempts,
    executed: call.executed,
    cause: error,
  });
}

/** The connection was lost after the command was written. A lease counts no attempts: there it was one. */
export function lostError(call: Call, { error }: Pick<AttemptFailure, 'error'>): ConnectionLostError {
  const attempts = Math.max(1, call.attempts);
  const facts = { node: error.node, command: call.spec.name, attempts, executed: 'unknown', cause: error } as const;
  return withoutStack(() => new ConnectionLostError(`${call.spec.name}: ${error.message}; it may have run`, facts));
}

/** `what`: a command, or what is none as the message names it. */
export function closedError(what: CommandSpec | string): ClosedError {
  if (typeof what === 'string') return withoutStack(() => new ClosedError(`${what}: the client is closed`));
  return withoutStack(() => new ClosedError(`${what.name}: the client is closed`, { command: what.name }));
}

/** `bytes`: of the command that has no room. */
export function queueFull(spec: CommandSpec, bytes: number, usage: QueueUsage, bounds: Options['queue']): QueueFullError {
  const waiting = `${usage.commands} commands and ${usage.bytes} bytes wait for replies (bounds: ${bounds.maxCommands} and ${bounds.maxBytes})`;
  return withoutStack(() => new QueueFullError(`${spec.name} of ${bytes} bytes: ${waiting}`, { command: spec.name }));
}

/** No node serves the call, and it does not wait for one. */
export function noNode({ name }: CommandSpec, why: string, cause: SlotwiseError | null): NoNodeError {
  return withoutStack(() => new NoNodeError(`${name}: ${why}`, { command: name, cause: cause ?? undefined }));
}
