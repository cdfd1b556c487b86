import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import { hintFor } from '../../../../lib/admin/cli/hint.js';
import { AuthError, ConnectError, ConnectionLostError, ProtocolError, TlsError, TopologyError } from '../../../../lib/errors.js';

const coded = (code: string): Error => Object.assign(new Error(code), { code });
const tls = (code: string): TlsError => new TlsError(`cannot connect to a:1 by TLS: ${code}`, { cause: coded(code) });
const reset = new ConnectError('cannot connect to a:1: read ECONNRESET', { cause: coded('ECONNRESET') });

describe('the hint to an error', () => {
  const cases: readonly (readonly [what: string, error: unknown, usesTls: boolean, expected: RegExp | null])[] = [
    ['a reset without TLS', reset, false, /add --tls/],
    ['a reset with TLS', reset, true, null],
    ['a reset within what it caused', new AdminError('x', { cause: reset }), false, /add --tls/],
    ['a reset of one of several', new TopologyError('ERR_NO_SEED_REACHABLE', 'x', [{ node: 'a:1', error: reset }]), false, /add --tls/],
    ['a server that closes at once', new ConnectError('cannot connect to a:1: the server closed it'), false, /add --tls/],
    ['an alert of TLS', new ProtocolError('a:1: no reply begins with "\\u0015\\u0003"'), false, /add --tls/],
    ['another protocol', new ProtocolError('a:1: no reply begins with "H"'), false, /another program/],
    ['a reset of a connection in use', new ConnectionLostError('x', { cause: coded('ECONNRESET') }), false, null],
    ['nobody who listens', new ConnectError('x', { cause: coded('ECONNREFUSED') }), false, null],
    ['a port without TLS', new TlsError('cannot connect to a:1 by TLS: x; does this port speak TLS?'), true, /leave out --tls/],
    ['an unknown authority', tls('SELF_SIGNED_CERT_IN_CHAIN'), true, /--cacert/],
    ['another name', tls('ERR_TLS_CERT_ALTNAME_INVALID'), true, /--sni/],
    ['a certificate that is wanted', tls('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), true, /--cert FILE --key FILE/],
    ['an old certificate', tls('CERT_HAS_EXPIRED'), true, null],
    ['no password', new AuthError('a:1 wants credentials and got none: NOAUTH'), true, /SLOTWISE_PASSWORD/],
    ['a wrong password', new AuthError('a:1 refused the credentials: WRONGPASS'), false, null],
    ['what is no error', undefined, false, null],
  ];
  for (const [what, error, usesTls, expected] of cases) {
    it(`for ${what}`, () => {
      const hint = hintFor(error, usesTls);
      if (expected === null) assert.equal(hint, null);
      else assert.match(hint ?? '', expected);
    });
  }

  it('survives causes in a ring', () => {
    const error = new Error('a');
    error.cause = error;
    assert.equal(hintFor(error, false), null);
  });
});
