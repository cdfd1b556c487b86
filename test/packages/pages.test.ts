import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chosenKinds, sharedTopology, type TopologyKind } from '../support/topologies.js';
import { configurePrograms, programsOf } from './support/page.js';
import { urlOf } from './support/url.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
const programs = programsOf(['docs/with-your-framework.md', 'docs/migrate-from-ioredis.md', 'docs/migrate-from-node-redis.md']);
const folder = configurePrograms();
/** Programs whose package does not work on a topology, with its reason. */
const notOn: Readonly<Record<string, Partial<Record<TopologyKind, string>>>> = {
  'Nest microservices': { sentinel: 'it connects to one host', cluster: 'it connects to one host' },
};

describe('the pages for those who come from other clients', () => {
  it('have programs that compile', async function () {
    this.timeout(120_000);
    const compiler = `${root}node_modules/typescript/bin/tsc`;
    const compiled = execute(process.execPath, [compiler, '-p', folder, '--pretty', 'false']);
    const { stdout } = await compiled.catch((error: { stdout: string }) => error);
    assert.equal(stdout, '');
    assert.ok(programs.length > 0);
  });

  for (const kind of chosenKinds().filter((name) => name === 'single' || name === 'sentinel' || name === 'cluster')) {
    describe(`on ${kind}`, () => {
      for (const { title, file, prints } of programs) {
        const why = notOn[title]?.[kind];
        if (why !== undefined) continue;
        it(`have a program for ${title}`, async function () {
          this.timeout(60_000);
          const topology = await sharedTopology(kind);
          await topology.flush();
          const env = { ...process.env, REDIS_URL: urlOf(topology) };
          const { stdout } = await execute(process.execPath, ['--import', 'tsx', file], { cwd: folder, env, timeout: 50_000 });
          assert.equal(stdout.trim().split(/\s+/).join(' '), prints);
        });
      }
    });
  }
});
