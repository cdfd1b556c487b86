import { ConnectionLostError, ProtocolError, type SlotwiseError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import type { AttemptFailure, Call } from '../../protocol/call.js';
import type { CallTarget } from '../../protocol/call-target.js';
import type { Exclusive } from '../../protocol/exclusive.js';
import { ISOLATED_AT } from '../../routing/retry.js';
import { clock } from '../../util/clock.js';
import { viewOf } from '../view.js';
import { aloneCall } from './blocking-call.js';
import { SecondCall } from './hedged-reads.js';

/** A command that blocked for longer than this before its connection broke was not what broke it, in ms: idle connections are cut, too. */
const LONG_BLOCK_MS = 1_000;

/** Counts a connection that was lost at the call: of a scan those of all its pages, of a hedged read those of both its calls. */
export function countLoss(call: Call): void {
  const { extras } = call;
  if (extras === null) {
    call.losses++;
    return;
  }
  if (extras.sink instanceof SecondCall) extras.sink.lost();
  const pinned = extras.target?.pinned;
  if (pinned !== undefined) call.losses = ++pinned.losses;
  else call.losses = isLongBlocked(extras.exclusive) ? 1 : call.losses + 1;
}

function isLongBlocked(exclusive: Exclusive | null): boolean {
  return exclusive?.kind === 'blocking' && clock.now() - exclusive.sentAt > LONG_BLOCK_MS;
}

/** Whether the calls of a scan have connections for themselves: so many were lost at it. */
export function isSuspected({ pinned }: CallTarget): boolean {
  return pinned !== undefined && pinned.losses >= ISOLATED_AT;
}

/** Gives the call a connection for itself from its next attempt on. */
export function isolated(call: Call): Call {
  call.ensureExtras().exclusive ??= aloneCall(viewOf(call).timeoutMs);
  return call;
}

/** Whether the call blocks, or waits for a lease. */
export function mayWaitForEver({ extras }: Call): boolean {
  return extras !== null && extras.exclusive !== null && extras.exclusive.kind !== 'alone';
}

/** Asks whether it is the call at which connections break: its node answers others. The answer, if it comes, is put into `ofCall`. */
export function errorIfClosesAt(call: Call, failure: AttemptFailure, node: Node | undefined): { ofCall: ConnectionLostError | null } {
  const found: { ofCall: ConnectionLostError | null } = { ofCall: null };
  const { spec, attempts, losses, extras } = call;
  void node?.answersAs(extras?.exclusive?.processEpoch ?? 0).then((answers) => {
    if (answers) found.ofCall = closesAtError(failure.error, { command: spec.name, attempts, losses });
  });
  return found;
}

/** Error of a command at which connections break, also one that it has for itself, while its node answers others. */
export function closesAtError(
  error: SlotwiseError,
  { command, attempts, losses }: { command: string; attempts: number; losses: number },
): ConnectionLostError {
  const what =
    error.cause instanceof ProtocolError
      ? 'what the server answers to this command cannot be read'
      : 'the server closes the connection at this command';
  const message = `${command}: ${what}: ${losses} connections were lost at it, the last one its own, while ${error.node} answers others`;
  const facts = { node: error.node, command, attempts, executed: 'unknown', cause: error } as const;
  return new ConnectionLostError(`${message}; it may have run (${error.message})`, facts);
}
