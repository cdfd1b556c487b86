import { COMMANDS, CONNECTION, type CommandName } from './commands.js';

/** Help for `slotwise cluster`: every command in two lines. */
export function helpOfAll(): string {
  const lines = Object.values(COMMANDS).map(({ usage, what }) => `  ${usage}\n      ${what}`);
  return `usage: slotwise cluster COMMAND … [options]

${lines.join('\n')}

HOST:PORT is any node of the cluster, or a URL such as rediss://user@host:port.
NODE is host:port, a node id, or the beginning of one.
For the options of a command: slotwise cluster COMMAND --help
`;
}

/** Help for one command, with its options. */
export function helpOfCommand(name: CommandName): string {
  const { usage, what, options } = COMMANDS[name];
  const list = (entries: Readonly<Record<string, string>>): string =>
    Object.entries(entries)
      .map(([option, text]) => `  --${option.padEnd(18)} ${text}`)
      .join('\n');
  return `usage: slotwise cluster ${usage}

${what}

${list(options)}

Connection:
${list(CONNECTION)}
`;
}
