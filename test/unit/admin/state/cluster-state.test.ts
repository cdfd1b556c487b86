import assert from 'node:assert/strict';
import { nodeNamed, parseMembers } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf } from '../cluster-states.js';

describe('the members in CLUSTER NODES', () => {
  it('have open slots and bus ports', () => {
    const text = [
      'a 10.0.0.1:7000@17009 myself,master - 0 0 1 connected 0-5 [7->-b] [8-<-c]',
      'b 10.0.0.2:7000@17000,host handshake - 0 0 0 connected',
      '',
    ].join('\n');
    const [a, b] = parseMembers(text);
    assert.equal(a?.busPort, 17_009);
    assert.deepEqual([...(a?.migrating ?? [])], [[7, 'b']]);
    assert.deepEqual([...(a?.importing ?? [])], [[8, 'c']]);
    assert.deepEqual(a?.ranges, [{ start: 0, end: 5 }]);
    assert.deepEqual(b?.flags, ['handshake']);
  });
});

describe('the node that a text means', () => {
  const nodes = clusterOf(
    { id: 7001, aliases: ['localhost:7001', 'redis-a.example:7001', '[fd00::1]:7001'] },
    { id: 7002, aliases: ['redis-b.example:7002', 'shared.example:7000'] },
    { id: 7003, host: '10.0.0.3', aliases: ['shared.example:7000'] },
  );
  const cases: readonly (readonly [text: string, found: number | RegExp])[] = [
    ['10.0.0.1:7001', 7001],
    [idOf(7002), 7002],
    [idOf(7002).toUpperCase(), 7002],
    ['7003f', 7003],
    ['localhost:7001', 7001],
    [' LOCALHOST:7001 ', 7001],
    ['redis-b.example:7002', 7002],
    ['Redis-A.example', 7001],
    ['10.0.0.3', 7003],
    ['[FD00:0::1]:7001', 7001],
    ['[fd00::1]', 7001],
    ['shared.example:7000', /means 2 nodes; .*: 10\.0\.0\.1:7002 \(7002ffff\), 10\.0\.0\.3:7003 \(7003ffff\)$/],
    ['10.0.0.1', /means 2 nodes; .*7001.*7002/],
    ['localhost:7009', /localhost:7009 is no node of the cluster; .*7001.*7002.*7003/],
    ['700', /is no node/],
    ['', /is no node/],
    ['redis://me:secret@10.0.0.9:1', /redis:\/\/[^ ]*10\.0\.0\.9/],
  ];
  for (const [text, found] of cases) {
    it(`is found, or not, by ${JSON.stringify(text)}`, () => {
      if (typeof found === 'number') assert.equal(nodeNamed(nodes, text).id, idOf(found));
      else
        assert.throws(
          () => nodeNamed(nodes, text),
          (error: Error) => found.test(error.message) && !error.message.includes('secret'),
        );
    });
  }
});
