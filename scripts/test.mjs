// Runs mocha and ends with the line `tests: N passed, N failed, N skipped`.
//   node scripts/test.mjs                          all tests
//   node scripts/test.mjs unit integration         those of some folders of test/
//   node scripts/test.mjs test/unit/a.test.ts      a file; other arguments go to mocha, too: --grep 'reads'
//   node scripts/test.mjs packages                 those that npm run test:packages prepares, which are none of `all`
// Whole folders are run by two processes side by side, because many tests wait for servers; TEST_LANES=1 has one.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'test-result-'));
const claims = join(folder, 'claims');
mkdirSync(claims);

const suites = ['unit', 'integration', 'simulation', 'functional', 'types'];
const given = process.argv.slice(2);
const isSuite = (arg) => suites.includes(arg) || arg === 'packages';
const named = given.filter(isSuite);
const others = given.filter((arg) => !isSuite(arg));
const namesFiles = others.some((arg) => !arg.startsWith('-') && (arg.endsWith('.ts') || existsSync(join(root, arg))));
// Not in .mocharc.json, because mocha would run these besides the files that were named.
const chosen = named.length > 0 ? named : namesFiles ? [] : suites;
// Installed packages bring tests of their own.
const files = chosen.map((name) => (name === 'packages' ? 'test/packages/*.test.ts' : `test/${name}/**/*.test.ts`));

// Unit tests wait for nothing, and arguments choose few tests or want the output of one process.
const shared = ['integration', 'simulation', 'functional', 'packages'];
const sharesWell = others.length === 0 && chosen.some((name) => shared.includes(name));
const laneCount = sharesWell ? Number(process.env.TEST_LANES) || Math.min(2, availableParallelism()) : 1;

// Mocha would load the files by `require` and the processes that tests start by `import`; coverage of one source in two forms cannot be added up.
const importOnly = "data:text/javascript,Object.defineProperty(process.features,'require_module',{value:false})";
const nodeFlags = process.env.NODE_V8_COVERAGE === undefined ? [] : ['--import', importOnly];
const laneFlags = laneCount === 1 ? [] : ['--require', join(root, 'scripts/lane.mjs'), ...(process.stdout.isTTY ? ['--color'] : [])];

/** The last lines of a process that has ended come within this time. */
const graceMs = 2_000;

/** One process of the run. Only the first that still runs writes at once, so that the lines of two do not mix; the others keep theirs. */
class Lane {
  #kept = [];
  #speaks = false;

  constructor(number) {
    this.name = laneCount === 1 ? '' : `lane ${number} of ${laneCount}`;
    this.file = join(folder, `counts-${number}.json`);
    this.child = spawn(process.execPath, [...nodeFlags, join(root, 'node_modules/mocha/bin/mocha.js'), ...laneFlags, ...others, ...files], {
      cwd: root,
      stdio: laneCount === 1 ? 'inherit' : ['inherit', 'pipe', 'pipe'],
      env: { ...process.env, TEST_RESULT: this.file, TEST_CLAIMS: claims },
    });
    for (const name of ['stdout', 'stderr']) this.child[name]?.on('data', (data) => this.#write(process[name], data));
    this.ended = new Promise((resolve) => {
      this.child.once('error', ({ message }) => resolve({ code: 1, how: message }));
      this.child.once('close', (code, signal) => resolve({ code: code ?? 1, how: signal ?? `exit code ${code}` }));
      this.child.once('exit', () => setTimeout(() => this.#closeOutput(), graceMs).unref());
    });
  }

  speak() {
    this.#speaks = true;
    if (this.name !== '') console.log(`\n${this.name}`);
    for (const [stream, data] of this.#kept) stream.write(data);
    this.#kept = [];
  }

  /** What it counted; a process that did not come to its end failed, or one that ended badly after the last test. */
  result({ code, how }) {
    const tests = this.name === '' ? 'The tests' : `The tests of ${this.name}`;
    try {
      const counts = JSON.parse(readFileSync(this.file, 'utf8'));
      return code === 0 || counts.failed > 0 ? counts : this.#oneFailed(counts, `${tests} passed, but their process ended with ${how}.`);
    } catch {
      return this.#oneFailed({ passed: 0, failed: 0, skipped: 0, failures: [] }, `${tests} did not run to their end: ${how}.`);
    }
  }

  #oneFailed(counts, text) {
    console.error(text);
    return { ...counts, failed: counts.failed + 1, failures: [...counts.failures, text] };
  }

  /** What the process left running may hold its output open. */
  #closeOutput() {
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.destroy();
  }

  #write(stream, data) {
    if (this.#speaks) stream.write(data);
    else this.#kept.push([stream, data]);
  }
}

const lanes = Array.from({ length: laneCount }, (_, at) => new Lane(at + 1));
// The terminal sends Ctrl-C to all; what ends this process alone must end the tests too, and the second time those that hang.
let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    signals++;
    for (const { child } of lanes) child.kill(signals === 1 ? signal : 'SIGKILL');
  });
}

const sum = { passed: 0, failed: 0, skipped: 0, failures: [] };
let code = 0;
for (const lane of lanes) {
  lane.speak();
  const ended = await lane.ended;
  code ||= ended.code;
  const result = lane.result(ended);
  for (const key of ['passed', 'failed', 'skipped']) sum[key] += result[key];
  sum.failures.push(...result.failures);
}
rmSync(folder, { recursive: true, force: true });
// Those of the first lanes are far above.
if (laneCount > 1 && sum.failures.length > 0) console.log(`failed:\n${sum.failures.map((title) => `  ${title}\n`).join('')}`);
console.log(`tests: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = code === 0 && sum.failed > 0 ? 1 : code;
