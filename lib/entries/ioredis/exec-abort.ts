import { ReplyError as EngineReplyError } from '../../index.js';
import type { Command } from './command.js';
import type { BatchOutcome } from './command-target.js';
import { errorOf } from './errors.js';

/**
 * What became of a transaction that EXEC has discarded, because one of its commands was refused; null: it failed otherwise. The engine says
 * what was wrong with the command, and has the words of EXEC as the cause; ioredis has it the other way round.
 */
export function discarded(error: unknown, commands: readonly Command[]): BatchOutcome | null {
  if (!(error instanceof EngineReplyError) || !(error.cause instanceof EngineReplyError)) return null;
  if (!error.cause.message.startsWith('EXECABORT')) return null;
  const refused = commands.findIndex(({ name }) => `${error.command} `.startsWith(`${name.toUpperCase()} `));
  const replies = commands.map((command, at) => (at === refused ? errorOf(error, command) : null));
  return { replies, aborted: errorOf(error.cause, { name: 'exec', args: [] }) as Error };
}
