import assert from 'node:assert/strict';
import { addressMapOf, engineSettings, keyOf, mayShareEngine } from '../../../../../lib/entries/ioredis/options/engine-options.js';
import { withDefaults } from '../../../../../lib/entries/ioredis/options/parse-arguments.js';
import type { RedisOptions } from '../../../../../lib/entries/ioredis/options/redis-options.js';
import type { ReadCandidate, ReadFunction } from '../../../../../lib/index.js';

const sentinels = [{ host: 's', port: 26379 }, { host: 't' }];

/** Options of `new Redis()`, and what the engine is told, besides what it is always told. */
const cases: readonly (readonly [given: RedisOptions, told: object])[] = [
  [{}, {}],
  [{ host: 'h', port: 1 }, { address: { host: 'h', port: 1 } }],
  [{ path: '/tmp/a' }, { address: { path: '/tmp/a' } }],
  [
    { username: 'u', password: 'p' },
    { username: 'u', password: 'p' },
  ],
  [{ username: 'u' }, {}],
  [{ password: 'p' }, { username: 'default', password: 'p' }],
  [{ db: 3 }, { database: 3 }],
  [{ connectionName: 'me' }, { clientName: 'me' }],
  [{ connectionName: 'has spaces' }, {}],
  [{ connectTimeout: 5 }, { connectTimeoutMs: 5 }],
  [{ keepAlive: 0 }, { keepAliveMs: 0 }],
  [{ replyMapping: 'resp3' }, { protocol: 3 }],
  [{ tls: {} }, { tls: {} }],
  [{ tls: true }, { tls: true }],
  [{ tls: 'RedisCloudFixed' }, { tls: true }],
  [{ host: '' }, {}],
  [{ tls: { servername: 's', host: 'x', port: 1, profile: 'p' } }, { tls: { servername: 's' } }],
];

describe('what the engine is told', () => {
  for (const [given, told] of cases) {
    it(`of ${JSON.stringify(given)}`, () => {
      const { topology, ...client } = engineSettings(withDefaults(given)).client;
      const address = topology?.kind === 'single' ? topology.address : null;
      const always = {
        address: { host: 'localhost', port: 6379 },
        protocol: 2,
        connectTimeoutMs: 10_000,
        keepAliveMs: 30_000,
      };
      assert.deepEqual({ address, ...client }, { ...always, ...told });
    });
  }

  it('of sentinels, whose data nodes speak TLS only if they are said to', () => {
    const given = { sentinels, name: 'g', sentinelPassword: 'sp', sentinelTLS: { servername: 'x' }, tls: { servername: 'd' } };
    const { topology, ...client } = engineSettings(withDefaults(given)).client;
    assert.ok(topology?.kind === 'sentinel');
    assert.deepEqual(topology.seeds, [
      { host: 's', port: 26379 },
      { host: 't', port: 26379 },
    ]);
    assert.equal(topology.name, 'g');
    assert.equal(topology.access.password, 'sp');
    assert.deepEqual(topology.access.tls, { servername: 'x' });
    assert.equal(client.tls, undefined);
    assert.deepEqual(engineSettings(withDefaults({ ...given, enableTLSForSentinelMode: true })).client.tls, { servername: 'd' });
  });

  it('of sentinels that are missing something', () => {
    assert.throws(() => engineSettings({ sentinels: [], name: 'g' }), /Requires at least one sentinel to connect to\./);
    assert.throws(() => engineSettings({ sentinels }), /Requires the name of master\./);
  });

  it('of the role slave, with the replicas that are preferred', () => {
    const slave: RedisOptions = { sentinels, name: 'g', role: 'slave' };
    assert.equal(engineSettings(slave).view.reads, 'replica');
    const { nodes } = engineSettings({ ...slave, preferredSlaves: [{ ip: '10.0.0.1', port: '1', prio: 2 }] }).client;
    assert.deepEqual(nodes, [
      { match: '10.0.0.1:1', priority: 2 },
      { match: '*', priority: 1_000_000 },
    ]);
    const reads = engineSettings({ ...slave, preferredSlaves: (list) => list[1] ?? null }).view.reads as ReadFunction;
    const candidates = ['a', 'b'].map((host): ReadCandidate => ({ ...candidate, key: `${host}:1`, address: { host, port: 1 } }));
    assert.deepEqual(reads({ command: 'GET', keys: ['k'], domain: null, candidates }), candidates[1]);
  });

  it('of writes that ioredis would send again', () => {
    assert.equal(engineSettings({}).view.idempotent, false);
    assert.equal(engineSettings({ retryWrites: 'ioredis' }).view.idempotent, true);
  });

  it('of the calls of one object', () => {
    const viewOf = (given: RedisOptions): object => engineSettings(withDefaults(given)).view;
    const always = { timeoutMs: 90_000, reads: 'primary', idempotent: false, integers: 'number' };
    assert.deepEqual(viewOf({}), always);
    assert.deepEqual(viewOf({ commandTimeout: 5, stringNumbers: true }), { ...always, timeoutMs: 5, integers: 'string' });
    for (const maxRetriesPerRequest of [null, -1]) assert.deepEqual(viewOf({ maxRetriesPerRequest }), { ...always, timeoutMs: 0 });
  });

  it('of objects that share it: those whose connections are alike', () => {
    const options = withDefaults({ port: 1, tls: {} });
    assert.ok(mayShareEngine(options, { ...options, lazyConnect: true, maxRetriesPerRequest: null }));
    for (const other of [{ port: 2 }, { db: 1 }, { tls: {} }, { connectionName: 'b' }])
      assert.ok(!mayShareEngine(options, { ...options, ...other }));
  });

  it('of a node that is not to be asked what it is', () => {
    const { topology } = engineSettings({ host: 'h', port: 1 }, true).client;
    assert.ok(topology?.kind === 'endpoints' && topology.speaks === 'plain');
  });

  it('of addresses that are reached elsewhere', () => {
    const map = { '10.0.0.1:7000': { host: 'outside', port: 1 } };
    for (const mapped of [addressMapOf(map), addressMapOf((key) => map[key as '10.0.0.1:7000'] ?? null)]) {
      assert.equal(mapped('10.0.0.1:7000'), 'outside:1');
      assert.equal(mapped('10.0.0.2:7000'), undefined);
    }
    assert.equal(keyOf({ host: '::1', port: 1 }), '[::1]:1');
  });
});

const candidate: Omit<ReadCandidate, 'key' | 'address'> = {
  role: 'replica',
  tags: {},
  zone: null,
  priority: 0,
  weight: 1,
  rttMs: null,
  lagMs: null,
  lagBytes: null,
  inFlight: 0,
};
