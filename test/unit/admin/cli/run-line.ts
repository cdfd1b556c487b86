import type { Command } from '../../../../lib/admin/cli/command.js';
import { runCommandLine } from '../../../../lib/admin/cli/command-line.js';
import type { Process } from '../../../../lib/admin/cli/process.js';

export interface LineRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Codes that the process was told to exit with. */
  readonly exits: readonly number[];
}

/** Runs a command line in a process that is none. `interrupt` of `more` is given a function that stands for Ctrl-C. */
export async function runLine(
  args: readonly string[],
  commands?: readonly Command[],
  { onStart, ...more }: Partial<Process> & { readonly onStart?: (interrupt: () => void) => void } = {},
): Promise<LineRun> {
  const written = { out: '', err: '' };
  const exits: number[] = [];
  const process: Process = {
    stdout: { write: (text: string) => (written.out += text) },
    stderr: { write: (text: string) => (written.err += text) },
    env: {},
    confirm: null,
    onInterrupt: (listener) => {
      onStart?.(listener);
      return () => undefined;
    },
    exit: (code) => exits.push(code),
    ...more,
  };
  const code = await runCommandLine(args, process, commands);
  return { code, ...written, exits };
}
