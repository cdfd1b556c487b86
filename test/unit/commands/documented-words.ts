import { readdirSync, readFileSync } from 'node:fs';

/** An argument as `COMMAND DOCS` describes it: https://redis.io/docs/latest/commands/command-docs/ */
interface Argument {
  readonly token?: string;
  readonly arguments?: readonly Argument[];
}

interface Capture {
  readonly commands: Readonly<Record<string, { readonly arguments?: readonly Argument[] }>>;
}

/** Words of the grammar that stand where a caller gives a value, and are none of ours. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'XGROUP SETID': ['$'],
};

let captures: readonly Capture[] | undefined;

/** The words of the command's grammar, options and their choices, as any server of `captures/` documents it. */
export function documentedWords(name: string): readonly string[] {
  captures ??= readdirSync('captures').map((file) => JSON.parse(readFileSync(`captures/${file}`, 'utf8')) as Capture);
  const words = captures.flatMap(({ commands }) => tokensOf(commands[name]?.arguments ?? []));
  return [...new Set(words)].filter((word) => VALUES[name]?.includes(word) !== true);
}

/** A token may be several words: `CONFIG SET` in the grammar of `SENTINEL`. */
function tokensOf(list: readonly Argument[]): string[] {
  return list.flatMap((argument) => [...(argument.token?.split(' ') ?? []), ...tokensOf(argument.arguments ?? [])]);
}
