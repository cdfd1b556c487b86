import type { Answer } from '../resp-server.js';
import type { CommandCall } from './command-call.js';
import { type CommandFacts, commandFacts, keyFinder } from './command-facts.js';

export type Run = (call: CommandCall) => Answer;

/** What commands do, by name in capitals; a subcommand with the name of its container: `CLIENT LIST`. */
export type RuleTable = Readonly<Record<string, Run>>;

/** What a server knows of a command. The facts are captured from a real server: https://redis.io/docs/latest/commands/command/ */
export interface CommandRule {
  readonly name: string;
  /** As errors have it: `client|list`. */
  readonly shownName: string;
  readonly facts: CommandFacts;
  /** `write` and `readonly` as the server flags them; `none`: neither. */
  readonly kind: 'write' | 'readonly' | 'none';
  /** Number of words: negative is "at least". */
  readonly arity: number;
  readonly keys: (words: readonly string[]) => readonly string[];
  /** It has keys, or may have some: a cluster checks its slot. */
  readonly hasKeys: boolean;
  /** It has subcommands, and is none itself. */
  readonly isContainer: boolean;
  /** It runs before the client has logged in. */
  readonly noAuth: boolean;
  /** It runs while the data set is loaded. */
  readonly whileLoading: boolean;
  /** It runs on a replica without its primary. */
  readonly whileStale: boolean;
  readonly noMulti: boolean;
  readonly noScript: boolean;
  /** MULTI does not queue it. */
  readonly notQueued: boolean;
  /** It may write, or is sent on to replicas without one: a pause of writes holds it. */
  readonly mayReplicate: boolean;
  readonly deniesMemory: boolean;
  readonly isBlocking: boolean;
  /** A client of RESP2 with subscriptions may send it. */
  readonly whileSubscribed: boolean;
  /** null: the model does not have it, although a real server does. */
  readonly run: Run | null;
}

/** https://github.com/redis/redis/blob/7.2/src/server.c (`processCommand`, above `queueMultiCommand`) */
const NOT_QUEUED: ReadonlySet<string> = new Set(['EXEC', 'DISCARD', 'MULTI', 'WATCH', 'QUIT', 'RESET']);
/** Flag `MAY_REPLICATE`, which COMMAND does not tell: https://github.com/redis/redis/tree/7.2/src/commands */
const MAY_REPLICATE: ReadonlySet<string> = new Set(['EVAL', 'EVALSHA', 'FCALL', 'PUBLISH', 'SPUBLISH', 'PFCOUNT']);
/** https://github.com/redis/redis/blob/7.2/src/server.c (`processCommand`: "only allow a subset of commands in the context of Pub/Sub") */
const WHILE_SUBSCRIBED: ReadonlySet<string> = new Set([
  ...['PING', 'SUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'SUNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE', 'QUIT', 'RESET'],
]);

function ruleOf(name: string, facts: CommandFacts, run: Run | null): CommandRule {
  const has = (flag: string): boolean => facts.flags.includes(flag);
  return {
    name,
    shownName: name.toLowerCase().replace(' ', '|'),
    facts,
    kind: has('write') ? 'write' : has('readonly') ? 'readonly' : 'none',
    arity: facts.arity,
    keys: keyFinder(facts),
    hasKeys: (facts.keySpecs ?? []).length > 0,
    isContainer: facts.container === true,
    noAuth: has('no_auth'),
    whileLoading: has('loading'),
    whileStale: has('stale'),
    noMulti: has('no_multi'),
    noScript: has('noscript'),
    notQueued: NOT_QUEUED.has(name),
    mayReplicate: has('write') || MAY_REPLICATE.has(name),
    deniesMemory: has('denyoom'),
    isBlocking: has('blocking'),
    whileSubscribed: WHILE_SUBSCRIBED.has(name),
    run,
  };
}

export type Rules = ReadonlyMap<string, CommandRule>;

/** The rules of a server of this version. */
export function rulesOf(product: 'redis' | 'valkey', version: string, tables: readonly RuleTable[]): Rules {
  const runs = new Map(tables.flatMap((table) => Object.entries(table)));
  const rules = new Map<string, CommandRule>();
  for (const [name, facts] of commandFacts(product, version)) rules.set(name, ruleOf(name, facts, runs.get(name) ?? null));
  return rules;
}
