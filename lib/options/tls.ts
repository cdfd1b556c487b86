import { OptionsError } from '../errors.js';
import type { TlsConnectionOptions } from '../runtime/sockets.js';
import { refuseSecret } from './secrets.js';
import { suggest } from './suggestion.js';
import { type Check, member } from './validate.js';

/** Names of what `tls.connect` would connect to instead of the server that is meant. */
const TARGET = ['host', 'port', 'path', 'socket'] as const;

/** Options of `tls.connect`, save those that say where to connect to. */
export type TlsOptions = Omit<TlsConnectionOptions, (typeof TARGET)[number]>;

/** What a value is; `any`: Node checks it, and its errors show no secret. */
type Kind = 'any' | 'text' | 'bytes' | 'material';

/**
 * All options of TLS and of its socket that concern neither where to connect to nor how this library reads:
 * https://nodejs.org/docs/latest/api/tls.html#tlsconnectoptions-callback. Node's errors quote values of a wrong type, so secrets are checked here.
 */
const KINDS: Readonly<Record<keyof TlsOptions, Kind> & Record<string, Kind>> = {
  ALPNCallback: 'any',
  ALPNProtocols: 'any',
  SNICallback: 'any',
  allowPartialTrustChain: 'any',
  ca: 'material',
  cert: 'material',
  checkServerIdentity: 'any',
  ciphers: 'any',
  clientCertEngine: 'any',
  crl: 'material',
  dhparam: 'any',
  ecdhCurve: 'any',
  enableTrace: 'any',
  honorCipherOrder: 'any',
  key: 'material',
  lookup: 'any',
  maxVersion: 'any',
  minDHSize: 'any',
  minVersion: 'any',
  passphrase: 'text',
  pfx: 'material',
  privateKeyEngine: 'any',
  privateKeyIdentifier: 'text',
  pskCallback: 'any',
  rejectUnauthorized: 'any',
  requestCert: 'any',
  secureContext: 'any',
  secureOptions: 'any',
  secureProtocol: 'any',
  servername: 'any',
  session: 'bytes',
  sessionIdContext: 'any',
  sessionTimeout: 'any',
  sigalgs: 'any',
  ticketKeys: 'bytes',
  timeout: 'any',
  // Options of the socket, which the types of tls.connect leave out.
  autoSelectFamily: 'any',
  autoSelectFamilyAttemptTimeout: 'any',
  family: 'any',
  hints: 'any',
  highWaterMark: 'any',
  localAddress: 'any',
  localPort: 'any',
  requestOCSP: 'any',
};

/** TLS options stay the object they are. */
export const checkTls: Check<boolean | TlsOptions> = (value, path) => {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuseSecret(path, 'true, false or options for tls.connect', value);
  }
  for (const [name, item] of Object.entries(value)) checkField(name, item, member(path, name));
  return value;
};

function checkField(name: string, value: unknown, path: string): void {
  if (TARGET.some((target) => target === name)) {
    throw new OptionsError(path, 'it would lead every connection there: servers are named by the option topology');
  }
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) throw new OptionsError(path, `unknown option of tls.connect; ${suggest(name, Object.keys(KINDS))}`);
  if (value === undefined || value === null || kind === 'any') return;
  if (kind === 'text' && typeof value !== 'string') refuseSecret(path, 'text', value);
  if (kind === 'bytes' && !ArrayBuffer.isView(value)) refuseSecret(path, 'bytes', value);
  if (kind === 'material') for (const item of Array.isArray(value) ? value : [value]) checkMaterial(item, path);
}

/** A certificate or key: text, bytes, or an object with them (`{ pem, passphrase }`, `{ buf, passphrase }`). */
function checkMaterial(value: unknown, path: string): void {
  if (typeof value === 'string' || ArrayBuffer.isView(value)) return;
  if (typeof value !== 'object' || value === null) refuseSecret(path, 'text or bytes of PEM or PFX', value);
  for (const [name, item] of Object.entries(value)) {
    if (typeof item !== 'string' && !ArrayBuffer.isView(item)) refuseSecret(member(path, name), 'text or bytes', item);
  }
}
