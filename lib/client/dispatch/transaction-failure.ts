import { type Executed, ReplyError } from '../../errors.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { AtomicBatch } from '../../protocol/call-extras.js';
import type { Raw } from '../../protocol/command-spec.js';
import { type ScriptKind, scriptKindOf } from '../../protocol/refusals.js';
import { parseReplyError } from '../../protocol/resp/reply-error.js';

type Refused = AttemptFailure & { kind: 'error-reply' };

/** What failed of commands that were sent in one piece. */
export interface BatchFailure {
  readonly failure: Refused;
  readonly script: ScriptKind;
  /** What is certain by the other replies; null: the words of this one decide. */
  readonly executed: Executed | null;
}

// `EXECABORT Transaction discarded because of: OOM command not …`, where EXEC itself was refused: multi.c:execCommandAbort.
const REASON = /^EXECABORT .*? because of: (.+)$/;

/**
 * The failure that made commands fail that were sent in one piece: a transaction, or a write with WAIT behind it. EXEC only says that
 * something was wrong with one; the command's own reply says what, and its name says which. The server has run none of them.
 * https://redis.io/docs/latest/develop/using-commands/transactions/#errors-inside-a-transaction
 */
export function effectiveFailure(failure: Refused, { commands, replies }: AtomicBatch): BatchFailure {
  const [first] = commands;
  if (first?.spec.name !== 'MULTI') return writeFailure(failure, commands, replies);
  const [begun, ...rest] = replies;
  if (begun instanceof ReplyError) {
    // Without MULTI the commands ran as they came, those that were not refused as well.
    const ran = rest.some((reply) => !(reply instanceof ReplyError));
    return { failure: named(failure, begun, 'MULTI', ran ? 'yes' : 'no'), script: 'none', executed: ran ? 'yes' : null };
  }
  for (const [at, part] of commands.entries()) {
    const reply = replies[at];
    if (!(reply instanceof ReplyError)) continue;
    if (part.spec.name === 'EXEC') return execFailure({ ...failure, error: reply });
    return { failure: named(failure, reply, part.spec.name, 'no'), script: 'none', executed: 'no' };
  }
  // EXEC among the commands has succeeded: what failed is the WAIT behind it.
  if (commands.at(-1)?.spec.name === 'EXEC') return { failure, script: 'none', executed: 'yes' };
  return execFailure(failure);
}

function execFailure(failure: Refused): BatchFailure {
  const reason = REASON.exec(failure.error.message)?.[1];
  if (reason === undefined) return { failure, script: 'none', executed: null };
  return { failure: named(failure, parseReplyError(reason), 'EXEC', 'no'), script: 'none', executed: 'no' };
}

/** The last command is the write; the failure is its own, or that of the WAIT behind it. */
function writeFailure(failure: Refused, commands: AtomicBatch['commands'], replies: readonly Raw[]): BatchFailure {
  const write = commands.at(-1);
  const reply = replies[commands.length - 1];
  if (write === undefined || !(reply instanceof ReplyError)) return { failure, script: 'none', executed: 'yes' };
  return { failure: { ...failure, error: reply }, script: scriptKindOf(write.spec, write.args), executed: null };
}

function named({ node, error: cause }: Refused, { code, message }: ReplyError, command: string, executed: Executed): Refused {
  return { kind: 'error-reply', node, error: new ReplyError(code, message, { command, node, executed, cause }) };
}
