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
  const sent: Command[] = [];
  const batch: CommandBatch = { add: (command) => sent.push(command) };
  for (const command of queue) target.sendCommand(command, batch);
  for (const segment of segmentsOf(sent)) {
    if (segment.transaction === null) settlePlain(segment.commands, await outcomeOf(target, segment.commands, false));
    else await runTransaction(target, segment.commands, segment.transaction);
  }
  return queue.map((command) => command.outcome);
}

function settlePlain(commands: readonly Command[], { replies }: BatchOutcome): void {
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
  if (end?.name !== 'exec') {
    // Nothing of it would have run.
    for (const command of [multi, end]) command?.succeed(OK);
    for (const command of commands) command.succeed(QUEUED);
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
