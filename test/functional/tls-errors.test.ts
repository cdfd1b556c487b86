import assert from 'node:assert/strict';
import { cluster, createClient, single, TlsError, type TopologyOptions } from '../../lib/index.js';
import { clientTls } from '../support/certificates.js';
import { Server } from '../support/server.js';

describe('TLS that no retry mends', () => {
  let server: Server;
  before(async () => {
    server = await Server.start({ tls: true });
  });
  after(() => server.stop());

  const { ca, cert, key } = clientTls();
  const cases = [
    ['a certificate that no authority vouches for', { cert, key }],
    ['a certificate of another name', { ca, cert, key, servername: 'other.example' }],
  ] as const;
  const isTls = (error: unknown): boolean => error instanceof TlsError && error.code === 'ERR_TLS' && error.executed === 'no';
  const topologies: readonly (readonly [string, (address: { host: string; port: number }) => TopologyOptions])[] = [
    ['single', single],
    ['cluster', (address) => cluster([address])],
  ];
  for (const [kind, topologyOf] of topologies) {
    for (const [what, tls] of cases) {
      it(`is told at once, on ${kind}: ${what}`, async () => {
        const redis = createClient({ topology: topologyOf({ host: server.host, port: server.tlsPort ?? 0 }), tls, timeoutMs: 60_000 });
        redis.on('error', () => {});
        await assert.rejects(redis.get('k'), isTls);
        await assert.rejects(redis.connect(), isTls);
        redis.destroy();
      });
    }
  }

  const mistakes = [
    ['a certificate that our own function refuses', { ca, cert, key, checkServerIdentity: () => new Error('another fingerprint') }],
    ['a key of ours that is none', { ca, cert, key: 'none' }],
    ['a store of keys that is none', { ca, pfx: Buffer.from('none') }],
    ['a list of revoked certificates that is none', { ca, cert, key, crl: 'none' }],
  ] as const;
  for (const [what, tls] of mistakes) {
    it(`is told at once: ${what}`, async () => {
      const redis = createClient({ topology: single({ host: server.host, port: server.tlsPort ?? 0 }), tls, timeoutMs: 60_000 });
      redis.on('error', () => {});
      await assert.rejects(redis.get('k'), isTls);
      redis.destroy();
    });
  }
});
