import assert from 'node:assert/strict';
import { defineScript } from '../../../lib/api/define-script.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { isServersWord, provesNothingRan, REFUSALS, type ScriptKind, scriptKindOf } from '../../../lib/protocol/refusals.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';

/** Texts of Redis 7.0, 8.0 and Valkey 9.1, and of which kinds of scripts they prove that nothing ran. */
const texts: readonly (readonly [text: string, proves: readonly ScriptKind[]])[] = [
  ['NOAUTH Authentication required.', ['none', 'plain', 'declared']],
  ["NOPERM this user has no permissions to run the 'set' command", ['none', 'plain', 'declared']],
  ["NOPERM User u has no permissions to run the 'config|get' command", ['none', 'plain', 'declared']],
  ['NOPERM this user has no permissions to access one of the keys used as arguments', ['none', 'plain', 'declared']],
  ['NOPERM No permissions to access a key', ['none', 'plain', 'declared']],
  ['NOPERM No permissions to access a channel', ['none', 'plain', 'declared']],
  ['WRONGPASS invalid username-password pair or user is disabled.', ['none']],
  ['NOPROTO unsupported protocol version', ['none']],
  ['DENIED Redis is running in protected mode because protected mode is enabled', ['none']],
  ['MOVED 7 10.0.0.2:7001', ['none', 'plain', 'declared']],
  ['ASK 7 10.0.0.2:7001', ['none', 'plain', 'declared']],
  ['TRYAGAIN Multiple keys request during rehashing of slot', ['none', 'plain', 'declared']],
  ["CROSSSLOT Keys in request don't hash to the same slot", ['none', 'plain', 'declared']],
  ['CLUSTERDOWN Hash slot not served', ['none', 'plain', 'declared']],
  ['REDIRECT 10.0.0.2:7001', ['none', 'declared']],
  ["OOM command not allowed when used memory > 'maxmemory'.", ['none', 'declared']],
  ['MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.', ['none', 'declared']],
  ['MISCONF Valkey is configured to save RDB snapshots, but it is currently unable to persist to disk.', ['none', 'declared']],
  ['MISCONF Errors writing to the AOF file: No space left on device', ['none']],
  ['NOREPLICAS Not enough good replicas to write.', ['none', 'declared']],
  ["READONLY You can't write against a read only replica.", ['none', 'declared']],
  ["READONLY You can't write against a read only slave.", ['none', 'declared']],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", ['none', 'plain', 'declared']],
  ['LOADING Redis is loading the dataset in memory', ['none', 'plain', 'declared']],
  ['BUSY Valkey is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', ['none', 'plain', 'declared']],
  ['NOSCRIPT No matching script. Please use EVAL.', ['none', 'plain', 'declared']],
  ['EXECABORT Transaction discarded because of previous errors.', ['none']],
  ['UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)', ['none']],
  ['UNBLOCKED client unblocked via CLIENT UNBLOCK', ['none']],
  ["ERR unknown command 'FROB', with args beginning with: 'a'", ['none', 'plain', 'declared']],
  ["ERR unknown subcommand 'FROB'. Try CONFIG HELP.", ['none', 'plain', 'declared']],
  ["ERR wrong number of arguments for 'config|get' command", ['none']],
  ["ERR Command 'watch' not allowed inside a transaction", ['none', 'plain', 'declared']],
  ['ERR Command not allowed inside a transaction', ['none', 'plain', 'declared']],
  ['ERR max number of clients reached', ['none']],
  ["ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'", ['none', 'plain', 'declared']],
  ['ERR Function not found', ['none', 'plain', 'declared']],
  ['ERR Can not execute a script with write flag using *_ro command.', ['none', 'plain', 'declared']],
  ["ERR Can not run script on cluster, 'no-cluster' flag is set.", ['none', 'plain', 'declared']],

  // Answers of commands that were run.
  ['WRONGTYPE Operation against a key holding the wrong kind of value', []],
  ['ERR value is not an integer or out of range', []],
  ['ERR no such key', []],
  ['ERR syntax error', []],
  ['BUSYGROUP Consumer Group name already exists', []],
  ['BUSYKEY Target key name already exists.', []],
  ['NOGROUP No such key or consumer group', []],
  ['NOTBUSY No scripts in execution right now.', []],
  ['UNKILLABLE Sorry the script already executed write commands against the dataset.', []],
  ['NOGOODSLAVE No suitable replica to promote', []],
  ['IOERR error or timeout reading to target instance', []],
  ['ERR ACL failure in script: User u has no permissions to run the set command', []],

  // What scripts met or made: a code alone proves nothing of a script.
  ['OOM mine', ['none']],
  ['MISCONF mine', ['none']],
  ['NOPERM mine', ['none']],
  ["READONLY You can't write against a read only replica. script: db8d8f6383e1a67ce23db65efd679a334c123806, on @user_script:1.", ['none']],
  ['NOREPLICAS Not enough good replicas to write. script: on @user_script:1.', ['none']],
  ['NOREPLICAS Not enough good replicas to write. script: f, on @user_function:3.', ['none']],
];

