import assert from 'node:assert/strict';
import { connectionError } from '../../../lib/connection/connection-error.js';
import { ClosedError, ConnectError, ConnectionLostError, TlsError } from '../../../lib/errors.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';

const node = 'host:6379';
const cause = (code: string): Error => Object.assign(new Error(`it says ${code}`), { code });

describe('the error of a connection', () => {
  for (const code of [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  ]) {
    it(`says that no retry mends ${code}`, () => {
      const error = connectionError(cause(code), true, node, null);
      assert.ok(error instanceof TlsError && error instanceof ConnectError);
      assert.equal(error.code, 'ERR_TLS');
      assert.equal(error.message, `cannot connect to ${node} by TLS: it says ${code}`);
      assert.equal(error.executed, 'no');
    });
  }

  for (const code of ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_HTTP_REQUEST']) {
    it(`asks for the port after ${code}`, () => {
      assert.match(connectionError(cause(code), true, node, null).message, /; does this port speak TLS\?$/);
    });
  }

  for (const code of [
    'ECONNRESET',
    'ECONNREFUSED',
    'ETIMEDOUT',
    'ENOTFOUND',
    'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC',
    'ERR_TLS_HANDSHAKE_TIMEOUT',
  ]) {
    it(`is one that another attempt may mend after ${code}`, () => {
      assert.equal(connectionError(cause(code), true, node, null).code, 'ERR_CONNECT');
      assert.ok(connectionError(cause(code), false, node, null) instanceof ConnectionLostError);
    });
  }

  it('tells what the server said before it hung up', () => {
    const error = connectionError(null, true, node, parseReplyError('ERR max number of clients reached'));
    assert.match(error.message, /the server closed it after "ERR max number of clients reached"/);
  });

  it('is the one of this library where there is one', () => {
    const closed = new ClosedError('closed');
    assert.equal(connectionError(closed, true, node, null), closed);
  });
});
