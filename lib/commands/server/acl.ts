import { command } from '../../protocol/catalog/specs.js';
import type { Raw } from '../../protocol/command-spec.js';
import { type Ok, toList, toNumber, toObject } from '../decode.js';
import { CommandGroup, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { all, keyAnd } from '../tokens.js';

const ACL_CAT = command('ACL CAT');
const ACL_DELUSER = command('ACL DELUSER');
const ACL_DRYRUN = command('ACL DRYRUN');
const ACL_GENPASS = command('ACL GENPASS');
const ACL_GETUSER = command('ACL GETUSER');
const ACL_HELP = command('ACL HELP');
const ACL_LIST = command('ACL LIST');
const ACL_LOAD = command('ACL LOAD');
const ACL_LOG = command('ACL LOG');
const ACL_SAVE = command('ACL SAVE');
const ACL_SETUSER = command('ACL SETUSER');
const ACL_USERS = command('ACL USERS');
const ACL_WHOAMI = command('ACL WHOAMI');

/** Permissions, as ACL rules. */
export interface AclSelector<Text> {
  commands: Text;
  keys: Text;
  channels: Text;
  /** Valkey 9. */
  databases?: Text;
}
export interface AclUser<Text> extends AclSelector<Text> {
  flags: string[];
  /** SHA-256 of each. */
  passwords: Text[];
  selectors: AclSelector<Text>[];
}

/** Entry of the ACL log: something that was denied. */
export interface AclLogEntry<Text, I> {
  count: I;
  reason: Text;
  context: Text;
  object: Text;
  username: Text;
  'age-seconds': number;
  'client-info': Text;
  'entry-id': I;
  'timestamp-created': I;
  'timestamp-last-updated': I;
}

/** Users of a server and their rights. */
export abstract class AclCommands extends CommandGroup {
  /**
   * The categories of commands, or the commands of a category. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-cat/
   */
  aclCat(category?: string): Out<this, TextOf<this>[]> {
    return this.run(ACL_CAT, category === undefined ? [] : [category]);
  }

  /**
   * Makes a user or changes one, by rules. O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-setuser/
   * @example await redis.aclSetuser('reader', ['on', '>secret', '~news:*', '+@read']);
   */
  aclSetuser(username: string, rules: OneOrMore<string> = []): Out<this, Ok> {
    return this.run(ACL_SETUSER, keyAnd(username, rules));
  }

  /**
   * What a user may do, `null` where there is none. O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-getuser/
   */
  aclGetuser(username: string): Out<this, AclUser<TextOf<this>> | null> {
    return this.run(ACL_GETUSER, [username], toUser<TextOf<this>>);
  }

  /**
   * Deletes users, closes their connections, and gives how many there were. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-deluser/
   */
  aclDeluser(usernames: OneOrMore<string>): Out<this, IntegerOf<this>> {
    return this.run(ACL_DELUSER, all(usernames));
  }

  /**
   * Whether a user may send a command, which is not run: `OK`, or why not. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/acl-dryrun/
   */
  aclDryrun(username: string, commandName: string, args: readonly Value[] = []): Out<this, Ok | TextOf<this>> {
    return this.run(ACL_DRYRUN, [username, commandName, ...args]);
  }

  /**
   * A random password of so many bits (256), in hexadecimal. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-genpass/
   */
  aclGenpass(bits?: number): Out<this, TextOf<this>> {
    return this.run(ACL_GENPASS, bits === undefined ? [] : [bits]);
  }

  /**
   * The users with their rules, as in an ACL file. O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-list/
   */
  aclList(): Out<this, TextOf<this>[]> {
    return this.run(ACL_LIST, []);
  }

  /**
   * The names of the users. O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-users/
   */
  aclUsers(): Out<this, TextOf<this>[]> {
    return this.run(ACL_USERS, []);
  }

  /**
   * The user the connection is logged in as. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-whoami/
   */
  aclWhoami(): Out<this, TextOf<this>> {
    return this.run(ACL_WHOAMI, []);
  }

  /**
   * What was denied lately, 10 entries unless a count is given; `RESET` forgets them. O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-log/
   */
  aclLog(count?: number): Out<this, AclLogEntry<TextOf<this>, IntegerOf<this>>[]>;
  aclLog(reset: 'RESET'): Out<this, Ok>;
  aclLog(what?: number | 'RESET'): Out<this, unknown> {
    if (what === 'RESET') return this.run(ACL_LOG, [what]);
    return this.run(ACL_LOG, what === undefined ? [] : [what], toAclLog);
  }

  /**
   * Reads the users from the ACL file, all of them or none. O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-load/
   */
  aclLoad(): Out<this, Ok> {
    return this.run(ACL_LOAD, []);
  }

  /**
   * Writes the users to the ACL file. O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-save/
   */
  aclSave(): Out<this, Ok> {
    return this.run(ACL_SAVE, []);
  }

  /**
   * What the server says about `ACL`. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/acl-help/
   */
  aclHelp(): Out<this, string[]> {
    return this.run(ACL_HELP, []);
  }
}

function toUser<Text>(raw: Raw): AclUser<Text> | null {
  if (raw === null) return null;
  const { selectors = null, flags, ...user } = toObject<Raw>(raw);
  return {
    ...(user as unknown as Omit<AclUser<Text>, 'flags' | 'selectors'>),
    flags: toList(flags).map(String),
    selectors: toList(selectors).map((one) => toObject(one) as unknown as AclSelector<Text>),
  };
}

function toAclLog(raw: Raw): object[] {
  return toList(raw).map((one) => {
    const entry = toObject<Raw>(one);
    return { ...entry, 'age-seconds': toNumber(entry['age-seconds'] ?? null) };
  });
}
