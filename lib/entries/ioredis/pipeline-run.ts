import type { Command } from './command.js';
import type { BatchOutcome, CommandBatch, CommandTarget } from './command-target.js';
import { roundedOutcome } from './engine-call.js';

/** Part of a pipeline that is sent as one. */
interface Segment {
  readonly commands: Command[];
  /** MULTI and EXEC or DISCARD around the commands; null: they are no transaction. */
  readonly transaction: { readonly multi: Command; end: Command | null } | null;
}

const NOTHING_BEFORE: Pick<Segment, 'transaction'> = { transaction: null };
const OK = 'OK';
const QUEUED = 'QUEUED';
const ABORTED = 'EXECABORT Transaction discarded because of previous errors.';
const BATCH: CommandBatch = {
  add: (command) => {
    command.isBatched = true;
  },
};
const isOurs = ({ isBatched, isSettled }: Command): boolean => isBatched && !isSettled;

/** The parts of a pipeline: commands by themselves, and transactions. */
export function segmentsOf(queue: readonly Command[]): Segment[] {
  const segments: Segment[] = [];
  for (const command of queue) {
    const current = segments.at(-1);
    const { transaction } = current ?? NOTHING_BEFORE;
    const isOpen = transaction !== null && transaction.end === null;
    if (isOpen && (command.name === 'exec' || command.name === 'discard')) transaction.end = command;
    else if (isOpen) current?.commands.push(command);
    else if (command.name === 'multi') segments.push({ commands: [], transaction: { multi: command, end: null } });
    else if (current === undefined || transaction !== null) segments.push({ commands: [command], transaction: null });
    else current.commands.push(command);
  }
  return segments;
}

/** Runs the commands of a pipeline, one part after the other, settles them, and gives `[null, value]` or `[error]` for each. */
export async function runQueue(target: CommandTarget, queue: readonly Command[]): Promise<unknown[][]> {
  // What is refused there, or was before, has settled. What is no part of the batch then was sent by a patched `sendCommand`.
  for (const command of queue) target.sendCommand(command, BATCH);
  for (const { commands, transaction } of segmentsOf(queue)) {
    if (transaction === null) await runPlain(target, commands);
    else await runTransaction(target, commands, transaction);
  }
  for (const command of queue) if (!command.isSettled) await command.promise.catch(() => {});
  return queue.map((command) => command.outcome);
}

async function runPlain(target: CommandTarget, given: readonly Command[]): Promise<void> {
  const commands = given.every(isOurs) ? given : given.filter(isOurs);
  if (commands.length === 0) return;
  const { replies } = await outcomeOf(target, commands, false);
  for (const [at, command] of commands.entries()) command.settle(replies?.[at]);
}

/** What became of the commands; a failure of all is one of each. */
function outcomeOf(target: CommandTarget, commands: readonly Command[], transaction: boolean): Promise<BatchOutcome> {
  return target.execute(commands, transaction).then(
    ({ replies, ...more }) => ({ replies: replies?.map(roundedOutcome) ?? null, ...more }),
    (error) => ({ replies: commands.map(() => error), aborted: error }),
  );
}

async function runTransaction(
  target: CommandTarget,
  commands: readonly Command[],
  { multi, end }: NonNullable<Segment['transaction']>,
): Promise<void> {
  const isRefused = !commands.every(isOurs);
  if (isRefused || end?.name !== 'exec') {
    // None of it runs: it was discarded, or would lack a part.
    for (const command of commands) command.succeed(QUEUED);
    multi.succeed(OK);
    if (isRefused && end?.name === 'exec') end.reject(new Error(ABORTED));
    else end?.succeed(OK);
    return;
  }
  const { replies, aborted } = await outcomeOf(target, commands, true);
  multi.succeed(OK);
  for (const [at, command] of commands.entries()) {
    const reply = replies?.[at];
    if (aborted !== undefined && reply instanceof Error) command.reject(reply);
    else command.succeed(QUEUED);
  }
  if (aborted === undefined) end.succeed(replies === null ? null : commands.map((command, at) => transformed(command, replies[at])));
  else end.reject(aborted);
}

function transformed(command: Command, reply: unknown): unknown {
  if (reply instanceof Error) return reply;
  try {
    return command.transformReply(reply);
  } catch (error) {
    return error;
  }
}
