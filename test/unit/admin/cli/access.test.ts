import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { accessOf } from '../../../../lib/admin/cli/access.js';
import type { Access } from '../../../../lib/admin/cli/command.js';
import { UsageError } from '../../../../lib/admin/cli/usage-error.js';

const folder = fileURLToPath(new URL('../../../support/certificates', import.meta.url));
const ENV = { SLOTWISE_PASSWORD: 'ours', REDISCLI_AUTH: 'theirs' };
type Given = Parameters<typeof accessOf>;

describe('how the command line reaches servers', () => {
  const cases: readonly (readonly [what: string, given: Given, expected: Access])[] = [
    ['nothing given', [{}, {}], {}],
    ['our variable before the one of redis-cli', [{}, ENV], { password: 'ours' }],
    ['the one of redis-cli', [{}, { ...ENV, SLOTWISE_PASSWORD: '' }], { password: 'theirs' }],
    ['a URL before the variables', [{}, ENV, { username: 'me', password: 'url' }], { username: 'me', password: 'url' }],
    ['a URL with a user, and a variable', [{}, ENV, { username: 'me' }], { username: 'me', password: 'ours' }],
    [
      'an option before the URL',
      [{ user: 'you', password: 'p' }, ENV, { username: 'me', password: 'url' }],
      { username: 'you', password: 'p' },
    ],
    ['what was typed before the URL', [{ askpass: true }, ENV, { password: 'url' }, 'typed'], { password: 'typed' }],
    ['TLS', [{ tls: true }, {}], { tls: true }],
    ['TLS of the URL', [{}, {}, { tls: true }], { tls: true }],
    ['a name for TLS', [{ sni: 'a.example' }, {}], { tls: { servername: 'a.example' } }],
    ['no check of certificates', [{ insecure: true }, {}, { tls: true }], { tls: { rejectUnauthorized: false } }],
    ['a time', [{ 'connect-timeout': '250' }, {}], { connectTimeoutMs: 250 }],
  ];
  for (const [what, given, expected] of cases) it(`takes ${what}`, () => assert.deepEqual(accessOf(...given), expected));

  it('reads certificates', () => {
    const options = { cacert: `${folder}/ca.pem`, cert: `${folder}/client.pem`, key: `${folder}/client-key.pem` };
    const { tls } = accessOf(options, {});
    assert.ok(typeof tls === 'object');
    for (const file of [tls.ca, tls.cert, tls.key]) assert.match(String(file), /BEGIN/);
  });

  const mistakes: readonly (readonly [given: Given, expected: RegExp])[] = [
    [[{ cacert: '/no/such/file' }, {}], /^--cacert: cannot read \/no\/such\/file: there is no such file$/],
    [[{ cacert: folder }, {}], /^--cacert: cannot read .*certificates: it is a directory$/],
    [[{ cacert: fileURLToPath(import.meta.url).replace('access.test', 'run-line') }, {}], /^--cacert: .*run-line.ts has no PEM text/],
    [[{ cert: `${folder}/client.pem` }, {}], /^--cert and --key belong together$/],
    [[{ cert: `${folder}/client.pem`, key: `${folder}/server-key.pem` }, {}], /^--cert and --key cannot be used: .*key values mismatch/],
    [[{ askpass: true, password: 'p' }, {}], /^--askpass and --password exclude each other$/],
    [[{ user: 'me' }, {}], /^expected a password for the user: set SLOTWISE_PASSWORD or REDISCLI_AUTH, or add --askpass$/],
    [[{ 'connect-timeout': '99999999999' }, {}], /^--connect-timeout: expected at most 2147483647, got 99999999999$/],
    [[{ 'connect-timeout': '0' }, {}], /^--connect-timeout: expected a number from 1, got 0$/],
  ];
  for (const [given, message] of mistakes) {
    it(`refuses: ${message.source}`, () => {
      assert.throws(() => accessOf(...given), { message, constructor: UsageError });
    });
  }
});
