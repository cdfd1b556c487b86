import assert from 'node:assert/strict';
import { withoutSecrets, withoutSecretsOf } from '../../../lib/connection/secret-replies.js';
import { ReplyError } from '../../../lib/errors.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';

const SECRET = 'T0p-s3cret/päss word+%';
const bytes = Buffer.from(SECRET);

/** What of a reply to these words is shown; `%s`: the secret. */
const CASES: readonly (readonly [words: readonly string[], reply: string, shown: string])[] = [
  [
    ['AUTH', SECRET],
    'WRONGPASS invalid username-password pair or user is disabled.',
    'WRONGPASS invalid username-password pair or user is disabled.',
  ],
  [['AUTH', 'ada', SECRET], 'ERR no user ada', 'ERR no user ada'],
  [
    ['HELLO', '3', 'AUTH', 'default', SECRET],
    'ERR unknown command HELLO, with args beginning with: 3, AUTH, default, %s',
    'ERR unknown command HELLO, with args beginning with: ***',
  ],
  [['HELLO', '3', 'auth', 'default', SECRET], 'ERR no such word: %s', "ERR *** (the server's text quotes a secret)"],
  [['AUTH', SECRET], `ERR cut short: ${SECRET.slice(0, 9)}`, "ERR *** (the server's text quotes a secret)"],
  [['AUTH', SECRET], `ERR the end of it: ${SECRET.slice(-7)}`, "ERR *** (the server's text quotes a secret)"],
  [['AUTH', SECRET], `ERR ${bytes.toString('base64')}`, "ERR *** (the server's text quotes a secret)"],
  [['AUTH', SECRET], `ERR ${encodeURIComponent(SECRET)}`, "ERR *** (the server's text quotes a secret)"],
  [['AUTH', 'abc'], 'ERR abc is wrong', "ERR *** (the server's text quotes a secret)"],
  [['AUTH', ''], 'ERR an empty password', 'ERR an empty password'],
  [
    ['ACL', 'SETUSER', 'ada', `>${SECRET}`],
    "ERR Error in ACL SETUSER modifier '>%s': Syntax error",
    "ERR *** (the server's text quotes a secret)",
  ],
  [['ACL', 'SETUSER', 'ada', '+nosuch'], "ERR Error in ACL SETUSER modifier '+nosuch'", "ERR Error in ACL SETUSER modifier '+nosuch'"],
  [['ACL', 'SETUSER', 'ada', `(on >${SECRET} ~*)`], 'ERR %s', "ERR *** (the server's text quotes a secret)"],
  [['ACL', 'SETUSER', 'ada', 'on >swordfish +@all'], "ERR Error in 'on >swordfish +@all'", "ERR *** (the server's text quotes a secret)"],
  [['ACL', 'SETUSER', 'ada', 'swordfish'], "ERR Error in 'swordfish': Syntax error", "ERR *** (the server's text quotes a secret)"],
  [['ACL', 'SETUSER', '>swordfish'], "ERR no user '>swordfish'", "ERR *** (the server's text quotes a secret)"],
  [['ACL', 'SETUSER', 'ada', 'on', '(~a:* -@all)'], 'ERR on ada (~a:* -@all)', 'ERR on ada (~a:* -@all)'],
  [
    ['AUHT', SECRET],
    "ERR unknown command 'AUHT', with args beginning with: '%s' ",
    "ERR unknown command 'AUHT', with args beginning with: ***",
  ],
  [['CONFIG', 'SET', 'maxmemory', '1', 'requirepass', SECRET], 'ERR %s', "ERR *** (the server's text quotes a secret)"],
  [['CONFIG', 'SET', 'masterauth', SECRET], 'ERR CONFIG SET failed - %s', "ERR *** (the server's text quotes a secret)"],
  [['CONFIG', 'SET', 'maxmemory', '123456789'], 'ERR 123456789', 'ERR 123456789'],
  [['MIGRATE', 'h', '1', 'k', '0', '5', 'AUTH', SECRET], 'ERR %s', "ERR *** (the server's text quotes a secret)"],
  [['MIGRATE', 'h', '1', 'k', '0', '5', 'AUTH2', 'ada', SECRET], 'ERR %s', "ERR *** (the server's text quotes a secret)"],
  [['GET', SECRET], 'ERR %s', 'ERR %s'],
];

describe('an error reply', () => {
  for (const [words, reply, shown] of CASES) {
    const name = words.map((word) => word.replace(SECRET, '…')).join(' ');
    it(`to ${name} is shown as ${shown}`, () => {
      const text = reply.replace('%s', SECRET);
      const { spec, args } = specOf(words);
      const error = withoutSecretsOf(new ReplyError(text.split(' ')[0] ?? '', text, { node: 'a:1' }), spec.name, args);
      assert.equal(error.message, shown.replace('%s', SECRET));
      assert.deepEqual([error.node, error.executed], ['a:1', 'yes']);
      if (!words.includes('GET')) assert.ok(!String(error.stack).includes(SECRET.slice(0, 9)));
    });
  }

  it('stays the same where nothing is to be hidden', () => {
    const error = new ReplyError('ERR', 'ERR no');
    assert.equal(withoutSecrets(error, [SECRET]), error);
  });

  it('has no code that is a secret', () => {
    assert.equal(withoutSecrets(new ReplyError('SECRETWORD', 'SECRETWORD is wrong'), ['SECRETWORD']).code, 'ERR');
  });
});
