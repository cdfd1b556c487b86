// Runs mocha and ends with the line `tests: N passed, N failed, N skipped`.
//   node scripts/test.mjs                          all tests
//   node scripts/test.mjs unit integration         those of some folders of test/
//   node scripts/test.mjs test/unit/a.test.ts      a file; other arguments go to mocha, too: --grep 'reads'
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'test-result-'));
const file = join(folder, 'counts.json');

const suites = ['unit', 'integration', 'functional', 'types'];
const given = process.argv.slice(2);
const named = given.filter((arg) => suites.includes(arg));
const others = given.filter((arg) => !suites.includes(arg));
const namesFiles = others.some((arg) => !arg.startsWith('-') && (arg.endsWith('.ts') || existsSync(join(root, arg))));
// Not in .mocharc.json, because mocha would run these besides the files that were named.
const chosen = named.length > 0 ? named : namesFiles ? [] : suites;
const files = chosen.map((name) => `test/${name}/**/*.test.ts`);

// Mocha would load the files by `require` and the processes that tests start by `import`; coverage of one source in two forms cannot be added up.
const importOnly = "data:text/javascript,Object.defineProperty(process.features,'require_module',{value:false})";
const flags = process.env.NODE_V8_COVERAGE === undefined ? [] : ['--import', importOnly];
const child = spawn(process.execPath, [...flags, join(root, 'node_modules/mocha/bin/mocha.js'), ...others, ...files], {
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
