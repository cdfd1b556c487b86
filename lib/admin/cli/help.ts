import type { Command, OptionHelps } from './command.js';
import { COMMON } from './common-options.js';

/** What the groups of commands are for. */
const GROUPS: Readonly<Record<string, string>> = {
  cluster:
    'HOST:PORT is any node of the cluster, or a URL such as rediss://user@host:port.\nNODE is host:port, a node id, or the beginning of one.',
};

/** Help for a command by its whole name, for a group of commands, or for all (null). */
export function helpFor(commands: readonly Command[], name: string | undefined): string {
  const command = commands.find((each) => each.name === name);
  return command !== undefined ? helpOfCommand(command) : helpOfGroup(commands, name);
}

/** Every command in two lines. */
function helpOfGroup(commands: readonly Command[], group: string | undefined): string {
  const shown = group === undefined ? commands : commands.filter(({ name }) => name.startsWith(`${group} `));
  const prefix = group === undefined ? '' : `${group} `;
  const lines = shown.map(({ name, usage, what }) => `  ${name.slice(prefix.length)} ${usage}\n      ${what}`);
  const notes = group === undefined ? Object.values(GROUPS) : Object.hasOwn(GROUPS, group) ? [GROUPS[group]] : [];
  return `usage: slotwise ${prefix}COMMAND … [options]

${lines.join('\n')}

${notes.map((note) => `${note}\n`).join('')}For the options of a command: slotwise ${prefix}COMMAND --help
`;
}

/** One command with its options. */
function helpOfCommand({ name, usage, what, options }: Command): string {
  return `usage: slotwise ${name} ${usage}

${what}

${Object.keys(options).length === 0 ? '' : `${list(options)}\n\n`}Every command:
${list(COMMON)}
`;
}

function list(options: OptionHelps): string {
  return Object.entries(options)
    .map(([option, { what, value }]) => `  ${`--${option}${value === undefined ? '' : ` ${value}`}`.padEnd(24)} ${what}`)
    .join('\n');
}
