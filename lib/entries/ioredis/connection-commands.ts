/** What a command does to its connection, which is one object's own then. */
export type ConnectionEffect =
  /** Told again on another connection, in its last form. */
  | 'kept'
  /** Needs its own connection, and leaves nothing behind. */
  | 'passing'
  /** Takes back what was kept. */
  | 'reset';

/** Commands that concern their connection, by name or name and subcommand. The first of them gives its object a connection of its own. */
export const CONNECTION_COMMANDS: Readonly<Record<string, ConnectionEffect>> = {
  asking: 'passing',
  auth: 'kept',
  'client caching': 'passing',
  'client capa': 'kept',
  'client import-source': 'kept',
  'client no-evict': 'kept',
  'client no-touch': 'kept',
  'client setinfo': 'passing',
  'client setname': 'kept',
  'client tracking': 'kept',
  discard: 'passing',
  exec: 'passing',
  hello: 'kept',
  multi: 'passing',
  readonly: 'kept',
  readwrite: 'kept',
  reset: 'reset',
  select: 'kept',
  unwatch: 'passing',
  wait: 'passing',
  waitaof: 'passing',
  watch: 'passing',
};

/** First words of them, for a quick look. */
export const CONNECTION_WORDS: ReadonlySet<string> = new Set(Object.keys(CONNECTION_COMMANDS).map((name) => name.split(' ', 1)[0] ?? ''));

/** Name of a command that concerns its connection, with its subcommand; null: it is none. */
export function connectionCommand(name: string, args: readonly unknown[]): string | null {
  if (!CONNECTION_WORDS.has(name)) return null;
  const full = name === 'client' ? `client ${String(args[0]).toLowerCase()}` : name;
  return Object.hasOwn(CONNECTION_COMMANDS, full) ? full : null;
}
