import type { CommandContext } from './command.js';
import { StoppedError } from './interrupt.js';
import { UsageError } from './usage-error.js';

/**
 * Lets the user decide whether to go on with what was shown. Resolves if so; with `--yes` nobody is asked. Throws a `StoppedError` if not,
 * and a `UsageError` where nobody can be asked.
 */
export async function askToGoOn({ options, process, interrupt }: CommandContext): Promise<void> {
  if (options.yes === true) return;
  if (process.confirm === null) throw new UsageError('nobody can be asked whether to go on: add --yes, or --dry-run to see the plan only');
  if (!(await process.confirm('Go on? [y/N] ', interrupt.signal))) throw new StoppedError();
}
