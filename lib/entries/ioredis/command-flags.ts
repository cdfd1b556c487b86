const SUBSCRIBING = ['subscribe', 'psubscribe', 'ssubscribe'] as const;
const UNSUBSCRIBING = ['unsubscribe', 'punsubscribe', 'sunsubscribe'] as const;

/** Names of commands by what ioredis does with them. */
export const FLAGS = {
  VALID_IN_SUBSCRIBER_MODE: [...SUBSCRIBING, ...UNSUBSCRIBING, 'ping', 'quit'],
  VALID_IN_MONITOR_MODE: ['monitor', 'auth'],
  ENTER_SUBSCRIBER_MODE: SUBSCRIBING,
  EXIT_SUBSCRIBER_MODE: UNSUBSCRIBING,
  WILL_DISCONNECT: ['quit'],
  HANDSHAKE_COMMANDS: ['auth', 'hello', 'select', 'client', 'readonly', 'info'],
  IGNORE_RECONNECT_ON_ERROR: ['client'],
  BLOCKING_COMMANDS: [
    'blpop',
    'brpop',
    'brpoplpush',
    'blmove',
    'blmovem',
    'bzpopmin',
    'bzpopmax',
    'bzmpop',
    'blmpop',
    'xread',
    'xreadgroup',
  ],
  LAST_ARG_TIMEOUT_COMMANDS: ['blpop', 'brpop', 'brpoplpush', 'blmove', 'bzpopmin', 'bzpopmax'],
  FIRST_ARG_TIMEOUT_COMMANDS: ['bzmpop', 'blmpop'],
  BLOCK_OPTION_COMMANDS: ['xread', 'xreadgroup'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type CommandFlag = keyof typeof FLAGS;

/** Whether a command, in any spelling, has the flag. */
export function hasFlag(flag: CommandFlag, name: string): boolean {
  const names: readonly string[] = FLAGS[flag];
  return names.includes(name.toLowerCase());
}

/**
 * Whether programs send a command and let its promise be, because ioredis sends it again when its connection breaks. A rejection would end
 * their process: https://nodejs.org/api/process.html#event-unhandledrejection
 */
export function isRarelyAwaited(name: string): boolean {
  return name === 'publish' || name === 'spublish';
}
