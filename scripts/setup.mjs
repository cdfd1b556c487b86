// Gets a fresh clone ready for tests and demo: dependencies, and a server to start. Needs nothing but Node itself.
//   node scripts/setup.mjs --no-server       for what starts none
//   node scripts/setup.mjs --more-servers    for tests, some of which start other releases beside the default one
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBesideDefault, ensureServer, SetupError, versionOf } from './servers.mjs';
import { withLock } from './setup-lock.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`This needs Node 20.19 or newer, and you run ${process.versions.node}.`);
}

/** Whether node_modules holds what package-lock.json says, by the copy of it that npm leaves there. */
function dependenciesAreCurrent() {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    // npm leaves out optional packages of other platforms.
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
}

function installDependencies() {
  if (dependenciesAreCurrent()) return;
  console.log('Installing dependencies (npm ci) ...');
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [program, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const { status, error } = spawnSync(program, [...first, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new SetupError(`npm ci failed${error ? `: ${error.message}` : ''}; see above.`);
}

try {
  checkNode();
  if (!dependenciesAreCurrent()) withLock(console.log, installDependencies);
  if (!process.argv.includes('--no-server')) {
    const { server, source } = ensureServer();
    if (process.argv.includes('--more-servers')) ensureBesideDefault();
    const { product, version } = versionOf(server);
    console.log(
      `Ready: ${product === 'redis' ? 'Redis' : 'Valkey'} ${version} (${source === 'PATH' ? server : source}), Node ${process.versions.node}`,
    );
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exit(1);
}
