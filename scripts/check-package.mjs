// Checks what users get: packs the built library, installs it in an empty project, and uses it there by import, by require and from TypeScript.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { tsImport } from 'tsx/esm/api';
import { bundled, identities, uncaught } from './package-programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { Server } = await tsImport('../test/support/server.ts', import.meta.url);

const names = ['createClient', 'single', 'replication', 'sentinel', 'cluster'];

const use = `
for (const name of ${JSON.stringify(names)}) {
  if (typeof slotwise[name] !== 'function') throw new Error('the package does not export ' + name);
}
async function main() {
  const redis = slotwise.createClient({ topology: slotwise.single(process.env.REDIS_URL) });
  await redis.set('greeting', 'hello', { EX: 60 });
  const got = await redis.get('greeting');
  await redis.close();
  if (got !== 'hello') throw new Error('got ' + JSON.stringify(got));
}
`;

const typed = `
import { cluster, createClient, replication, sentinel, single } from 'slotwise';
import { type AdminOptions, ClusterAdmin } from 'slotwise/admin';

export const adminOf = (options: AdminOptions): ClusterAdmin => new ClusterAdmin(options);
export const topologies = [
  single('redis://127.0.0.1:6379'),
  replication(['redis://127.0.0.1:6379']),
  sentinel(['redis://127.0.0.1:26379'], 'mymaster'),
  cluster(['redis://127.0.0.1:7000']),
];

export async function main(): Promise<string | null> {
  const redis = createClient({ topology: single('redis://127.0.0.1:6379'), reads: 'replicaPreferred' });
  await redis.set('a', 'b', { EX: 60 });
  const value: string | null = await redis.get('a');
  const old: string | null = await redis.set('a', 'c', { GET: true });
  // @ts-expect-error a reply that may be null is not a string
  const wrong: string = await redis.get('a');
  await redis.close();
  return value ?? old ?? wrong;
}
`;

// Without `types`, of which TypeScript 7 has none by default: what the declarations need they must name themselves.
const compilerOptions = { target: 'es2022', strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
const resolutions = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'esnext', moduleResolution: 'bundler' },
];

/** The declarations that say `any`, outside of comments and texts. */
function declarationsWithAny(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.d.ts'))
    .filter((name) => {
      const text = readFileSync(join(folder, name), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g, '');
      return /\bany\b/.test(text);
    });
}

function run(what, program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 120_000, ...options });
  if (status === 0) {
    console.log(`ok: ${what}`);
    return stdout;
  }
  throw new Error(`${what} failed (${error?.message ?? `exit code ${status}`}):\n${stdout}${stderr}`);
}

/** What a process says of an error that nobody catches: a few readable lines, and with source maps those of the sources. */
function checkUncaught(file, how, project) {
  writeFileSync(join(project, file), uncaught(how));
  const [plain, mapped] = [[], ['--enable-source-maps']].map(
    (flags) => spawnSync(process.execPath, [...flags, file], { cwd: project, encoding: 'utf8' }).stderr,
  );
  const before = plain.indexOf('OptionsError: ');
  if (before === -1 || before > 500) throw new Error(`${file}: ${before} characters before the message:\n${plain.slice(0, 1_000)}`);
  if (!/^ +.*throw new OptionsError\(/m.test(plain.slice(0, before)))
    throw new Error(`${file}: no readable line before the message:\n${plain.slice(0, 1_000)}`);
  if (!/at .*slotwise.lib.options.\w+\.ts:\d+:\d+/.test(mapped))
    throw new Error(`${file}: the source maps do not lead to the sources:\n${mapped}`);
  console.log(`ok: an error that nobody catches, by ${how}`);
}

const folder = mkdtempSync(join(tmpdir(), 'check-package-'));
const project = join(folder, 'project');
let server = null;
try {
  for (const file of ['dist/esm/index.js', 'dist/cjs/index.js']) {
    if (!existsSync(join(root, file))) throw new Error(`${file} is missing; run npm run build`);
  }
  const bin = (name) => join(root, 'node_modules/.bin', name);
  run('publint', bin('publint'), ['run', '--strict', '.'], { cwd: root });
  run('npm pack', 'npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }));
  run('npm install of the package', 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--silent', join(folder, tarball)], {
    cwd: project,
  });

  writeFileSync(join(project, 'use.mjs'), `import * as slotwise from 'slotwise';\n${use}\nawait main();\n`);
  writeFileSync(join(project, 'use.cjs'), `const slotwise = require('slotwise');\n${use}\nmain();\n`);
  server = await Server.start();
  const env = { ...process.env, REDIS_URL: `redis://${server.address}` };
  // They must also end by themselves: run() waits for that.
  run('import, on a real server', process.execPath, ['use.mjs'], { cwd: project, env });
  run('require, on a real server', process.execPath, ['use.cjs'], { cwd: project, env });

  const useAdmin = "if (typeof ClusterAdmin !== 'function') throw new Error('slotwise/admin does not export ClusterAdmin');\n";
  writeFileSync(join(project, 'admin.mjs'), `import { ClusterAdmin } from 'slotwise/admin';\n${useAdmin}`);
  writeFileSync(join(project, 'admin.cjs'), `const { ClusterAdmin } = require('slotwise/admin');\n${useAdmin}`);
  run('import of slotwise/admin', process.execPath, ['admin.mjs'], { cwd: project });
  run('require of slotwise/admin', process.execPath, ['admin.cjs'], { cwd: project });
  const slotwise = join(project, 'node_modules/.bin/slotwise');
  run('the command line', slotwise, ['cluster', '--help'], { cwd: project });
  const explained = run('the command line with the whole client', slotwise, ['explain', server.address, 'GET', 'a', '--json'], {
    cwd: project,
  });
  if (JSON.parse(explained).node !== server.address) throw new Error(`explain says ${explained}`);

  checkUncaught('uncaught.mjs', 'import', project);
  checkUncaught('uncaught.cjs', 'require', project);
  cpSync(join(project, 'node_modules/slotwise'), join(project, 'copy/node_modules/slotwise'), { recursive: true });
  writeFileSync(join(project, 'identities.mjs'), identities);
  run('both builds and another copy in one process', process.execPath, ['identities.mjs'], { cwd: project, env });
  await build({
    entryPoints: [join(project, 'node_modules/slotwise/dist/esm/index.js')],
    outfile: join(project, 'bundle.mjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  writeFileSync(join(project, 'bundled.mjs'), bundled);
  run('a bundle with short names', process.execPath, ['bundled.mjs'], { cwd: project });

  const vague = declarationsWithAny(join(project, 'node_modules/slotwise/dist'));
  if (vague.length > 0) throw new Error(`declarations with any: ${vague.join(', ')}`);
  console.log('ok: no declaration says any');
  // As a user's `npm install --save-dev @types/node`.
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'), 'dir');
  const files = ['mts', 'cts'].map((extension) => `typed.${extension}`);
  for (const file of files) writeFileSync(join(project, file), typed);
  for (const resolution of resolutions) {
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...compilerOptions, ...resolution }, files }));
    run(`types of ${files.join(' and ')}, ${resolution.moduleResolution}`, bin('tsc'), ['-p', '.'], { cwd: project });
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
