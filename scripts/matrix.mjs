// Runs the functional tests on every server below, unpacked where they are missing, and ends with a line for each and their sum:
//   npm run test:matrix                 all of them
//   npm run test:matrix -- valkey-9     those that are named
// Other arguments go to mocha. The tests leave out what a server does not have by that server's own COMMAND list.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releases, SetupError, unpack, versionOf } from './servers.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const matrix = ['redis-7', 'redis-8.0', 'valkey-8.1', 'valkey-9'];

const given = process.argv.slice(2);
const named = given.filter((name) => Object.hasOwn(releases, name));
const options = given.filter((name) => !named.includes(name));
const files = options.some((option) => option.endsWith('.ts')) ? [] : ['functional'];

/** The counts of the last line that scripts/test.mjs prints. */
function countsOf(output) {
  const counts = /^tests: (\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output.trimEnd().split('\n').at(-1) ?? '');
  return counts === null ? [0, 1, 0] : counts.slice(1).map(Number);
}

function test(server) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'scripts/test.mjs'), ...options, ...files], {
      cwd: root,
      stdio: ['inherit', 'pipe', 'inherit'],
      env: { ...process.env, REDIS_SERVER: server },
    });
    const forward = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, forward);
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      process.stdout.write(data);
    });
    child.once('close', (code, signal) => {
      for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(each, forward);
      resolve({ counts: countsOf(output), failed: code !== 0, signal });
    });
  });
}

const lines = [];
const sum = [0, 0, 0];
try {
  for (const name of named.length > 0 ? named : matrix) {
    const server = unpack(name);
    const { product, version } = versionOf(server);
    console.log(`\n${name}: ${product} ${version}`);
    const { counts, failed, signal } = await test(server);
    const [passed, failures, skipped] = counts;
    lines.push(`${name} (${product} ${version}): ${passed} passed, ${failures} failed, ${skipped} skipped`);
    for (const [at, count] of counts.entries()) sum[at] += count;
    if (failed) process.exitCode = 1;
    if (signal !== null) break;
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
console.log(`\n${lines.join('\n')}`);
console.log(`tests: ${sum[0]} passed, ${sum[1]} failed, ${sum[2]} skipped`);
