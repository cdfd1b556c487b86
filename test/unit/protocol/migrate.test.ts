import assert from 'node:assert/strict';
import type { Arg } from '../../../lib/protocol/command-spec.js';
import {
  MIGRATE_RULES,
  type MigrateKind,
  type MigrateTarget,
  migrateArgs,
  verdictOfError,
  verdictOfReply,
} from '../../../lib/protocol/migrate.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';

const target: MigrateTarget = { host: '10.0.0.2', port: 7001, database: 3, timeoutMs: 500, login: null };
const key = Buffer.from([0xff, 0]);

const forms: readonly (readonly [name: string, given: Partial<MigrateTarget>, keys: readonly Arg[], args: readonly Arg[]])[] = [
  ['one key', {}, ['k'], ['10.0.0.2', 7001, 'k', 3, 500]],
  ['one key of bytes', {}, [key], ['10.0.0.2', 7001, key, 3, 500]],
  ['a number', {}, [7], ['10.0.0.2', 7001, 7, 3, 500]],
  ['the empty key', {}, [''], ['10.0.0.2', 7001, '', 3, 500, 'KEYS', '']],
  ['the empty key, as bytes', {}, [Buffer.alloc(0)], ['10.0.0.2', 7001, '', 3, 500, 'KEYS', Buffer.alloc(0)]],
  ['many keys', {}, ['k', key], ['10.0.0.2', 7001, '', 3, 500, 'KEYS', 'k', key]],
  ['a password', { login: { password: 'p' } }, ['k'], ['10.0.0.2', 7001, 'k', 3, 500, 'AUTH', 'p']],
  ['a user', { login: { username: 'u', password: 'p' } }, ['k'], ['10.0.0.2', 7001, 'k', 3, 500, 'AUTH2', 'u', 'p']],
  [
    'a user and many keys',
    { login: { username: 'u', password: 'p' } },
    ['a', 'b'],
    ['10.0.0.2', 7001, '', 3, 500, 'AUTH2', 'u', 'p', 'KEYS', 'a', 'b'],
  ],
  // 0 would stand for a second, and a fraction is a syntax error.
  ['no time', { timeoutMs: 0 }, ['k'], ['10.0.0.2', 7001, 'k', 3, 1]],
  ['a fraction of a ms', { timeoutMs: 12.6 }, ['k'], ['10.0.0.2', 7001, 'k', 3, 13]],
];

describe('arguments of MIGRATE', () => {
  for (const [name, given, keys, args] of forms) {
    it(name, () => assert.deepEqual(migrateArgs({ ...target, ...given }, keys), args));
  }
});

