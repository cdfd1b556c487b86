import { ReplyError } from '../../errors.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { AtomicBatch } from '../../protocol/call-extras.js';

/**
 * The failure of the queued command that made a transaction fail. EXEC only says that something was wrong with one; the command's own reply
 * says what, and its name says which. The server has run none of them.
 * https://redis.io/docs/latest/develop/using-commands/transactions/#errors-inside-a-transaction
 */
export function effectiveFailure(failure: AttemptFailure & { kind: 'error-reply' }, batch: AtomicBatch): AttemptFailure {
  for (const [at, part] of batch.commands.entries()) {
    const reply = batch.replies[at];
    if (!(reply instanceof ReplyError)) continue;
    if (reply === failure.error) return failure;
    const facts = { command: part.spec.name, node: failure.node, executed: 'no', cause: failure.error } as const;
    return { ...failure, error: new ReplyError(reply.code, reply.message, facts) };
  }
  return failure;
}
