/** How the servers' answers differ by product and version, where a client can tell. */
export interface Dialect {
  /** A client that has not logged in hears only that, whatever it sends. */
  readonly asksForLoginFirst: boolean;
  readonly unknownWithoutArguments: string;
  readonly inTransaction: (name: string) => string;
  readonly noScript: string;
  /** Where in a script an error came up. */
  readonly inScript: (sha: string, line: number) => string;
  readonly helloForm: string;
  readonly xreadUnbalanced: string;
  /** Ids of CLIENT LIST and CLIENT KILL that are no numbers. */
  readonly badClientId: { readonly list: string; readonly kill: string };
  /** No subcommands are an empty set in RESP3, as if the list were one. */
  readonly hasSetOfNoSubcommands: boolean;
  /** Fields of CLIENT LIST that others do not have. */
  readonly clientFields: ReadonlySet<string>;
}

const redis70: Dialect = {
  asksForLoginFirst: false,
  unknownWithoutArguments: ', with args beginning with: ',
  inTransaction: () => 'ERR Command not allowed inside a transaction',
  noScript: 'NOSCRIPT No matching script. Please use EVAL.',
  inScript: (sha, line) => ` script: ${sha}, on @user_script:${line}.`,
  helloForm: 'HELLO AUTH <user> <pass>',
  xreadUnbalanced: "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
  badClientId: { list: 'ERR Invalid client ID', kill: 'ERR client-id should be greater than 0' },
  hasSetOfNoSubcommands: true,
  clientFields: new Set(),
};

const redis72: Dialect = {
  ...redis70,
  helloForm: 'HELLO <proto> AUTH <user> <pass>',
  xreadUnbalanced: "ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.",
  clientFields: new Set(['lib-name', 'lib-ver']),
};

const redis8: Dialect = {
  ...redis72,
  unknownWithoutArguments: '',
  xreadUnbalanced: "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.",
  clientFields: new Set(['watch', 'lib-name', 'lib-ver', 'io-thread', 'tot-net-in', 'tot-net-out', 'tot-cmds']),
};

const valkey9: Dialect = {
  ...redis72,
  asksForLoginFirst: true,
  hasSetOfNoSubcommands: false,
  inTransaction: (name) => `ERR Command '${name}' not allowed inside a transaction`,
  noScript: 'NOSCRIPT No matching script.',
  inScript: (_sha, line) => ` script: on @user_script:${line}.`,
  badClientId: { list: 'ERR syntax error', kill: 'ERR syntax error' },
  clientFields: new Set(['capa', 'watch', 'lib-name', 'lib-ver', 'tot-net-in', 'tot-net-out', 'tot-cmds']),
};

/** Of Redis 7.0.15 and 8.6.3 and Valkey 9.1.2 it is compared; what lies between them speaks as the nearest that is older. */
export function dialectOf(product: 'redis' | 'valkey', isAtLeast: (major: number, minor: number) => boolean): Dialect {
  if (product === 'valkey') return isAtLeast(9, 0) ? valkey9 : redis72;
  if (isAtLeast(8, 0)) return redis8;
  return isAtLeast(7, 2) ? redis72 : redis70;
}
