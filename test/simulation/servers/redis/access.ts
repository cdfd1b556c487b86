import { Failure } from '../resp.js';
import { globMatches } from './glob.js';
import type { RedisServer } from './redis-server.js';
import type { CommandRule } from './rules.js';
import type { RedisSession } from './session.js';

/** A user: of ACL rules, what a client of ours can run into. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
export interface User {
  /** null: `nopass`. */
  readonly password: string | null;
  /** Commands that it may not run, as `GET` or `CLIENT LIST`. */
  readonly denied?: readonly string[];
  /** Patterns of its keys. Default: all. */
  readonly keys?: readonly string[];
}

/** Of the rules of a user those that the model has: all commands but some, keys by patterns, a password. */
export function userOf(rules: readonly string[]): User {
  const after = (prefix: string): string[] => rules.filter((rule) => rule.startsWith(prefix)).map((rule) => rule.slice(1));
  const [password] = after('>');
  return {
    password: password ?? null,
    denied: after('-').map((name) => name.toUpperCase().replace('|', ' ')),
    keys: rules.includes('allkeys') ? ['*'] : after('~'),
  };
}

export const DEFAULT_USER = 'default';

/** Users by name. */
export type Users = ReadonlyMap<string, User>;

/** Who a fresh connection is: null where the default user has a password. */
export function freshUser(users: Users): string | null {
  return users.get(DEFAULT_USER)?.password === null ? DEFAULT_USER : null;
}

/** NOPERM; null: it may. */
export function mayRun(server: RedisServer, session: RedisSession, rule: CommandRule, words: readonly string[]): Failure | null {
  if (server.users.size === 1 || rule.noAuth) return null; // only the default user, who may do all
  const user = server.users.get(session.user ?? DEFAULT_USER);
  if (user === undefined) return null;
  const isNew = server.isAtLeast(7, 2);
  if (user.denied?.includes(rule.name) === true) {
    const who = isNew ? `User ${session.user} has` : 'this user has';
    return new Failure(`NOPERM ${who} no permissions to run the '${rule.shownName}' command`);
  }
  if (user.keys === undefined) return null;
  const { keys: patterns } = user;
  if (rule.keys(words).every((key) => patterns.some((pattern) => globMatches(pattern, key)))) return null;
  return new Failure(
    isNew ? 'NOPERM No permissions to access a key' : 'NOPERM this user has no permissions to access one of the keys used as arguments',
  );
}
