// Runs mocha with the arguments given (files default to all tests) and ends with the line `tests: N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'test-result-'));
const file = join(folder, 'counts.json');

// Not in .mocharc.json, because mocha would run these besides the files that were named.
const folders = ['unit', 'integration', 'functional', 'types'].filter((name) => existsSync(join(root, 'test', name)));
const given = process.argv.slice(2);
const namesFiles = given.some((arg) => !arg.startsWith('-') && (arg.endsWith('.ts') || existsSync(join(root, arg))));
const files = namesFiles ? [] : folders.map((name) => `test/${name}/**/*.test.ts`);

const child = spawn(process.execPath, [join(root, 'node_modules/mocha/bin/mocha.js'), ...given, ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TEST_RESULT: file },
});
// The terminal sends Ctrl-C to both; what ends this process alone must end the tests too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

const code = await new Promise((resolve) => {
  child.once('error', () => resolve(1));
  child.once('exit', (exitCode) => resolve(exitCode ?? 1));
});

let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  counts = JSON.parse(readFileSync(file, 'utf8'));
} catch {
  console.error('The tests did not run to their end.');
}
rmSync(folder, { recursive: true, force: true });
const { passed, failed, skipped } = counts;
console.log(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = code === 0 && failed > 0 ? 1 : code;
