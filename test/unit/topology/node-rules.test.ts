import assert from 'node:assert/strict';
import { OptionsError } from '../../../lib/errors.js';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { cluster } from '../../../lib/options/topology.js';
import { NodeRules } from '../../../lib/topology/node-rules.js';
import { MISBEHAVIOURS } from '../../integration/util/user-function/misbehaviours.js';
import { at } from './nodes.js';

function tagsOf(nodes: NonNullable<ClientOptions['nodes']>, address: string, ...names: readonly string[]): unknown {
  const node = new NodeRules(resolveOptions({ nodes })).node({
    id: null,
    address: at(address),
    names: names.map(at),
    role: 'replica',
    usable: true,
    replicaOf: null,
    depth: 1,
    priority: 100,
  });
  return node.tags;
}

describe('NodeRules', () => {
  const cases: readonly (readonly [match: string, address: string, names: readonly string[], matches: boolean])[] = [
    ['10.0.0.1:6379', '10.0.0.1:6379', [], true],
    ['10.0.0.1:6379', '10.0.0.1:6380', [], false],
    ['10.0.0.1', '10.0.0.1:6380', [], true],
    ['10.0.1.*', '10.0.1.7:6380', [], true],
    ['10.0.1.*:6379', '10.0.1.7:6380', [], false],
    ['10.0.1.0/24', '10.0.1.200:6379', [], true],
    ['10.0.1.0/24', '10.0.2.200:6379', [], false],
    ['10.0.1.0/24', 'node.example.com:6379', ['10.0.1.9:6379'], true],
    ['*.zone-a.example.com', 'n1.zone-a.example.com:6379', [], true],
    ['fd00::/8', '[fd00::1]:6379', [], true],
    ['fd00::1', '[fd00::1]:6379', [], true],
    ['FD00::1', '[fd00::1]:6379', [], true],
    ['FD00::/8', '[fd00::1]:6379', [], true],
    ['LOCALHOST', 'localhost:6379', [], true],
    ['Node-1.Example.com:6379', 'node-1.example.com:6379', [], true],
    ['*.Zone-A.example.com', 'n1.zone-a.example.com:6379', [], true],
    ['/tmp/Redis.sock', '/tmp/Redis.sock', [], true],
    ['/tmp/redis.sock', '/tmp/Redis.sock', [], false],
  ];
  for (const [match, address, names, matches] of cases) {
    it(`${matches ? 'tags' : 'does not tag'} ${[address, ...names].join(' alias ')} by ${match}`, () => {
      assert.deepEqual(tagsOf([{ match, tags: { use: 'video' } }], address, ...names), matches ? { use: 'video' } : {});
    });
  }

  it('applies the first rule that matches', () => {
    const nodes = [
      { match: '10.0.0.2', tags: { use: 'a' } },
      { match: '10.0.0.*', tags: { use: 'b' } },
    ];
    assert.deepEqual([tagsOf(nodes, '10.0.0.2:1'), tagsOf(nodes, '10.0.0.3:1')], [{ use: 'a' }, { use: 'b' }]);
  });

  it('maps announced addresses and leaves the others as they are', () => {
    const mapped = new NodeRules(resolveOptions({ addressMap: { '10.0.0.1:6379': 'nat.example.com:7000' } }));
    assert.deepEqual(mapped.address(at('10.0.0.1:6379')), at('nat.example.com:7000'));
    assert.deepEqual(mapped.address(at('10.0.0.2:6379')), at('10.0.0.2:6379'));
  });

  const allowed: readonly (readonly [list: readonly string[], address: string, isAllowed: boolean])[] = [
    [['10.0.1.0/24'], '10.0.1.7:6379', true],
    [['10.0.1.0/24'], '10.0.2.7:6379', false],
    [['10.0.1.0/24'], '169.254.169.254:80', false],
    [['10.0.1.0/24'], '10.0.1.evil.example:6379', false],
    [['10.0.1.0/24', 'FD00::/8'], '[fd00::7]:6379', true],
    [['10.0.1.0/24'], '[::ffff:10.0.1.7]:6379', true],
    [['10.0.1.0/24'], '[fe80::1]:6379', false],
    [['*.Cache.example:6379'], 'n1.cache.example:6379', true],
    [['*.cache.example:6379'], 'n1.cache.example:6380', false],
    [['*.cache.example'], 'n1.cache.example.evil.example:6379', false],
    [['localhost'], '127.0.0.1:6379', false],
    [['10.0.0.9'], 'seed.example:7000', true],
    [['10.0.0.9'], 'seed.example:7001', false],
    [['10.0.0.9'], '10.0.0.8:6379', true],
  ];
  for (const [list, address, isAllowed] of allowed) {
    it(`${isAllowed ? 'allows' : 'refuses'} ${address} by ${list.join(' and ')}, beside the seeds, after addressMap`, () => {
      const refused: string[] = [];
      const topology = cluster('seed.example:7000');
      const addressMap = { '10.0.0.8:6379': '10.0.0.9:6379' };
      const rules = new NodeRules(resolveOptions({ topology, addressMap, allowedAddresses: list }), ({ node }) =>
        refused.push(String(node)),
      );
      for (let times = 0; times < 2; times++) assert.equal(rules.address(at(address)) !== null, isAllowed);
      assert.deepEqual(refused, isAllowed ? [] : [address], 'it is reported once');
    });
  }

  it('reports a bounded number of refused addresses', () => {
    const refused: unknown[] = [];
    const rules = new NodeRules(resolveOptions({ allowedAddresses: ['10.0.0.1'] }), (error) => refused.push(error));
    for (let port = 1; port < 1_000; port++) assert.equal(rules.address(at(`10.0.0.2:${port}`)), null);
    assert.equal(refused.length, 16);
  });

  it('say which addresses are left out, and by what', () => {
    const rules = new NodeRules(
      resolveOptions({ allowedAddresses: ['10.0.0.1'], addressMap: (address) => (address === '10.0.0.1:1' ? 'nonsense' : undefined) }),
    );
    assert.equal(rules.leftOut, '');
    for (const address of ['10.0.0.1:1', '10.0.0.1:2', '10.0.0.2:1', '10.0.0.2:2']) rules.address(at(address));
    assert.equal(rules.leftOut, '; allowedAddresses refuses 10.0.0.2:1, 10.0.0.2:2; addressMap fails for 10.0.0.1:1');
  });

  it('refuses what is no address from an addressMap function, naming the option', () => {
    const broken = new NodeRules(resolveOptions({ addressMap: () => 'nonsense' }));
    assert.equal(broken.address(at('10.0.0.1:6379')), null);
    const mistake = broken.addressOrMistake(at('10.0.0.1:6379'));
    assert.ok(mistake instanceof OptionsError);
    assert.match(mistake.message, /addressMap.*10\.0\.0\.1:6379.*nonsense/);
  });

  for (const [what, bad] of Object.entries(MISBEHAVIOURS)) {
    if (what === 'returns undefined') continue;
    it(`refuses an addressMap function that ${what}, and tells of it once`, () => {
      const told: unknown[] = [];
      const rules = new NodeRules(
        resolveOptions({ addressMap: (address) => (address === '10.0.0.1:1' ? bad.run() : undefined) as string }),
        (error) => told.push(error),
      );
      const error = rules.addressOrMistake(at('10.0.0.1:1'));
      assert.ok(error instanceof OptionsError);
      assert.equal(error.path, 'addressMap["10.0.0.1:1"]');
      if (what.startsWith('throws')) assert.equal(error.cause, bad.failure);
      assert.equal(rules.address(at('10.0.0.1:1')), null);
      assert.deepEqual(rules.address(at('10.0.0.2:1')), at('10.0.0.2:1'));
      assert.deepEqual(told, [error]);
    });
  }

  it('tells of a bounded number of mistakes', () => {
    const told: unknown[] = [];
    const rules = new NodeRules(resolveOptions({ addressMap: () => 'nonsense' }), (error) => told.push(error));
    for (let port = 1; port <= 1_000; port++) rules.address(at(`10.0.0.1:${port}`));
    assert.equal(told.length, 16);
  });
});
