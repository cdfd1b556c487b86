import assert from 'node:assert/strict';
import { createClient } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';

describe('a transaction with a reply that is bytes in any mode', () => {
  forEachTopology(
    (t) => {
      it('gives those as bytes and the others as text', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        const outcome = await redis.multi().set('{d}k', 'välue').get('{d}k').dump('{d}k').lrange('{d}none', 0, -1).exec();
        const [set, value, dump, list] = outcome;
        assert.deepEqual([set, value, list], ['OK', 'välue', []]);
        assert.ok(Buffer.isBuffer(dump));
        await redis.restore('{d}copy', 0, dump);
        assert.equal(await redis.get('{d}copy'), 'välue');
      });
    },
    ['single', 'cluster'],
  );
});
