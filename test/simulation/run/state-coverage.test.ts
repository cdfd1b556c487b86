import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorker } from './bundle.js';
import { workFolder } from './work-folder.js';
import { withWorkers } from './workers.js';

/** Files of the engine with a table of transitions, as tables are named. The shapes of other clients stand on it. */
const files = readdirSync('lib', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && /\bTransitions</.test(readFileSync(join('lib', file), 'utf8')))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => name !== 'util/state-machine' && !name.replaceAll('\\', '/').startsWith('entries/'));

describe('the bundle that runs seeds', () => {
  it('knows every table of transitions of the engine, and counts those that are made', async function () {
    this.timeout(0);
    const bundle = await bundleWorker(workFolder('coverage'));
    await withWorkers(bundle, 1, async ([worker]) => {
      const { states = {}, crash } = (await worker?.run({ seed: 1, kind: 'single' })) ?? {};
      assert.equal(crash, null);
      assert.deepEqual(Object.keys(worker?.tables ?? {}).sort(), files.sort());
      assert.deepEqual(worker?.tables['client/lifecycle']?.idle, ['running', 'closing', 'closed']);
      assert.ok((states['client/lifecycle']?.['idle → running'] ?? 0) > 0);
      assert.ok((states['connection/connection-phase']?.['connecting → ready'] ?? 0) > 0);
    });
  });

  it('is not written where a patch does not find its text', async () => {
    const patch = { file: 'lib/version.ts', apply: () => assert.fail('no such text') };
    await assert.rejects(bundleWorker(workFolder('coverage'), [patch]), /no such text/);
  });
});
