import assert from 'node:assert/strict';
import { clusterSettings, startupNodes } from '../../../../../lib/entries/ioredis/options/cluster-engine-options.js';
import type { ClusterNode, ClusterOptions } from '../../../../../lib/entries/ioredis/options/cluster-options.js';
import type { ReadCandidate, ReadFunction } from '../../../../../lib/index.js';

const nodes: readonly (readonly [node: ClusterNode, read: object])[] = [
  [7000, { host: '127.0.0.1', port: 7000 }],
  ['10.0.0.1:7000', { host: '10.0.0.1', port: 7000 }],
  ['redis://u:p@h:1', { host: 'h', port: 1, username: 'u', password: 'p' }],
  ['rediss://h:1', { host: 'h', port: 1, tls: true }],
  [{ host: 'h' }, { host: 'h', port: 6379 }],
  [{ port: 5 }, { host: '127.0.0.1', port: 5 }],
];
const candidates = ['replica', 'primary'].map(
  (role, at) =>
    ({
      key: `${role}:1`,
      address: { host: role, port: at + 1 },
      role,
      tags: {},
      zone: null,
      priority: 0,
      weight: 1,
    }) as unknown as ReadCandidate,
);
const request = { command: 'GET', keys: ['k'], domain: null, candidates };

describe('the nodes that a cluster begins with', () => {
  for (const [node, read] of nodes) {
    it(`may be ${JSON.stringify(node)}`, () => {
      const [first] = startupNodes([node]);
      assert.deepEqual({ ...first, port: Number(first?.port) }, read);
    });
  }

  it('are refused where they are none', () => assert.throws(() => startupNodes([true as unknown as string]), /Invalid argument true/));
});

describe('what the engine of a cluster is told', () => {
  const settingsOf = (options: ClusterOptions, first: ClusterNode = 7000, choose: Parameters<typeof clusterSettings>[2] = null) =>
    clusterSettings(startupNodes([first, 7001]), options, choose);

  it('of its nodes and options', () => {
    const { topology, ...client } = settingsOf({
      redisOptions: { password: 'p', connectTimeout: 5, connectionName: 'n', tls: {} },
      natMap: { 'a:1': { host: 'b', port: 2 } },
      slotsRefreshInterval: 5_000,
    }).client;
    assert.ok(topology?.kind === 'cluster' && topology.seeds.length === 2);
    const { addressMap, ...others } = client;
    assert.equal(typeof addressMap === 'function' && addressMap('a:1'), 'b:2');
    assert.deepEqual(others, {
      protocol: 2,
      connectTimeoutMs: 5,
      clientName: 'n',
      username: 'default',
      password: 'p',
      tls: {},
      monitor: { periodMs: 5_000 },
    });
  });

  it('of the login that a URL names, unless the options do', () => {
    assert.equal(settingsOf({}, 'redis://u:p@h:1').client.password, 'p');
    assert.equal(settingsOf({ redisOptions: { password: 'q' } }, 'redis://u:p@h:1').client.password, 'q');
    assert.equal(settingsOf({}, 'rediss://h:1').client.tls, true);
  });

  it('of where reads go', () => {
    assert.equal(settingsOf({}).view.reads, 'primary');
    assert.equal(settingsOf({ scaleReads: 'master' }).view.reads, 'primary');
    assert.equal(settingsOf({ scaleReads: 'slave' }).view.reads, 'replicaPreferred');
    const any = settingsOf({ scaleReads: 'all' }).view.reads as ReadFunction;
    const chosen = any(request);
    assert.ok(candidates.some((candidate) => candidate === chosen || candidate.key === chosen));
    assert.throws(() => settingsOf({ scaleReads: 'x' as 'all' }), /Invalid option scaleReads "x"\. Expected "all", "master", "slave" or a/);
  });

  it('of a function that chooses: it sees the primary first, and what it does not choose is that', () => {
    const seen: unknown[] = [];
    const reads = (chosen: string | null): unknown =>
      (
        settingsOf({ scaleReads: () => null }, 7000, (keys, command) => {
          seen.push(keys, command);
          return chosen;
        }).view.reads as ReadFunction
      )(request);
    assert.equal(reads('replica:1'), candidates[0]);
    assert.deepEqual(seen, [['primary:1', 'replica:1'], { name: 'get', args: ['k'] }]);
    assert.equal(reads(null), 'primary:1');
  });
});
