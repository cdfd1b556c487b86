import { type ParseArgsConfig, parseArgs } from 'node:util';
import { mask } from '../../options/secrets.js';
import { COMMANDS, CONNECTION, type CommandName, isCommand, SWITCHES } from './commands.js';
import { helpOfAll, helpOfCommand } from './help.js';
import { UsageError } from './usage-error.js';

/** Values of options by name, as `parseArgs` gives them. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** One command that is to be carried out. */
export interface CommandRequest {
  readonly command: CommandName;
  /** Words after the command's name. */
  readonly words: readonly string[];
  readonly options: OptionValues;
}

/** A command line after parsing. */
type ParsedArguments =
  | { readonly kind: 'request'; readonly request: CommandRequest }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** Parses a command line. Throws a `UsageError`. */
export function parseArguments(args: readonly string[]): ParsedArguments {
  const { values, positionals } = parseWords(args);
  const [group, name, ...words] = positionals;
  if (values.version === true) return { kind: 'version' };
  const help = isCommand(name) ? helpOfCommand(name) : helpOfAll();
  if (values.help === true || group === undefined || group === 'help') return { kind: 'help', text: help };
  if (group !== 'cluster') throw new UsageError(`there is no slotwise ${mask(group)}; there is: slotwise cluster`);
  if (name === undefined || name === 'help') return { kind: 'help', text: helpOfAll() };
  if (!isCommand(name)) throw new UsageError(`there is no slotwise cluster ${mask(name)}; there are ${Object.keys(COMMANDS).join(', ')}`);
  const { words: bounds, options, usage } = COMMANDS[name];
  for (const option of Object.keys(values)) {
    if (!Object.hasOwn(options, option) && !Object.hasOwn(CONNECTION, option)) {
      throw new UsageError(`slotwise cluster ${name} has no option --${option}; see: slotwise cluster ${name} --help`);
    }
  }
  if (words.length < bounds[0] || words.length > bounds[1]) throw new UsageError(`expected: slotwise cluster ${usage}`);
  return { kind: 'request', request: { command: name, words, options: values } };
}

function parseWords(args: readonly string[]): { values: OptionValues; positionals: readonly string[] } {
  const names = new Set([
    ...Object.keys(CONNECTION),
    ...Object.values(COMMANDS).flatMap(({ options }) => Object.keys(options)),
    'help',
    'version',
  ]);
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of names) {
    options[name] = { type: SWITCHES.has(name) ? 'boolean' : 'string', ...(name === 'weight' ? { multiple: true } : {}) };
    if (name === 'help') options[name] = { type: 'boolean', short: 'h' };
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values as OptionValues, positionals }; // types of options made in a loop are lost
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
