// Finds a Redis or Valkey server for tests and demo, or unpacks one into .cache/servers, and the proxies that some tests put in front of
// servers. Nothing is installed on the system.
//   node scripts/servers.mjs            the server that tests and demo use
//   node scripts/servers.mjs <name>     one of `releases` below, by name
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cache, withLock } from './setup-lock.mjs';

const serversFolder = join(cache, 'servers');

const redis = ['redis-server', 'redis-sentinel', 'redis-tools'];
const valkey = ['valkey-server', 'valkey-sentinel', 'valkey-tools'];
const serverPrograms = ['redis-server', 'valkey-server'];

/** What can be unpacked: packages of Debian suites. `suites: null` stands for the suites of this machine. */
export const releases = Object.freeze({
  redis: { suites: null, target: null, packages: redis },
  'redis-7': { suites: ['bookworm'], target: null, packages: redis },
  'redis-8.0': { suites: ['trixie'], target: null, packages: redis },
  'redis-8.6': { suites: ['sid', 'experimental'], target: 'experimental', packages: redis },
  'valkey-8.0': { suites: ['bookworm', 'bookworm-backports'], target: 'bookworm-backports', packages: valkey },
  'valkey-8.1': { suites: ['trixie'], target: null, packages: valkey },
  'valkey-9': { suites: ['sid'], target: null, packages: valkey },
  nutcracker: { suites: null, target: null, packages: ['nutcracker'] },
  haproxy: { suites: null, target: null, packages: ['haproxy'] },
});

/** Releases that some tests start beside the default server: the first of each product with atomic slot migration. */
export const besideDefault = Object.freeze(['valkey-9', 'redis-8.6']);

/** Proxies that some tests put in front of servers, each with the argument at which it tells its version. */
const versionArguments = Object.freeze({ nutcracker: '--version', haproxy: '-v' });
export const proxies = Object.freeze(Object.keys(versionArguments));

/** The oldest server that tests and demo work with: CLUSTER ADDSLOTSRANGE, CLUSTER SHARDS and enable-debug-command came with 7.0. */
const oldestMajor = 7;

export class SetupError extends Error {
  name = 'SetupError';
}

const hint = [
  'Tests and demo start real servers and need the program redis-server or valkey-server, 7.0 or newer. Any of these helps:',
  '  Debian, Ubuntu   sudo apt install redis-server',
  '  macOS            brew install redis',
  '  elsewhere        set REDIS_SERVER to the path of a redis-server or valkey-server',
].join('\n');

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function onPath(name, env = process.env) {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && isExecutable(join(folder, name))) return join(folder, name);
  }
  return null;
}

const versions = new Map();

/** What a server program says of itself, or null if it does not run. */
export function versionOf(path) {
  if (!versions.has(path)) {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    const match = /^(Redis|Valkey) server v=(\d+)\.(\d+)\.(\d+)/.exec(stdout ?? '');
    versions.set(
      path,
      match && {
        product: match[1].toLowerCase(),
        version: `${match[2]}.${match[3]}.${match[4]}`,
        major: Number(match[2]),
        minor: Number(match[3]),
      },
    );
  }
  return versions.get(path);
}

function isUsable(path) {
  const version = versionOf(path);
  return version !== null && version.major >= oldestMajor;
}

/** Whether a proxy runs here: it tells its version. */
function isProxy(name, path) {
  const { stdout, stderr } = spawnSync(path, [versionArguments[name]], { encoding: 'utf8' });
  return new RegExp(`${name}\\D{0,10}\\d+\\.\\d+`, 'i').test(`${stdout}${stderr}`);
}

/** The server, or the proxy, of `.cache/servers/<name>`, or null. */
export function unpackedServer(name) {
  const programs = proxies.includes(name) ? [name] : serverPrograms;
  return programs.map((program) => join(serversFolder, name, 'bin', program)).find((path) => isExecutable(path)) ?? null;
}

/** A proxy that tests start: NUTCRACKER or HAPROXY, else one on the PATH, else an unpacked one, else null. */
export function findProxy(name, env = process.env) {
  const variable = name.toUpperCase();
  const named = env[variable];
  if (named) {
    const path = named.includes('/') ? resolve(named) : onPath(named, env);
    if (path === null || !isExecutable(path) || !isProxy(name, path)) throw new SetupError(`${variable}=${named} is not a ${name}.`);
    return path;
  }
  // Debian has them where the PATH of most users does not look.
  return [onPath(name, env), join('/usr/sbin', name), unpackedServer(name)].find((path) => path !== null && isExecutable(path)) ?? null;
}

