import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

  const killed = "process.kill(process.pid, 'SIGKILL')";
  const endsItself = 'process.exit(0)';
  const endsBadly = "process.on('exit', () => process.exit(7))";
  for (const [title, bodies, failures] of [
    [
      'end before their tests',
      [killed, endsItself],
      [/did not run to their end: SIGKILL\.$/m, /did not run to their end: exit code 0\.$/m],
    ],
    ['end badly after them', [endsBadly], [/passed, but their process ended with exit code 7\.$/m]],
  ] as const) {
    it(`fail the run where they ${title}, and the last line counts it`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lanes-'));
      try {
        for (const name of ['test.mjs', 'lane.mjs', 'reporter.mjs']) cpSync(join(root, 'scripts', name), join(folder, 'scripts', name));
        symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
        writeFileSync(join(folder, '.mocharc.json'), '{ "require": ["tsx"], "reporter": "./scripts/reporter.mjs" }');
        mkdirSync(join(folder, 'test/integration'), { recursive: true });
        for (const [at, body] of bodies.entries()) {
          writeFileSync(join(folder, `test/integration/${at}.test.ts`), `describe('one', () => it('ends', () => { ${body} }));`);
        }
        const env = { ...process.env, TEST_LANES: '2' };
        const run = execute(process.execPath, [join(folder, 'scripts/test.mjs'), 'integration'], { cwd: folder, env });
        const { code, stdout } = await run.then(
          () => assert.fail('it succeeded'),
          (error: { readonly code: number; readonly stdout: string }) => error,
        );
        assert.ok(code > 0);
        for (const failure of failures) assert.match(stdout, failure);
        const last = stdout.trimEnd().split('\n').at(-1);
        assert.equal(last, `tests: ${title === 'end badly after them' ? 1 : 0} passed, ${failures.length} failed, 0 skipped`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
