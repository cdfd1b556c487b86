import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const execute = promisify(execFile);

interface Ran {
  readonly passes: readonly { readonly fullTitle: string }[];
}

describe('two lanes', () => {
  it('run every test once, those of one file in one process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lanes-'));
    try {
      const names = Array.from({ length: 12 }, (_, at) => `file-${String(at).padStart(2, '0')}`);
      for (const name of names) {
        const suites = ['a', 'b'].map((suite) => `describe('${name} ${suite}', () => it('runs', (done) => setTimeout(done, 5)));\n`);
        writeFileSync(join(folder, `${name}.test.mjs`), suites.join(''));
      }
      const claims = join(folder, 'claims');
      mkdirSync(claims);
      const args = [join(root, 'node_modules/mocha/bin/mocha.js'), '--require', join(root, 'scripts/lane.mjs'), '--reporter', 'json'];
      const run = async (): Promise<string[]> => {
        const env = { ...process.env, TEST_CLAIMS: claims };
        const { stdout } = await execute(process.execPath, [...args, '*.test.mjs'], { cwd: folder, env });
        return (JSON.parse(stdout) as Ran).passes.map(({ fullTitle }) => fullTitle);
      };
      const [one, other] = await Promise.all([run(), run()]);
      const expected = names.flatMap((name) => [`${name} a runs`, `${name} b runs`]);
      assert.deepEqual([...one, ...other].sort(), expected);
      for (const titles of [one, other]) {
        for (const name of names) assert.notEqual(titles.filter((title) => title.startsWith(name)).length, 1, name);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
