import assert from 'node:assert/strict';
import { mayHoldKeyOf } from '../../../../lib/admin/preflight/server-facts.js';
import { nodeNamed } from '../../../../lib/admin/state/cluster-state.js';
import { threeShards } from '../cluster-states.js';
import { withTold } from './told.js';

describe('what a server may hold', () => {
  for (const [info, bytes, expected] of [
    [{}, 1_000, true],
    [{ used_memory_dataset: '?' }, 1_000, true],
    [{ used_memory_dataset: '899' }, 1_000, false],
    [{ used_memory_dataset: '900' }, 1_000, true],
    [{ used_memory_dataset: '5000' }, 1_000, true],
  ] as const) {
    it(`is ${expected ? 'perhaps' : 'no'} key of ${bytes} bytes with ${JSON.stringify(info)}`, () => {
      const cluster = withTold(threeShards(), { 7001: { info } });
      assert.equal(mayHoldKeyOf(nodeNamed(cluster, '7001f'), bytes), expected);
    });
  }
});
