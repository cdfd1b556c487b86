import { SlotwiseError, show } from '../../errors.js';
import { withoutLogins } from '../../options/secrets.js';
import { printable } from '../../util/printable.js';
import { VERSION } from '../../version.js';
import { type ParsedArguments, parseArguments } from './arguments.js';
import type { Command, CommandContext, CommandResult } from './command.js';
import { COMMANDS } from './commands.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { Interrupt, StoppedError } from './interrupt.js';
import { errorJson, jsonText } from './json.js';
import { adminOptionsOf } from './option-values.js';
import type { Process } from './process.js';
import { line } from './render.js';

/** Runs one command line. Resolves with the exit code (`EXIT`). Never rejects. */
export async function runCommandLine(args: readonly string[], process: Process, commands: readonly Command[] = COMMANDS): Promise<number> {
  try {
    const parsed = parseArguments(args, commands);
    if (parsed.kind === 'command') return await execute(parsed, process);
    process.stdout.write(parsed.kind === 'version' ? `slotwise ${VERSION}\n` : parsed.text);
    return EXIT.ok;
  } catch (error) {
    const code = error instanceof StoppedError ? EXIT.stopped : exitCodeOf(error);
    // A URL may stand in any option's place.
    const message = withoutLogins(error instanceof SlotwiseError ? error.message : show(error));
    if (args.includes('--json')) process.stdout.write(jsonText({ error: errorJson(error, message), exitCode: code }));
    else process.stderr.write(line(`slotwise: ${message}`));
    return code;
  }
}

async function execute(parsed: Extract<ParsedArguments, { kind: 'command' }>, process: Process): Promise<number> {
  const { command, words, options } = parsed;
  const json = options.json === true;
  const opened: { close(): void }[] = [];
  using interrupt = new Interrupt(process);
  const context: CommandContext = {
    command,
    words,
    options,
    process,
    interrupt,
    json,
    output: json ? process.stderr : process.stdout,
    adminOptions: (nodes) => adminOptionsOf(nodes, options, process.env),
    use: (one) => {
      opened.push(one);
      return one;
    },
  };
  try {
    // What is not under way yet ends at once: its connections are closed, and its own end is not waited for.
    const result: CommandResult = await Promise.race([command.run(context), interrupt.stopped]);
    process.stdout.write(json ? jsonText(result.json) : printable(result.text, '\n'));
    return result.code;
  } finally {
    for (const one of opened) one.close();
  }
}
