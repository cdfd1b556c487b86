import type { Command, OptionHelps } from './command.js';
import { COMMON } from './common-options.js';

/** What the groups of commands are for. */
const GROUPS: Readonly<Record<string, string>> = {
  cluster:
    'HOST:PORT is any node of the cluster, or a URL such as rediss://user@host:port.\nNODE is host:port, a node id, or the beginning of one.',
  ring: 'FILE has a topology as JSON: { "kind": "ring", "members": { "a": "10.0.0.1:6379", … }, "placement": { "as": "twemproxy" } }.\nA URL, as redis+cluster://host,host, or HOST:PORT may stand in its place.',
};

/** Help for a command by its whole name, for a group of commands, or for all (null). */
export function helpFor(commands: readonly Command[], name: string | undefined): string {
  const command = commands.find((each) => each.name === name);
  return command !== undefined ? helpOfCommand(command) : helpOfGroup(commands, name);
}

/** Every command of a group in two lines; of all commands those without a group, and the groups. */
function helpOfGroup(commands: readonly Command[], group: string | undefined): string {
  const prefix = group === undefined ? '' : `${group} `;
  const shown = commands.filter(({ name }) => name.startsWith(prefix) && (group !== undefined || !name.includes(' ')));
  const lines = shown.map(({ name, usage, what }) => `  ${name.slice(prefix.length)} ${usage}\n      ${what}`);
  const note = group !== undefined && Object.hasOwn(GROUPS, group) ? `${GROUPS[group]}\n` : '';
  return `usage: slotwise ${prefix}COMMAND … [options]

${[...lines, ...(group === undefined ? groupLines(commands) : [])].join('\n')}

${note}For the options of a command: slotwise ${prefix}COMMAND --help
`;
}

/** The groups with the names of their commands. */
function groupLines(commands: readonly Command[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name } of commands) {
    const [group = '', own] = name.split(' ');
    if (own !== undefined) names.set(group, [...(names.get(group) ?? []), own]);
  }
  return [...names].map(([group, own]) => `  ${group} COMMAND …\n${wrapped(own.join(', '))}`);
}

/** Lines of at most 90 columns. */
function wrapped(text: string): string {
  return text.replace(/(.{1,84})(?: |$)/g, '      $1\n').trimEnd();
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
