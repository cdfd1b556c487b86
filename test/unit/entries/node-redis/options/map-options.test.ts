import assert from 'node:assert/strict';
import { NotSupportedError } from '../../../../../lib/entries/node-redis/errors.js';
import {
  mapClientOptions,
  mapClusterOptions,
  mapPoolOptions,
  mapSentinelOptions,
} from '../../../../../lib/entries/node-redis/options/map-options.js';
import type { RedisClientOptions } from '../../../../../lib/entries/node-redis/options/types.js';
import { warningsOf } from '../warnings.js';

/** Options without what cannot be compared. */
function plain(options: object): unknown {
  return JSON.parse(JSON.stringify(options));
}

const address = (host: string, port: number): object => ({ kind: 'single', address: { host, port } });

describe('options of the node-redis entry', () => {
  const cases: readonly [given: RedisClientOptions, mapped: object][] = [
    [{}, { protocol: 3, topology: address('localhost', 6379) }],
    [{ url: 'redis://h:7' }, { protocol: 3, topology: address('h', 7) }],
    [
      { url: 'redis://ada:p%40@h/2', RESP: 2, name: 'n' },
      { protocol: 2, username: 'ada', password: 'p@', clientName: 'n', database: 2, topology: address('h', 6379) },
    ],
    [{ url: 'unix:///run/r.sock?db=3' }, { protocol: 3, database: 3, topology: { kind: 'single', address: { path: '/run/r.sock' } } }],
    [
      { password: 'p', socket: { host: 'h' } },
      { protocol: 3, password: 'p', topology: address('h', 6379) },
    ],
    [
      { socket: { connectTimeout: 100, keepAliveInitialDelay: 5, reconnectStrategy: 30 } },
      { protocol: 3, connectTimeoutMs: 100, keepAliveMs: 5, reconnect: { minMs: 30, maxMs: 30 }, topology: address('localhost', 6379) },
    ],
    [{ socket: { keepAlive: false, noDelay: true } }, { protocol: 3, keepAliveMs: 0, topology: address('localhost', 6379) }],
    [
      { commandsQueueMaxLength: 9, disableOfflineQueue: true, commandOptions: { timeout: 7 } },
      { protocol: 3, queue: { maxCommands: 9 }, failFast: true, timeoutMs: 7, topology: address('localhost', 6379) },
    ],
    [
      { socket: { tls: true, servername: 's', host: 'h', family: 4 } },
      { protocol: 3, tls: { servername: 's', family: 4 }, topology: address('h', 6379) },
    ],
  ];
  for (const [given, mapped] of cases) {
    it(`are mapped: ${JSON.stringify(given)}`, () => assert.deepEqual(plain(mapClientOptions(given)), mapped));
  }

  it('are mapped for a cluster, its nodes alike', () => {
    const mapped = mapClusterOptions({
      rootNodes: [{ url: 'redis://a:1' }, { socket: { host: 'b', port: 2 } }],
      defaults: { username: 'ada', password: 'p' },
      useReplicas: true,
      nodeAddressMap: { '10.0.0.1:1': { host: 'a', port: 1 } },
    });
    const { addressMap, ...rest } = mapped;
    assert.ok(typeof addressMap === 'function');
    assert.deepEqual([addressMap('10.0.0.1:1'), addressMap('10.0.0.2:1')], ['a:1', undefined]);
    const seeds = [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ];
    const topology = { kind: 'cluster', seeds };
    assert.deepEqual(plain(rest), { protocol: 3, username: 'ada', password: 'p', reads: 'replicaPreferred', topology });
  });

  it('are mapped for sentinels, which have a login of their own', () => {
    const { topology, ...rest } = mapSentinelOptions({
      name: 'group',
      sentinelRootNodes: [{ host: 's', port: 1 }],
      nodeClientOptions: { password: 'data', database: 1 },
      sentinelClientOptions: { password: 'own' },
      replicaPoolSize: 1,
      scanInterval: 50,
    });
    assert.ok(topology?.kind === 'sentinel');
    assert.deepEqual([topology.name, plain(topology.seeds), topology.access.password], ['group', [{ host: 's', port: 1 }], 'own']);
    assert.deepEqual(plain(rest), { protocol: 3, password: 'data', database: 1, reads: 'replicaPreferred', monitor: { periodMs: 50 } });
  });

  it('are mapped for a pool', () => {
    const { pool } = mapPoolOptions({}, { minimum: 1, maximum: 2, acquireTimeout: 3, cleanupDelay: 4 });
    assert.deepEqual(pool, { minExclusive: 1, maxExclusive: 2, acquireTimeoutMs: 3, idleMs: 4 });
  });

  it('ask providers for credentials, and hear of those that follow', async () => {
    let next: (login: { username?: string; password: string }) => void = () => undefined;
    const { credentials } = mapClientOptions({
      credentialsProvider: {
        type: 'streaming-credentials-provider',
        subscribe: async (listener) => {
          next = listener.onNext;
          return [{ username: 'a', password: '1' }, { dispose: () => undefined }];
        },
        onReAuthenticationError: () => undefined,
      },
    });
    const source = credentials as (() => Promise<unknown>) & { onRenewed?: () => Promise<void> };
    assert.deepEqual(await source(), { username: 'a', password: '1' });
    let renewals = 0;
    source.onRenewed = async () => void renewals++;
    next({ password: '2' });
    assert.deepEqual([await source(), renewals], [{ password: '2' }, 1]);
  });

  it('are refused, warned of once by name, or known', async () => {
    for (const refused of [{ clientSideCache: {} }, { emitInvalidate: true }, { legacyMode: true }])
      assert.throws(() => mapClientOptions(refused as object), NotSupportedError);
    assert.throws(() => mapClientOptions({ url: 'http://h' }), /Protocol - http: - is not a valid Redis protocol/);
    assert.throws(() => mapClientOptions({ url: 'rediss://h', socket: { tls: false } }), /does not match the protocol of the URL/);
    const strange = { clientInfoTag: 't', maintNotifications: 'auto', socket: { socketTimeout: 5, noDelay: true, wrong: 1, family: 4 } };
    const warnings = await warningsOf(() => {
      mapClientOptions(strange as object);
      mapClientOptions(strange as object);
    });
    assert.deepEqual(
      warnings.map((text) => text.split(': ')[1]),
      ['clientInfoTag', 'socket.socketTimeout', 'socket.wrong', 'socket.family'],
    );
  });
});