/** The server that tests and demo use: REDIS_SERVER, else one on the PATH, else an unpacked one, else null. */
export function findServer(env = process.env) {
  const extras = { sentinel: env.REDIS_SENTINEL || null, cli: env.REDIS_CLI || onPath('redis-cli', env) || onPath('valkey-cli', env) };
  if (env.REDIS_SERVER) {
    const path = env.REDIS_SERVER.includes('/') ? resolve(env.REDIS_SERVER) : onPath(env.REDIS_SERVER, env);
    if (path === null || !isExecutable(path)) throw new SetupError(`REDIS_SERVER=${env.REDIS_SERVER} is not a program.\n${hint}`);
    if (!isUsable(path)) throw new SetupError(`REDIS_SERVER=${env.REDIS_SERVER} is not a Redis or Valkey server 7.0 or newer.\n${hint}`);
    return { server: path, source: 'REDIS_SERVER', ...extras };
  }
  for (const program of serverPrograms) {
    const path = onPath(program, env);
    if (path !== null && isUsable(path)) return { server: path, source: 'PATH', ...extras };
  }
  const path = unpackedServer('redis');
  if (path === null || !isUsable(path)) return null;
  const cli = extras.cli ?? join(dirname(path), path.endsWith('redis-server') ? 'redis-cli' : 'valkey-cli');
  return { server: path, source: '.cache', ...extras, cli };
}

/** As `findServer`, but throws with advice if there is none. */
export function requireServer(env = process.env) {
  const found = findServer(env);
  if (found === null) throw new SetupError(`No server found; \`node scripts/setup.mjs\` gets one where it can.\n${hint}`);
  return found;
}

/** As `findServer`, but unpacks a server where there is none. */
export function ensureServer(log = console.log) {
  const found = findServer();
  if (found !== null) return found;
  unpack('redis', log);
  return requireServer();
}

/**
 * Unpacks the releases of `besideDefault` and the proxies, where that can be: what is missing is told in one line, and the tests that need
 * it are skipped.
 */
export function ensureBesideDefault(log = console.log) {
  for (const name of [...besideDefault, ...proxies]) {
    try {
      // A mirror that does not answer keeps nobody from the other tests for long.
      if (!proxies.includes(name) || findProxy(name) === null) unpack(name, log, 60_000);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      log(`Without ${name}, whose tests are skipped: ${error.message.split('\n', 1)[0]}`);
    }
  }
}

/** Unpacks a release unless that happened before; answers the path of its server. No program that it starts runs longer than `limitMs`. */
export function unpack(name, log = console.log, limitMs = undefined) {
  const release = releases[name];
  if (release === undefined) throw new SetupError(`No release is called ${name}. There are: ${Object.keys(releases).join(', ')}`);
  const before = unpackedServer(name);
  if (before !== null) return before;
  if (onPath('apt-get') === null || onPath('dpkg') === null) {
    throw new SetupError(`${name} can be unpacked only where there is apt-get and dpkg.\n${hint}`);
  }
  return withLock(log, () => {
    const meanwhile = unpackedServer(name);
    if (meanwhile !== null) return meanwhile;
    log(`Getting ${name} from Debian packages into .cache/servers/${name} (nothing is installed) ...`);
    mkdirSync(serversFolder, { recursive: true });
    // Whoever holds the lock is alone: earlier unfinished work is nobody's.
    for (const entry of readdirSync(serversFolder)) {
      if (entry.startsWith('.')) rmSync(join(serversFolder, entry), { recursive: true, force: true });
    }
    const work = join(serversFolder, `.${name}`);
    try {
      download(release, work, limitMs);
      assemble(work, proxies.includes(name) ? new RegExp(`^${name}$`) : /^(redis|valkey)-/);
      rmSync(join(serversFolder, name), { recursive: true, force: true });
      renameSync(join(work, 'done'), join(serversFolder, name));
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
    const server = unpackedServer(name);
    if (proxies.includes(name)) {
      if (server === null || !isProxy(name, server)) throw new SetupError(`The packages of ${name} hold no ${name} that runs here.`);
    } else if (server === null || !isUsable(server))
      throw new SetupError(`The packages of ${name} hold no server 7.0 or newer that runs here.\n${hint}`);
    return server;
  });
}

function run(program, args, limitMs) {
  const env = { ...process.env, LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env, timeout: limitMs });
  if (status === 0) return stdout;
  const reason = error?.message ?? `${stderr}\n${stdout}`.trim();
  throw new SetupError(`${program} ${args.filter((arg) => !arg.startsWith('-')).join(' ')} failed: ${reason}\n${hint}`);
}

