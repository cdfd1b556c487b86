import type { Command } from './command.js';
import type { Commander } from './commander.js';

/** What became of commands that were sent together. */
export interface BatchOutcome {
  /** Their replies as they came, in order, an error in its place; null: a watched key had changed, and none has run. */
  readonly replies: readonly unknown[] | null;
  /** The transaction was not run: what EXEC answered. `replies` then has the errors of the commands that were refused. */
  readonly aborted?: Error;
}

/**
 * Object with a connection: `Redis` or `Cluster`, as pipelines and scripts see it. `sendCommand(command, batch)` sends nothing: it refuses the
 * command, or tells the batch of it. Tracing vendors patch `sendCommand`, and see the commands of pipelines by that.
 */
export interface CommandTarget extends Commander {
  readonly isCluster: boolean;
  sendCommand(command: Command, batch?: CommandBatch): unknown;
  /**
   * Runs commands together; as a transaction: between MULTI and EXEC, which are not among them. Rejects where none of them could be sent.
   * Does not settle the commands.
   */
  execute(commands: readonly Command[], transaction: boolean): Promise<BatchOutcome>;
}

/** Commands of a pipeline on their way through `sendCommand`. */
export interface CommandBatch {
  add(command: Command): void;
}