const THROUGH = 'ERR Target instance replied with error: ';
/** As Redis 7.0.15 and 8.6.3 and Valkey 9.1.2 answered, where they could be made to. */
const errors: readonly (readonly [text: string, kind: MigrateKind, copied: boolean, code: string])[] = [
  [`${THROUGH}BUSYKEY Target key name already exists.\r`, 'duplicate', true, 'BUSYKEY'],
  [`${THROUGH}MOVED 15193 127.0.0.1:18404`, 'elsewhere', false, 'MOVED'],
  [`${THROUGH}ASK 2610 127.0.0.1:18404`, 'elsewhere', false, 'ASK'],
  [`${THROUGH}READONLY You can't write against a read only replica.`, 'elsewhere', false, 'READONLY'],
  [`${THROUGH}REDIRECT 127.0.0.1:18404`, 'elsewhere', false, 'REDIRECT'],
  [`${THROUGH}CLUSTERDOWN Hash slot not served`, 'again', false, 'CLUSTERDOWN'],
  [`${THROUGH}LOADING Redis is loading the dataset in memory`, 'again', false, 'LOADING'],
  [`${THROUGH}BUSY Valkey is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.`, 'again', false, 'BUSY'],
  [`${THROUGH}NOREPLICAS Not enough good replicas to write.`, 'again', false, 'NOREPLICAS'],
  [`${THROUGH}MISCONF Errors writing to the AOF file: No space left on device`, 'again', false, 'MISCONF'],
  [`${THROUGH}ERR max number of clients reached`, 'again', false, 'ERR'],
  [`${THROUGH}OOM command not allowed when used memory > 'maxmemory'.`, 'full', false, 'OOM'],
  [`${THROUGH}NOAUTH Authentication required.`, 'refused', false, 'NOAUTH'],
  [`${THROUGH}DENIED Redis is running in protected mode`, 'refused', false, 'DENIED'],
  [`${THROUGH}WRONGPASS invalid username-password pair or user is disabled.`, 'refused', true, 'WRONGPASS'],
  [`${THROUGH}NOPERM User u has no permissions to run the 'select' command`, 'refused', true, 'NOPERM'],
  [`${THROUGH}ERR AUTH <password> called without any password configured for the default user.`, 'refused', true, 'ERR'],
  [`${THROUGH}ERR DB index is out of range`, 'refused', true, 'ERR'],
  [`${THROUGH}ERR SELECT is not allowed in cluster mode`, 'refused', true, 'ERR'],
  [`${THROUGH}ERR DUMP payload version or checksum are wrong`, 'refused', false, 'ERR'],
  [`${THROUGH}ERR Bad data format`, 'refused', false, 'ERR'],
  [`${THROUGH}NEWS of a later release`, 'refused', true, 'NEWS'],
  ['IOERR error or timeout connecting to the client', 'again', false, 'IOERR'],
  ['IOERR error or timeout writing to target instance', 'again', true, 'IOERR'],
  ['IOERR error or timeout reading to target instance', 'again', true, 'IOERR'],
  ["NOPERM this user has no permissions to run the 'migrate' command", 'refused', false, 'NOPERM'],
  ["NOPERM User default has no permissions to run the 'migrate' command", 'refused', false, 'NOPERM'],
  ["ERR unknown command 'MIGRATE', with args beginning with: '10.0.0.2'", 'refused', false, 'ERR'],
  ['ERR syntax error', 'refused', false, 'ERR'],
  ['MOVED 7 10.0.0.1:7000', 'source', false, 'MOVED'],
  ['LOADING Redis is loading the dataset in memory', 'source', false, 'LOADING'],
  ["READONLY You can't write against a read only replica.", 'source', false, 'READONLY'],
  ['NOPERM this user has no permissions to access one of the keys used as arguments', 'source', false, 'NOPERM'],
];

describe('verdicts of MIGRATE', () => {
  for (const [text, kind, copied, code] of errors) {
    it(`${text.trimEnd()}: ${kind}`, () => {
      const verdict = verdictOfError(parseReplyError(text));
      const by = text.startsWith(THROUGH) ? 'target' : 'source';
      assert.deepEqual(
        { kind: verdict.kind, copied: verdict.copied, code: verdict.error?.code, by: verdict.by },
        { kind, copied, code, by },
      );
    });
  }

  it('gives the words of the target without those of the source', () => {
    assert.equal(verdictOfError(parseReplyError(`${THROUGH}MOVED 7 10.0.0.2:7001\r`)).error?.message, 'MOVED 7 10.0.0.2:7001');
  });

  it('reads OK and NOKEY, as text and as bytes', () => {
    for (const reply of ['OK', Buffer.from('OK')]) assert.equal(verdictOfReply(reply).kind, 'moved');
    for (const reply of ['NOKEY', Buffer.from('NOKEY')]) assert.equal(verdictOfReply(reply).kind, 'absent');
  });

  it('has a text for each rule', () => {
    for (const rule of MIGRATE_RULES) {
      const fits = errors.some(([text]) => {
        const words = text.replace(THROUGH, '').trimEnd();
        return (
          MIGRATE_RULES.find(({ by, text: pattern }) => by === (text.startsWith(THROUGH) ? 'target' : 'source') && pattern.test(words)) ===
          rule
        );
      });
      assert.ok(fits, rule.why);
    }
  });
});