describe('the refusals', () => {
  for (const [text, proves] of texts) {
    it(`${text} proves that nothing ran ${proves.length === 0 ? 'of nothing' : `of: ${proves.join(', ')}`}`, () => {
      const error = parseReplyError(text);
      const found = (['none', 'plain', 'declared'] as const).filter((script) => provesNothingRan(error, script));
      assert.deepEqual(found, proves);
    });
  }

  it('each have a text that was seen, and a source', () => {
    for (const { code, text, source } of REFUSALS) {
      assert.match(source, /^(?:Valkey: )?\w+\.c:\w+/);
      // DEBUG and a RESP2 subscriber are refused by this library before.
      if (/command not allowed|execute '|Protocol error/.test(text.source)) continue;
      assert.ok(
        texts.some(([seen]) => seen.startsWith(code) && text.test(seen)),
        String(text),
      );
    }
  });

  it('know the words of a server from the inside of a script', () => {
    assert.ok(isServersWord(parseReplyError("READONLY You can't write against a read only replica. script: on @user_script:1.")));
    assert.ok(isServersWord(parseReplyError("READONLY You can't write against a read only replica.")));
    assert.equal(isServersWord(parseReplyError('READONLY mine')), false);
    assert.equal(isServersWord(parseReplyError('READONLY mine script: on @user_script:1.')), false);
    assert.equal(isServersWord(parseReplyError('WRONGTYPE Operation')), false);
  });
});

describe('the kind of a script', () => {
  const plain = defineScript({ lua: 'return 1' });
  const declared = defineScript({ lua: '#!lua flags=no-writes\nreturn 1' });
  const cases = [
    ['GET', command('GET'), ['k'], 'none'],
    ['EVAL', command('EVAL'), ['return 1', 0], 'plain'],
    ['EVAL with #!', command('EVAL'), ['#!lua\nreturn 1', 0], 'declared'],
    ['EVAL of bytes with #!', command('EVAL'), [Buffer.from('#!lua\nreturn 1'), 0], 'declared'],
    ['EVAL_RO', command('EVAL_RO'), ['return 1', 0], 'plain'],
    ['EVALSHA, whose text is not known', command('EVALSHA'), ['#!'.padEnd(40, 'a'), 0], 'plain'],
    ['FCALL', command('FCALL'), ['f', 0], 'declared'],
    ['FCALL_RO', command('FCALL_RO'), ['f', 0], 'declared'],
    ['a defined script', plain.spec, [plain.sha1, 0], 'plain'],
    ['a defined script with #!', declared.spec, [declared.sha1, 0], 'declared'],
  ] as const;
  for (const [name, spec, args, kind] of cases) {
    it(`is ${kind} for ${name}`, () => assert.equal(scriptKindOf(spec, args), kind));
  }
});
