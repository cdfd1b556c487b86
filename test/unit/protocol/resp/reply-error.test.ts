import assert from 'node:assert/strict';
import { ReplyError } from '../../../../lib/errors.js';
import { classify, type ErrorKind, parseReplyError, type Redirection, redirection } from '../../../../lib/protocol/resp/reply-error.js';

describe('parseReplyError', () => {
  const codes: readonly (readonly [text: string, code: string])[] = [
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'WRONGTYPE'],
    ['ERR syntax error', 'ERR'],
    ['NOAUTH Authentication required.', 'NOAUTH'],
    ['OOM', 'OOM'],
    ['MY-CODE_2 from a module', 'MY-CODE_2'],
    ['Wrong case', 'ERR'],
    ['ERRand more', 'ERR'],
    ['WRONG: text', 'ERR'],
    ['127.0.0.1 is what a script said', 'ERR'],
    ['', 'ERR'],
    [' LEADING space', 'ERR'],
  ];
  for (const [text, code] of codes) {
    it(`reads the code ${code} from ${JSON.stringify(text)} and leaves the text as it is`, () => {
      const error = parseReplyError(text);
      assert.ok(error instanceof ReplyError);
      assert.equal(error.code, code);
      assert.equal(error.message, text);
      assert.equal(error.name, 'ReplyError');
      assert.equal(error.executed, 'yes');
    });
  }

  it('takes no stack and leaves the limit of other errors alone', () => {
    const limit = Error.stackTraceLimit;
    assert.doesNotMatch(parseReplyError('ERR x').stack ?? '', /\n\s+at /);
    assert.equal(Error.stackTraceLimit, limit);
    assert.match(new Error('y').stack ?? '', /\n\s+at /);
  });
});

describe('redirection', () => {
  const cases: readonly (readonly [text: string, target: Redirection | null])[] = [
    ['MOVED 3999 127.0.0.1:6381', { kind: 'MOVED', slot: 3999, host: '127.0.0.1', port: 6381 }],
    ['ASK 0 node-1.example.com:1', { kind: 'ASK', slot: 0, host: 'node-1.example.com', port: 1 }],
    ['REDIRECT 10.0.0.1:6379', { kind: 'REDIRECT', host: '10.0.0.1', port: 6379 }],
    // The server does not know its endpoint: the host that answered.
    ['MOVED 16383 :65535', { kind: 'MOVED', slot: 16383, host: '', port: 65535 }],
    ['MOVED 1 ::1:6379', { kind: 'MOVED', slot: 1, host: '::1', port: 6379 }],
    ['ASK 1 2001:db8::7:6379', { kind: 'ASK', slot: 1, host: '2001:db8::7', port: 6379 }],
    ['MOVED 1 [2001:db8::7]:6379', { kind: 'MOVED', slot: 1, host: '2001:db8::7', port: 6379 }],
    ['REDIRECT ::1:6379', { kind: 'REDIRECT', host: '::1', port: 6379 }],
    // Words behind the grammar may come in later servers.
    ['MOVED 1 a:2 and more', { kind: 'MOVED', slot: 1, host: 'a', port: 2 }],
    ['MOVED 1 a:2 ', { kind: 'MOVED', slot: 1, host: 'a', port: 2 }],
    ['MOVED 1 ?:6379', { kind: 'MOVED', slot: 1, host: '?', port: 6379 }],
    ['MOVED 16384 a:1', null],
    ['MOVED 99999 a:1', null],
    ['MOVED -1 a:1', null],
    ['MOVED 1.5 a:1', null],
    ['MOVED  a:1', null],
    ['MOVED 1 a:0', null],
    ['MOVED 1 a:65536', null],
    ['MOVED 1 a:', null],
    ['MOVED 1 a', null],
    ['MOVED 1 a:1x', null],
    ['MOVED 1', null],
    ['MOVED', null],
    ['MOVED to another office', null],
    ['ASK a:1', null],
    ['REDIRECT 5 a:1', null],
    ['REDIRECT ?:1', null],
    ['moved 1 a:1', null],
    ['MOVEDX 1 a:1', null],
    ['ERR MOVED 1 a:1', null],
    ['WRONGTYPE Operation', null],
  ];
  for (const [text, target] of cases) {
    it(`reads ${JSON.stringify(text)} as ${target === null ? 'no redirection' : 'one'}`, () => {
      assert.deepEqual(redirection(parseReplyError(text)), target);
    });
  }
});

describe('classify', () => {
  // Texts of Redis 3 to 8 and Valkey 8.
  const cases: readonly (readonly [text: string, kind: ErrorKind])[] = [
    ['MOVED 3999 127.0.0.1:6381', 'moved'],
    ['ASK 3999 127.0.0.1:6381', 'ask'],
    ['REDIRECT 127.0.0.1:6381', 'redirect'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'tryagain'],
    ['CLUSTERDOWN The cluster is down', 'clusterdown'],
    ['CLUSTERDOWN Hash slot not served', 'clusterdown'],
    ['LOADING Redis is loading the dataset in memory', 'loading'],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'masterdown'],
    ["READONLY You can't write against a read only replica.", 'readonly'],
    ['UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)', 'unblocked'],
    ['UNBLOCKED client unblocked via CLIENT UNBLOCK', 'other'],
    ['NOAUTH Authentication required.', 'noauth'],
    ['WRONGPASS invalid username-password pair or user is disabled.', 'wrongpass'],
    ['ERR invalid password', 'wrongpass'],
    ["NOPERM User worker has no permissions to run the 'hello' command", 'noperm'],
    ['EXECABORT Transaction discarded because of previous errors.', 'execabort'],
    ["ERR unknown command 'HELLO', with args beginning with: '3' ", 'unknown-command'],
    ['ERR unknown command `HELLO`, with args beginning with: `3`, ', 'unknown-command'],
    ["ERR unknown command 'HELLO'", 'unknown-command'],
    ["ERR unknown subcommand 'SHARDS'. Try CLUSTER HELP.", 'unknown-command'],
    ["ERR Unknown subcommand or wrong number of arguments for 'SHARDS'. Try CLUSTER HELP.", 'unknown-command'],
    ['NOPROTO unsupported protocol version', 'noproto'],
    ['NOSCRIPT No matching script. Please use EVAL.', 'noscript'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'other'],
    ['ERR syntax error', 'other'],
    ['ERR unknown commander', 'other'],
    ["CROSSSLOT Keys in request don't hash to the same slot", 'other'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'other'],
    ['', 'other'],
  ];
  for (const [text, kind] of cases) {
    it(`takes ${JSON.stringify(text)} for ${kind}`, () => {
      assert.equal(classify(parseReplyError(text)), kind);
    });
  }

  it('goes by the code before the text', () => {
    assert.equal(classify(new ReplyError('WRONGTYPE', 'ERR unknown command')), 'other');
  });
});
