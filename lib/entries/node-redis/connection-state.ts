import type { RedisArgument } from './command-parser.js';

/** What a command does to its connection. `own`: it needs one of its own, for good. `wait`: it counts the writes before it. */
export type StateEffect = 'own' | 'wait' | { readonly refused: string };

const SUBSCRIBED = { refused: 'use the method with a listener: subscribe(channel, listener)' };

/** Commands that concern the connection they come through, by their first word, some by their second. */
const EFFECTS: ReadonlyMap<string, StateEffect | ReadonlyMap<string, StateEffect>> = new Map<
  string,
  StateEffect | ReadonlyMap<string, StateEffect>
>([
  ['SELECT', 'own'],
  ['AUTH', 'own'],
  ['HELLO', 'own'],
  ['READONLY', 'own'],
  ['READWRITE', 'own'],
  ['RESET', 'own'],
  ['ASKING', 'own'],
  ['WATCH', 'own'],
  ['UNWATCH', 'own'],
  ['MULTI', 'own'],
  ['EXEC', 'own'],
  ['DISCARD', 'own'],
  ['WAIT', 'wait'],
  ['WAITAOF', 'wait'],
  [
    'CLIENT',
    new Map<string, StateEffect>([
      ['CACHING', 'own'],
      ['NO-EVICT', 'own'],
      ['NO-TOUCH', 'own'],
      ['SETNAME', 'own'],
      ['TRACKING', 'own'],
    ]),
  ],
  ['SUBSCRIBE', SUBSCRIBED],
  ['PSUBSCRIBE', SUBSCRIBED],
  ['SSUBSCRIBE', SUBSCRIBED],
  ['UNSUBSCRIBE', SUBSCRIBED],
  ['PUNSUBSCRIBE', SUBSCRIBED],
  ['SUNSUBSCRIBE', SUBSCRIBED],
  ['QUIT', { refused: 'use close() or destroy()' }],
  ['MONITOR', { refused: 'shared connections carry replies only: use redis-cli monitor' }],
]);

/** The effect of a command on its connection; undefined: none. */
export function stateEffectOf(args: readonly RedisArgument[]): StateEffect | undefined {
  const [name] = args;
  // Methods write names in capitals.
  const found = EFFECTS.get(name as string) ?? EFFECTS.get(String(name).toUpperCase());
  return found instanceof Map ? found.get(String(args[1]).toUpperCase()) : (found as StateEffect | undefined); // no map, as just seen
}
