import { isSlotStep, type PlanStep } from '../plans/steps.js';
import { slotsText } from '../slot-list.js';
import type { CommandContext, OptionValues } from './command.js';

/** Options that say which slots; what is left of them is given as `--slots`. */
const WHICH_SLOTS: readonly string[] = ['count', 'slots', 'all'];

/**
 * The command line that goes on with what is left of a plan, as a shell takes it, without secrets. Where no slot is left to move, it is the
 * one that looks at the cluster.
 */
export function resumeLine(
  { command, words, options }: Pick<CommandContext, 'command' | 'words' | 'options'>,
  left: readonly PlanStep[],
): string {
  const slots = left.flatMap((step) => (isSlotStep(step) ? step.slots : []));
  if (command.name !== 'cluster reshard') return commandLine(command.name, words, options);
  if (slots.length === 0) return commandLine('cluster check', words, withoutOptions(options, Object.keys(command.options)));
  // A count would count anew.
  return commandLine(command.name, words, { ...withoutOptions(options, WHICH_SLOTS), slots: slotsText(slots) });
}

function withoutOptions(options: OptionValues, names: readonly string[]): OptionValues {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}

/** The variables that have a password instead of an option, by the option that may have one, as its value or in a URL. */
const VARIABLES: Readonly<Record<string, string>> = { 'to-password': 'SLOTWISE_TO_PASSWORD', to: 'SLOTWISE_TO_PASSWORD' };
const VARIABLE = 'SLOTWISE_PASSWORD';
const SECRETS: readonly string[] = ['password', 'to-password'];

function commandLine(name: string, words: readonly string[], options: OptionValues): string {
  const variables = new Set<string>();
  const shown = (word: string, variable: string): string => {
    const text = withoutPassword(word);
    if (text !== word) variables.add(variable);
    return text;
  };
  const shownWords = words.map((word) => shown(word, VARIABLE));
  const given = Object.entries(options).flatMap(([option, value]) => {
    const variable = VARIABLES[option] ?? VARIABLE;
    if (value !== undefined && SECRETS.includes(option)) {
      variables.add(variable);
      return [];
    }
    return (Array.isArray(value) ? (value as readonly string[]) : [value]).flatMap((one) =>
      one === true ? [`--${option}`] : typeof one === 'string' ? [`--${option}`, shown(one, variable)] : [],
    );
  });
  const line = ['slotwise', ...name.split(' '), ...shownWords, ...given].map(quoted).join(' ');
  if (variables.size === 0) return line;
  return `${line}  (with the password${variables.size === 1 ? '' : 's'} in ${[...variables].sort().join(' and ')})`;
}

/** A URL with its user, and without its passwords. */
function withoutPassword(word: string): string {
  if (!word.includes('://')) return word;
  return word
    .replace(
      /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@:]*):[^@]*@/i,
      (_, scheme: string, user: string) => `${scheme}${user === '' ? '' : `${user}@`}`,
    )
    .replace(/[?&]sentinelPassword=[^&]*/g, '');
}

/** A word as a POSIX shell takes it. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02 */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
