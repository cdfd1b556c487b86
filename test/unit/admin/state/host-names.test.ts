import assert from 'node:assert/strict';
import { nodeNamed } from '../../../../lib/admin/state/cluster-state.js';
import { withHostNames } from '../../../../lib/admin/state/host-names.js';
import { idOf, threeShards } from '../cluster-states.js';

describe('host names of nodes', () => {
  const asked: string[] = [];
  const lookUp = (host: string): Promise<readonly string[]> => {
    asked.push(host);
    return Promise.resolve(host === 'redis.example' ? ['fd00::1', '10.0.0.1'] : []);
  };
  beforeEach(() => asked.splice(0));

  it('lead to the node with their IP and port', async () => {
    const cluster = await withHostNames(threeShards(), ['Redis.example:7002', 'redis.example:7003'], lookUp);
    assert.equal(nodeNamed(cluster, 'redis.example:7002').id, idOf(7002));
    assert.equal(nodeNamed(cluster, 'REDIS.example:7003').id, idOf(7003));
  });

  it('are not asked for where the text is a name already, an IP, an id, or no name', async () => {
    const state = threeShards({ id: 7001, aliases: ['redis.example:7001'] });
    await withHostNames(state, ['redis.example:7001', '10.0.0.1:9', '[::1]:7001', idOf(7001), '/socket', '', 'redis.example'], lookUp);
    assert.deepEqual(asked, []);
  });

  it('that lead nowhere find no node', async () => {
    const cluster = await withHostNames(threeShards(), ['other.example:7001', 'redis.example:9'], lookUp);
    assert.throws(() => nodeNamed(cluster, 'other.example:7001'), /is no node/);
    assert.throws(() => nodeNamed(cluster, 'redis.example:9'), /is no node/);
  });
});
