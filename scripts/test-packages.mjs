// Tries the entries for other clients with the packages that people use them with: installs those in a folder of their own, puts the built
// library and its stand-in for ioredis among them, checks the types of programs written for the originals, and runs test/packages.
//   node scripts/test-packages.mjs                             all
//   node scripts/test-packages.mjs test/packages/a.test.ts     a file; other arguments go to mocha, too
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'test/packages');
const modules = join(folder, 'node_modules');
const standIn = join(root, 'packages/ioredis');

function run(program, args, cwd = root) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status === 0) return;
  console.error(error ? `${program}: ${error.message}` : `${[program, ...args].join(' ')} failed`);
  process.exit(status ?? 1);
}

/** Whether the folder holds what its lock file says, by the copy of it that npm leaves there. */
function isInstalled() {
  const kept = join(modules, '.package-lock.json');
  if (!existsSync(kept)) return false;
  const installed = JSON.parse(readFileSync(kept, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version);
}

/** Folders called `ioredis` among the installed packages: what an alias or npm's `overrides` replaces in a program. */
function ioredisFolders(within = modules) {
  return readdirSync(within, { withFileTypes: true }).flatMap(({ name }) => {
    if (name.startsWith('.')) return [];
    if (name.startsWith('@')) return ioredisFolders(join(within, name));
    if (name === 'ioredis') return [join(within, name)];
    const nested = join(within, name, 'node_modules');
    return existsSync(nested) ? ioredisFolders(nested) : [];
  });
}

if (!isInstalled()) run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder);
rmSync(join(modules, 'slotwise'), { recursive: true, force: true });
symlinkSync(root, join(modules, 'slotwise'), 'junction');
for (const replaced of existsSync(standIn) ? new Set([join(modules, 'ioredis'), ...ioredisFolders()]) : []) {
  rmSync(replaced, { recursive: true, force: true });
  cpSync(standIn, replaced, { recursive: true });
}
const others = process.argv.slice(2);
if (others.length === 0) run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false']);
run(process.execPath, [join(root, 'scripts/test.mjs'), ...(others.length === 0 ? ['packages'] : others)]);
