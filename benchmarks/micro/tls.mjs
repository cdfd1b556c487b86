/**
 * What the ways to a server cost: TCP, TLS and a socket file. TLS decrypts into memory of its own, so it cannot read into one buffer again and
 * again as the other two do. `node benchmarks/micro/tls.mjs`
 */
import { rm } from 'node:fs/promises';
import { bundle, compare, folder, serve } from './variants.mjs';

const variants = { tcp: 'TCP', tls: 'TLS', file: 'socket file' };

async function run() {
  await import('../servers.mjs');
  const { Server } = await import('../../test/support/server.ts');
  const library = await bundle('library.mjs');
  const server = await Server.start({ tls: true, unixSocket: true });
  const urls = { tcp: `redis://${server.address}`, tls: `rediss://localhost:${server.tlsPort}`, file: `unix://${server.socketPath}` };
  try {
    await compare(import.meta.url, variants, (name) => [library, urls[name]]);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function work(variant, library, url) {
  const { createClient, single } = await import(library);
  await import('../servers.mjs');
  const { clientTls } = await import('../../test/support/certificates.ts');
  const client = createClient({ topology: single(url), ...(variant === 'tls' ? { tls: clientTls() } : {}) });
  await client.connect();
  serve(client);
}

const [flag, ...rest] = process.argv.slice(2);
if (flag === '--variant') await work(...rest);
else await run();
