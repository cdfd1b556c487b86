import assert from 'node:assert/strict';
import { Worker, withWorkers } from '../run/workers.js';
import { type DeploymentKind, deploymentKinds } from '../topologies/deployment.js';
import { testBundle } from './seeds-of-kind.js';

/** A ring has what groups have, and most endpoints what one server has. */
const seedsOf = (kind: DeploymentKind): number[] => (kind === 'ring' || kind === 'endpoints' ? [1] : [1, 2]);
const jobs = deploymentKinds.flatMap((kind) => seedsOf(kind).map((seed) => ({ seed, kind })));

describe('a seed', () => {
  it('is one run: the same in a fresh process, after other seeds, and with a trace', async function () {
    this.timeout(0);
    const bundle = await testBundle();
    const fingerprints = (all: readonly (typeof jobs)[number][], trace: boolean): Promise<string[]> =>
      withWorkers(bundle, 1, async ([worker = new Worker(bundle)]) => {
        const found: string[] = [];
        for (const { seed, kind } of all) {
          const { result, crash } = await worker.run({ seed, kind, trace });
          assert.equal(crash, null);
          found.push(`${kind} ${seed}: ${result?.fingerprint}, ${result?.commands} commands, ${result?.virtualMs} ms`);
        }
        return found.sort();
      });
    const first = await fingerprints(jobs, false);
    assert.deepEqual(await fingerprints([...jobs].reverse(), false), first);
    assert.deepEqual(await fingerprints(jobs, true), first);
    assert.equal(new Set(first.map((text) => text.split(': ')[1])).size, jobs.length);
  });
});
