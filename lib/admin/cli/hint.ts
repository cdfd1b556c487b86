import { AuthError, ConnectError, ProtocolError, TopologyError } from '../../errors.js';

/** What helps against an error of reaching a server. `code`: that of its cause, as Node gives it. */
interface Hint {
  /** Only where the servers are asked over TLS, or only where not; null: in both cases. */
  readonly tls: boolean | null;
  readonly fits: (error: Error, code: string) => boolean;
  readonly text: string;
}

/** A certificate whose authority is not known here. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNKNOWN_AUTHORITY =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE))$/;
const WANTS_CERTIFICATE = /^ERR_SSL_(TLSV13_ALERT_CERTIFICATE_REQUIRED|SSLV3_ALERT_(NO_CERTIFICATE|BAD_CERTIFICATE|HANDSHAKE_FAILURE))$/;

const HINTS: readonly Hint[] = [
  {
    tls: true,
    fits: (_, code) => UNKNOWN_AUTHORITY.test(code),
    text: 'give the file of its authority with --cacert FILE',
  },
  { tls: true, fits: (_, code) => code === 'ERR_TLS_CERT_ALTNAME_INVALID', text: 'give a name that is in it with --sni NAME' },
  { tls: true, fits: (_, code) => WANTS_CERTIFICATE.test(code), text: 'if the server wants a certificate, give --cert FILE --key FILE' },
  {
    tls: true,
    fits: ({ message }) => message.includes('does this port speak TLS?'),
    text: 'If not, leave out --tls (or write redis://)',
  },
  // Servers close a connection whose first bytes are none of TLS, some after an alert (21, 3).
  {
    tls: false,
    fits: (error, code) =>
      (error instanceof ConnectError && (code === 'ECONNRESET' || code === 'EPIPE' || /the server closed it$/.test(error.message))) ||
      (error instanceof ProtocolError && /\\u0015/.test(error.message)),
    text: 'if the server wants TLS, add --tls (or write rediss://)',
  },
  { tls: null, fits: (error) => error instanceof ProtocolError, text: 'another program may listen there' },
  {
    tls: null,
    fits: (error) => error instanceof AuthError && /got none/.test(error.message),
    text: 'set SLOTWISE_PASSWORD, or add --askpass',
  },
];

/** What may help; null: nothing is known to. `usesTls`: whether the servers were asked over TLS. */
export function hintFor(error: unknown, usesTls: boolean): string | null {
  for (const one of causesOf(error)) {
    const code = one.cause instanceof Error && 'code' in one.cause ? String(one.cause.code) : '';
    const hint = HINTS.find(({ tls, fits }) => (tls === null || tls === usesTls) && fits(one, code));
    if (hint !== undefined) return hint.text;
  }
  return null;
}

/** The error with its causes, and theirs, from the outside in. A chain of causes may be a ring. */
function causesOf(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const causes = error instanceof TopologyError ? error.causes.map((each) => each.error) : [];
  return [error, ...[error.cause, ...causes].flatMap((each) => causesOf(each, depth + 1))];
}
