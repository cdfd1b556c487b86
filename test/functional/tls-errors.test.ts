import assert from 'node:assert/strict';
import { cluster, createClient, single, TlsError, type TopologyOptions } from '../../lib/index.js';
import { clientTls } from '../support/certificates.js';
import { Server } from '../support/server.js';

describe('a server whose certificate is not accepted', () => {
  let server: Server;
  before(async () => {
    server = await Server.start({ tls: true });
  });
  after(() => server.stop());

  const { ca, cert, key } = clientTls();
  const cases = [
    ['no authority vouches for', { cert, key }],
    ['has another name', { ca, cert, key, servername: 'other.example' }],
  ] as const;
  const topologies: readonly (readonly [string, (address: { host: string; port: number }) => TopologyOptions])[] = [
    ['single', single],
    ['cluster', (address) => cluster([address])],
  ];
  for (const [kind, topologyOf] of topologies) {
    for (const [what, tls] of cases) {
      it(`is told at once, on ${kind}: ${what}`, async () => {
        const redis = createClient({ topology: topologyOf({ host: server.host, port: server.tlsPort ?? 0 }), tls, timeoutMs: 60_000 });
        redis.on('error', () => {});
        const isTls = (error: unknown): boolean => error instanceof TlsError && error.code === 'ERR_TLS' && error.executed === 'no';
        await assert.rejects(redis.get('k'), isTls);
        await assert.rejects(redis.connect(), isTls);
        redis.destroy();
      });
    }
  }
});
