import assert from 'node:assert/strict';
import { OptionsError } from '../../../lib/errors.js';
import { checkTls } from '../../../lib/options/tls.js';

const GOOD: readonly object[] = [
  {},
  { servername: 'cache.example', rejectUnauthorized: false, minVersion: 'TLSv1.3' },
  { ca: ['a', Buffer.from('b')], cert: 'c', key: [{ pem: 'k', passphrase: 'p' }], passphrase: 'p' },
  { pfx: [{ buf: Buffer.from('x'), passphrase: 'p' }], session: Buffer.from('s'), ticketKeys: Buffer.alloc(48) },
  { checkServerIdentity: () => undefined, lookup: () => undefined, secureContext: {}, ALPNProtocols: ['redis'] },
  { localAddress: '10.0.0.1', family: 4, key: undefined },
];

const BAD: readonly (readonly [tls: unknown, message: RegExp])[] = [
  [{ host: 'other' }, /^o\.tls\.host: it would lead every connection there/],
  [{ port: 1 }, /^o\.tls\.port: it would lead/],
  [{ path: '/run/x' }, /^o\.tls\.path: it would lead/],
  [{ socket: {} }, /^o\.tls\.socket: it would lead/],
  [{ host: undefined }, /^o\.tls\.host: it would lead/],
  [{ onread: {} }, /^o\.tls\.onread: unknown option of tls\.connect/],
  [{ serverName: 'a' }, /^o\.tls\.serverName: .*did you mean servername\?/],
  [{ rejectUnauthorised: false }, /^o\.tls\.rejectUnauthorised: .*did you mean rejectUnauthorized\?/],
  [{ passphrase: 5 }, /^o\.tls\.passphrase: expected text, got a number$/],
  [{ key: 5 }, /^o\.tls\.key: expected text or bytes of PEM or PFX, got a number$/],
  [{ key: [{ pem: 'k', passphrase: 5 }] }, /^o\.tls\.key\.passphrase: expected text or bytes, got a number$/],
  [{ session: 's' }, /^o\.tls\.session: expected bytes, got text$/],
  ['yes', /^o\.tls: expected true, false or options for tls\.connect, got text$/],
  [null, /^o\.tls: .* got null$/],
  [[], /^o\.tls: .* got a list$/],
];

describe('TLS options', () => {
  for (const tls of [true, false, ...GOOD]) {
    it(`take ${JSON.stringify(tls)}, and leave it as it is`, () => assert.equal(checkTls(tls, 'o.tls'), tls));
  }

  for (const [tls, message] of BAD) {
    it(`say ${message.source}`, () => {
      assert.throws(
        () => checkTls(tls, 'o.tls'),
        (error) => error instanceof OptionsError && message.test(error.message),
      );
    });
  }
});
