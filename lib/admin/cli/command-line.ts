import type { AccessOptions } from '../../options/access.js';
import { printable } from '../../util/printable.js';
import { VERSION } from '../../version.js';
import { accessOf } from './access.js';
import { type ParsedArguments, parseArguments } from './arguments.js';
import type { Access, Command, CommandContext, CommandResult } from './command.js';
import { COMMANDS } from './commands.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import { Interrupt, StoppedError } from './interrupt.js';
import { errorJson, jsonText } from './json.js';
import { namedNodes } from './node-words.js';
import type { Process } from './process.js';
import { line } from './render.js';
import { errorText } from './report.js';
import { forReader } from './text-width.js';
import { UsageError } from './usage-error.js';

const INSECURE = 'warning: --insecure: certificates are not checked, so whoever is between here and a server can read the password\n';

/** What a report of an error needs to know of the command. */
interface Told {
  /** The servers were to be asked over TLS. */
  usesTls: boolean;
}

/** Runs one command line. Resolves with the exit code (`EXIT`). Never rejects. */
export async function runCommandLine(args: readonly string[], process: Process, commands: readonly Command[] = COMMANDS): Promise<number> {
  const told: Told = { usesTls: false };
  try {
    const parsed = parseArguments(args, commands);
    if (parsed.kind === 'command') return await execute(parsed, process, told);
    process.stdout.write(parsed.kind === 'version' ? `slotwise ${VERSION}\n` : parsed.text);
    return EXIT.ok;
  } catch (error) {
    const code = error instanceof StoppedError ? EXIT.stopped : exitCodeOf(error);
    const message = errorText(error, told.usesTls);
    if (wantsJson(args)) process.stdout.write(jsonText({ error: errorJson(error, message), exitCode: code }));
    else process.stderr.write(line(`slotwise: ${message}`));
    return code;
  }
}

/** Whether JSON is asked for, by words that cannot be parsed. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes('--json');
}

async function execute(parsed: Extract<ParsedArguments, { kind: 'command' }>, process: Process, told: Told): Promise<number> {
  const { command, words, options } = parsed;
  const json = options.json === true;
  const opened: { close(): void }[] = [];
  using interrupt = new Interrupt(process);
  const typed = options.askpass === true ? await askForPassword(process, interrupt) : null;
  const access = (url: AccessOptions = {}): Access => {
    const found = accessOf(options, process.env, url, typed);
    told.usesTls = found.tls !== undefined && found.tls !== false;
    return found;
  };
  if (options.insecure === true) process.stderr.write(INSECURE);
  const context: CommandContext = {
    command,
    words,
    options,
    process,
    interrupt,
    json,
    output: json ? process.stderr : process.stdout,
    access,
    adminOptions: (given) => {
      const { nodes, access: url } = namedNodes(given);
      return { nodes, ...access(url) };
    },
    use: (one) => {
      opened.push(one);
      return one;
    },
  };
  try {
    // What is not under way yet ends at once: its connections are closed, and its own end is not waited for.
    const result: CommandResult = await Promise.race([command.run(context), interrupt.stopped]);
    const text = json ? (result.json === undefined ? '' : jsonText(result.json)) : forReader(printable(result.text, '\n'), process.stdout);
    if (text !== '') process.stdout.write(text);
    return result.code;
  } finally {
    for (const one of opened) one.close();
  }
}

async function askForPassword({ readSecret }: Process, interrupt: Interrupt): Promise<string> {
  if (readSecret === undefined) throw new UsageError('--askpass: nobody can be asked');
  const typed = await Promise.race([readSecret('Password: ', interrupt.signal), interrupt.stopped]);
  if (typed === null) throw new StoppedError();
  if (typed === '') throw new UsageError('--askpass: expected a password, got an empty line');
  return typed;
}
