import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const place = join(here, '.cache/migrate');
const execute = promisify(execFile);

/** What the command line says about the snippets, where `folder` has them and a TypeScript. */
async function found(folder: string): Promise<unknown> {
  const args = [join(root, 'dist/esm/admin/cli/index.js'), 'migrate', 'check', 'snippets', '--json'];
  const { stdout } = await execute(process.execPath, args, { cwd: folder }).catch((error: { stdout: string }) => error);
  return JSON.parse(stdout);
}

describe('slotwise migrate check', function () {
  this.timeout(60_000);

  it('finds the same with the parsers of TypeScript 5 and 7', async () => {
    rmSync(place, { recursive: true, force: true });
    mkdirSync(join(place, 'node_modules'), { recursive: true });
    cpSync(join(here, 'snippets'), join(place, 'snippets'), { recursive: true });
    symlinkSync(join(here, 'node_modules/typescript-5'), join(place, 'node_modules/typescript'), 'junction');
    const [five, seven] = [await found(place), await found(here)];
    assert.deepEqual(five, seven);
    assert.ok((five as { found: unknown[] }).found.length > 80);
  });
});
