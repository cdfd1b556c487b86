import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { log } from '../../lib/diagnostics.js';

describe('diagnostics', () => {
  it('has a logger a layer and one for subscriptions, named after it', () => {
    for (const [layer, logger] of Object.entries(log)) assert.equal(logger.namespace, `slotwise:${layer}`);
    assert.deepEqual(Object.keys(log).sort(), ['client', 'connection', 'pool', 'protocol', 'pubsub', 'routing', 'topology']);
  });

  it('is switched on by DEBUG, a layer at a time', () => {
    const program = "import { log } from './lib/diagnostics.ts'; console.log(log.pool.enabled, log.client.enabled);";
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      env: { ...process.env, DEBUG: 'slotwise:pool' },
      encoding: 'utf8',
    });
    assert.equal(stdout.trim(), 'true false', stderr);
  });
});
