import type { ReplyError } from '../errors.js';
import type { Arg, Raw } from './command-spec.js';
import { parseReplyError } from './resp/reply-error.js';

/** The place that keys are moved to by MIGRATE: https://redis.io/docs/latest/commands/migrate/ */
export interface MigrateTarget {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** Longest wait of the source for each step of the target, in whole ms from 1. The source serves nobody meanwhile. */
  readonly timeoutMs: number;
  /** How the source logs in at the target; null: not at all. */
  readonly login: { readonly username?: string; readonly password: string } | null;
}

/**
 * Arguments of MIGRATE, without COPY and REPLACE: a key that the target has is left alone in both places. One key goes by name, because
 * KEYS came with 3.0.6; the empty key only by KEYS. AUTH2 came with 6.0, so that a password without user goes by AUTH.
 */
export function migrateArgs({ host, port, database, timeoutMs, login }: MigrateTarget, keys: readonly Arg[]): readonly Arg[] {
  const [first = ''] = keys;
  const isOne = keys.length === 1 && !isEmpty(first);
  const { username, password = '' } = login ?? {};
  const auth = login === null ? [] : username === undefined ? ['AUTH', password] : ['AUTH2', username, password];
  return [host, port, isOne ? first : '', database, Math.max(1, Math.round(timeoutMs)), ...auth, ...(isOne ? [] : ['KEYS', ...keys])];
}

function isEmpty(key: Arg): boolean {
  return ArrayBuffer.isView(key) ? key.byteLength === 0 : key === '';
}

/**
 * What a MIGRATE has come to. Several keys go one by one: whatever is said of them, some may have been moved.
 *
 * | kind | means | what follows |
 * |---|---|---|
 * | moved | the target has each key that the source had, the source has none of them | |
 * | absent | the source had none of the keys | |
 * | duplicate | the target has the key, and so has the source, which has kept its own | somebody decides which one counts |
 * | elsewhere | this target does not take the key: it is a replica, or of another slot | another target |
 * | again | the trouble may pass, on the way or at the target | the same again |
 * | full | the target has no memory for the key | |
 * | refused | nothing changes until a person corrects something | |
 * | source | the source has not begun, for a reason that any command could have met there (MOVED, LOADING, READONLY …) | as for any command |
 */
export type MigrateKind = 'moved' | 'absent' | 'duplicate' | 'elsewhere' | 'again' | 'full' | 'refused' | 'source';

export interface MigrateVerdict {
  readonly kind: MigrateKind;
  /** The target may have a copy of a key that the source has kept. Where it was sent to a database that is none, in database 0. */
  readonly copied: boolean;
  /** Error of the node that gave it, the target's in its own words; null: there is none. */
  readonly error: ReplyError | null;
  readonly by: 'source' | 'target';
}

/** Rule for error replies to a MIGRATE. */
export interface MigrateRule {
  readonly by: MigrateVerdict['by'];
  readonly text: RegExp;
  readonly kind: MigrateKind;
  readonly copied: boolean;
  readonly why: string;
}

/**
 * Rules for the error replies, the first that fits counts. Compared with Redis 7.0.15 and 8.6.3 and Valkey 9.1.2; source: `migrateCommand`
 * in cluster.c. The source writes AUTH, SELECT and RESTORE at once and reads
 * the replies then: RESTORE is executed although AUTH or SELECT was refused, and the source keeps the key because of that refusal.
 */
export const MIGRATE_RULES: readonly MigrateRule[] = [
  { by: 'target', text: /^BUSYKEY /, kind: 'duplicate', copied: true, why: 'RESTORE without REPLACE; also of our own copy, tried again' },
  { by: 'target', text: /^(?:MOVED|ASK) \d+ \S+/, kind: 'elsewhere', copied: false, why: 'the slot is, or goes, elsewhere' },
  { by: 'target', text: /^(?:READONLY|REDIRECT) /, kind: 'elsewhere', copied: false, why: 'a replica' },
  {
    by: 'target',
    text: /^(?:CLUSTERDOWN|LOADING|MASTERDOWN|TRYAGAIN|BUSY|MISCONF|NOREPLICAS) /,
    kind: 'again',
    copied: false,
    why: 'refused before it ran',
  },
  { by: 'target', text: /^ERR max number of clients/, kind: 'again', copied: false, why: 'closed before it ran' },
  { by: 'target', text: /^OOM /, kind: 'full', copied: false, why: 'refused before it ran' },
  { by: 'target', text: /^(?:NOAUTH|DENIED) /, kind: 'refused', copied: false, why: 'the target wants a login' },
  { by: 'target', text: /^(?:WRONGPASS|NOPERM) /, kind: 'refused', copied: true, why: 'the default user may run RESTORE nevertheless' },
  { by: 'target', text: /^ERR (?:AUTH <password> called|Client sent AUTH)/, kind: 'refused', copied: true, why: 'it wants no login' },
  {
    by: 'target',
    text: /^ERR (?:DB index is out of range|SELECT is not allowed)/,
    kind: 'refused',
    copied: true,
    why: 'RESTORE into database 0',
  },
  {
    by: 'target',
    text: /^ERR (?:DUMP payload version|Bad data format)/,
    kind: 'refused',
    copied: false,
    why: 'the target is older than the source, or another product, or lacks a module',
  },
  { by: 'target', text: /^/, kind: 'refused', copied: true, why: 'unknown' },
  // A refused connection is told as an error writing: the connect does not wait for its own outcome.
  { by: 'source', text: /^IOERR .* connecting /, kind: 'again', copied: false, why: 'no connection' },
  { by: 'source', text: /^IOERR /, kind: 'again', copied: true, why: 'the target may have executed what it did not answer' },
  { by: 'source', text: /^NOPERM .*'migrate' command/i, kind: 'refused', copied: false, why: 'ACL of the source' },
  { by: 'source', text: /^ERR unknown (?:sub)?command/i, kind: 'refused', copied: false, why: 'renamed, or a service without it' },
  { by: 'source', text: /^ERR syntax error/i, kind: 'refused', copied: false, why: 'AUTH2 before 6.0, KEYS before 3.0.6' },
  { by: 'source', text: /^/, kind: 'source', copied: false, why: 'the source has not begun' },
];

const OF_TARGET = /^ERR Target instance replied with error: /;
const NO_ERROR = { copied: false, error: null, by: 'source' } as const;

/** What follows from the reply that is no error. */
export function verdictOfReply(reply: Raw): MigrateVerdict {
  const text = Buffer.isBuffer(reply) ? reply.toString() : reply;
  return { kind: text === 'NOKEY' ? 'absent' : 'moved', ...NO_ERROR };
}

/** What follows from an error reply of the source, which may be in the target's words. */
export function verdictOfError(error: ReplyError): MigrateVerdict {
  const words = error.message.replace(OF_TARGET, '').trimEnd();
  const by = OF_TARGET.test(error.message) ? 'target' : 'source';
  const rule = MIGRATE_RULES.find((candidate) => candidate.by === by && candidate.text.test(words));
  const { kind = 'refused', copied = true } = rule ?? {};
  return { kind, copied, error: by === 'target' ? parseReplyError(words) : error, by };
}
