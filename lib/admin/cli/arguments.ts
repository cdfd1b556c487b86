import { mask } from '../../options/secrets.js';
import { suggest } from '../../util/suggestion.js';
import type { Command, OptionHelps, OptionValues } from './command.js';
import { COMMON } from './common-options.js';
import { helpFor } from './help.js';
import { UsageError } from './usage-error.js';

/** A command line after parsing. */
export type ParsedArguments =
  | { readonly kind: 'command'; readonly command: Command; readonly words: readonly string[]; readonly options: OptionValues }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** Words and options in the order in which they were given. */
interface Tokens {
  readonly words: readonly string[];
  readonly options: readonly { readonly name: string; readonly value: string | true }[];
}

/** Parses a command line. Throws a `UsageError`. */
export function parseArguments(args: readonly string[], commands: readonly Command[]): ParsedArguments {
  const { words, options } = tokensOf(args, commands);
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (has('version')) return { kind: 'version' };
  const asked = words[0] === 'help' ? words.slice(1) : words.at(-1) === 'help' ? words.slice(0, -1) : words;
  const isHelp = has('help') || asked !== words;
  const command = commandNamed(asked, commands);
  if (command === null) {
    const [group, name] = asked;
    const isGroup = group !== undefined && commands.some((each) => each.name.startsWith(`${group} `));
    if (group === undefined || (isGroup && (name === undefined || isHelp))) return { kind: 'help', text: helpFor(commands, group) };
    throw new UsageError(unknownCommand(asked, commands, isGroup));
  }
  if (has('help') || asked !== words) return { kind: 'help', text: helpFor(commands, command.name) };
  const rest = words.slice(command.name.split(' ').length);
  const values = valuesOf(options, command);
  if (rest.length < command.words[0] || rest.length > command.words[1]) {
    throw new UsageError(`expected: slotwise ${command.name} ${command.usage}`);
  }
  return { kind: 'command', command, words: rest, options: values };
}

function commandNamed([first = '', second = '']: readonly string[], commands: readonly Command[]): Command | null {
  return commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first) ?? null;
}

function unknownCommand([first = '', second = '']: readonly string[], commands: readonly Command[], isGroup: boolean): string {
  if (isGroup) {
    const known = commands.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
    return `there is no slotwise ${first} ${mask(second)}; ${suggest(second, known)}`;
  }
  // The group was forgotten, or another one was meant.
  const meant = commands.find(({ name }) => name.endsWith(` ${first}`));
  const known = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  const hint = meant === undefined ? suggest(first, known) : `did you mean slotwise ${meant.name}?`;
  return `there is no slotwise ${mask(first)}; ${hint}`;
}

function tokensOf(args: readonly string[], commands: readonly Command[]): Tokens {
  const helps: OptionHelps = { ...Object.fromEntries(commands.flatMap(({ options }) => Object.entries(options))), ...COMMON };
  const words: string[] = [];
  const options: { name: string; value: string | true }[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    // A negative number is an argument of a command.
    if (arg === '-' || !arg.startsWith('-') || /^-\d/.test(arg)) {
      words.push(arg);
      continue;
    }
    if (arg === '--') {
      words.push(...args.slice(at + 1));
      break;
    }
    const [, name = '', inline] = /^--([^=]*)(?:=(.*))?$/s.exec(arg === '-h' ? '--help' : arg) ?? [];
    const help = Object.hasOwn(helps, name) ? helps[name] : undefined;
    // Names are checked later, when the command is known; a value that follows an unknown one may be a word.
    if (help?.value === undefined) {
      if (inline !== undefined && (help !== undefined || name === 'help' || name === 'version'))
        throw new UsageError(`--${name} is a switch: it takes no value`);
      options.push({ name: name === '' ? arg : name, value: inline ?? true });
      continue;
    }
    const next = args[at + 1];
    // A file or a name that begins with a dash, and a password, may stand behind an equals sign.
    if ((inline ?? next ?? '') === '' || (inline === undefined && next !== undefined && /^-(?!\d)./.test(next))) {
      throw new UsageError(`--${name} needs a value: --${name} ${help.value}`);
    }
    options.push({ name, value: inline ?? next ?? '' });
    if (inline === undefined) at++;
  }
  return { words, options };
}

function valuesOf(given: Tokens['options'], command: Command): OptionValues {
  const known: OptionHelps = { ...command.options, ...COMMON };
  const values: Record<string, string | boolean | readonly string[]> = {};
  for (const { name, value } of given) {
    const help = Object.hasOwn(known, name) ? known[name] : undefined;
    if (help === undefined) {
      const shown = name.startsWith('-') ? mask(name) : `--${mask(name)}`;
      const hint = suggest(name, Object.keys(known));
      const more = hint.startsWith('did') ? hint.replace('mean ', 'mean --') : `see: slotwise ${command.name} --help`;
      throw new UsageError(`slotwise ${command.name} has no option ${shown}; ${more}`);
    }
    const before = values[name];
    if (before !== undefined && help.many !== true) throw new UsageError(`--${name} is given twice`);
    values[name] = help.many === true ? [...(Array.isArray(before) ? (before as readonly string[]) : []), String(value)] : value;
  }
  return values;
}
