import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Certificates for tests only, valid from 2020 to 2119 for localhost, 127.0.0.1 and ::1. The key of their CA was thrown away; to make new
 * ones, make a CA, sign one certificate each for server and client with `openssl ca`, and replace the files.
 */
export const certificateFiles = {
  ca: file('ca.pem'),
  serverCert: file('server.pem'),
  serverKey: file('server-key.pem'),
  clientCert: file('client.pem'),
  clientKey: file('client-key.pem'),
} as const;

/** Options for `tls.connect` with which a client trusts the test servers. */
export function clientTls(): { ca: string; cert: string; key: string } {
  return { ca: read(certificateFiles.ca), cert: read(certificateFiles.clientCert), key: read(certificateFiles.clientKey) };
}

/** Options for `tls.createServer`. */
export function serverTls(): { ca: string; cert: string; key: string } {
  return { ca: read(certificateFiles.ca), cert: read(certificateFiles.serverCert), key: read(certificateFiles.serverKey) };
}

function file(name: string): string {
  return fileURLToPath(new URL(`./certificates/${name}`, import.meta.url));
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
