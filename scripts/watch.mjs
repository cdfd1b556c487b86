// Runs the unit tests, or what is named as for scripts/test.mjs, again after every change of lib/ or test/. Ctrl-C ends it.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.length > 2 ? process.argv.slice(2) : ['unit'];
/** An editor saves in several steps: the tests begin when nothing has changed for so long, in ms. */
const quietMs = 100;

let running = null;
let timer;

function run() {
  running?.kill();
  console.log(`\n${new Date().toLocaleTimeString()} ${args.join(' ')}`);
  // The dots of a whole run fit on a screen, and failures come in full.
  const child = spawn(process.execPath, [join(root, 'scripts/test.mjs'), '--reporter', 'dot', ...args], { cwd: root, stdio: 'inherit' });
  running = child;
  child.once('exit', () => {
    if (running === child) running = null;
  });
}

for (const folder of ['lib', 'test']) {
  watch(join(root, folder), { recursive: true }, (_, name) => {
    if (name !== null && !/\.(ts|json)$/.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(run, quietMs);
  });
}
process.once('SIGINT', () => {
  running?.kill();
  process.exit();
});
run();