/** The packages with everything they depend on, through apt's own configuration (mirror, proxy, keys) but with private state. */
function download(release, work, limitMs) {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'root']) mkdirSync(join(work, folder), { recursive: true });
  const options = [
    '-qq',
    `-oDir::State::Lists=${join(work, 'lists')}`,
    '-oDir::State::status=/dev/null',
    `-oDir::Cache=${join(work, 'cache')}`,
    '-oDebug::NoLocking=1',
    '-oAcquire::Languages=none',
    '-oAcquire::Retries=3',
    '-oAcquire::Check-Valid-Until=false',
    // Root would download as the user _apt, who may not write here; others cannot change users at all.
    ...(process.getuid?.() === 0 ? ['-oAPT::Sandbox::User=root'] : []),
  ];
  if (release.suites !== null) {
    const sources = join(work, 'sources.list');
    const mirror = debianMirror(options, limitMs);
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    writeFileSync(sources, release.suites.map((suite) => `deb [signed-by=${key}] ${mirror} ${suite} main\n`).join(''));
    options.push(`-oDir::Etc::SourceList=${sources}`, '-oDir::Etc::SourceParts=/dev/null');
  }
  run('apt-get', [...options, 'update'], limitMs);
  const target = release.target === null ? [] : ['-t', release.target];
  run('apt-get', [...options, 'install', '--download-only', '--no-install-recommends', '-y', ...target, ...release.packages], limitMs);
  const archives = join(work, 'cache', 'archives');
  for (const file of readdirSync(archives)) {
    if (file.endsWith('.deb')) run('dpkg', ['-x', join(archives, file), join(work, 'root')]);
  }
}

/** The mirror that this machine uses for Debian. */
function debianMirror(options, limitMs) {
  const query = ['indextargets', '--format', '$(ORIGIN) $(REPO_URI)', 'Created-By: Packages'];
  let targets = run('apt-get', query);
  if (targets.trim() === '') {
    run('apt-get', [...options, 'update'], limitMs);
    targets = run('apt-get', [...options, ...query]);
  }
  for (const line of targets.split('\n')) {
    const [origin, uri] = line.split(' ');
    if (origin === 'Debian' && uri !== undefined && !uri.includes('security')) return uri;
  }
  throw new SetupError(`Only a Debian system can get the packages of another Debian suite.\n${hint}`);
}

/**
 * From the unpacked packages to `done/`: programs, the libraries they need (libc too, so that packages of a newer suite run), and small
 * scripts that start the programs with these libraries. The scripts find their folder by themselves: the whole may be moved.
 */
function assemble(work, isWanted) {
  const unpacked = join(work, 'root');
  const done = join(work, 'done');
  for (const folder of ['bin', 'lib', 'programs']) mkdirSync(join(done, folder), { recursive: true });
  for (const parent of ['lib', 'usr/lib'].map((folder) => join(unpacked, folder))) {
    if (!existsSync(parent) || lstatSync(parent).isSymbolicLink()) continue;
    for (const triplet of readdirSync(parent)) {
      if (!/-linux-gnu/.test(triplet)) continue;
      for (const file of readdirSync(join(parent, triplet))) {
        if (/\.so(\.|$)/.test(file)) renameSync(join(parent, triplet, file), join(done, 'lib', file));
      }
    }
  }
  const loader = readdirSync(join(done, 'lib')).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
  if (loader === undefined) throw new SetupError(`The packages hold no program loader.\n${hint}`);
  for (const path of ['usr/bin', 'usr/sbin'].flatMap((folder) => programsIn(join(unpacked, folder)))) {
    const program = basename(path);
    if (!isWanted.test(program)) continue;
    renameSync(path, join(done, 'programs', program));
    const script = join(done, 'bin', program);
    const exec = `exec "$here/lib/${loader}" --library-path "$here/lib" "$here/programs/${program}" "$@"`;
    writeFileSync(script, ['#!/bin/sh', `here=\${0%/*}/..`, exec, ''].join('\n'));
    chmodSync(script, 0o755);
  }
}

function programsIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((program) => join(folder, program)) : [];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  try {
    const name = process.argv[2];
    // Only the path on stdout, for `REDIS_SERVER=$(node scripts/servers.mjs valkey-9) npm test`.
    console.log(name === undefined ? ensureServer(console.error).server : unpack(name, console.error));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
