import { runCommandLine } from '../../../lib/admin/cli/command-line.js';

/** Runs `slotwise …` in this process. */
export async function slotwise(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const texts = { out: '', err: '' };
  const code = await runCommandLine(args, {
    stdout: { write: (text) => (texts.out += text) },
    stderr: { write: (text) => (texts.err += text) },
    env: {},
    confirm: null,
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  });
  return { code, ...texts };
}
