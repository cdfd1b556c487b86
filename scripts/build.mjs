// Builds the package twice from one source: dist/esm for `import`, dist/cjs for `require`. The code of each is one file, because loading a
// hundred small ones takes longer than all they do; the types stay a file a source file. The code stays readable: Node shows the line of an
// error that nobody catches, which would be all of the library otherwise. To leave out the white space would save 1.5 ms of an import.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const formats = [
  { dir: 'esm', format: 'esm', type: 'module', module: ['--module', 'nodenext', '--moduleResolution', 'nodenext'] },
  { dir: 'cjs', format: 'cjs', type: 'commonjs', module: ['--module', 'commonjs', '--moduleResolution', 'bundler'] },
];

/** The declarations that a file needs, itself among them. */
function neededBy(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(|^import)\s*['"](\.[^'"]+)\.js['"]/gm)) {
    neededBy(join(dirname(file), `${path}.d.ts`), found);
  }
  return found;
}

/** What programs import, by its path in `lib` without its ending. */
const entries = Object.values(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).exports)
  .map((target) => target.import?.default)
  .filter((file) => file !== undefined)
  .map((file) => file.replace('./dist/esm/', '').replace(/\.js$/, ''));

/** Removes the declarations that no public one leads to: those of the engine, half of them all. */
function removeUnneeded(out) {
  const needed = new Set(entries.flatMap((name) => [...neededBy(join(out, `${name}.d.ts`))]));
  for (const name of readdirSync(out, { recursive: true })) {
    const file = join(out, name);
    if (name.endsWith('.d.ts') && !needed.has(file)) rmSync(file);
  }
}

const sourceOf = (name) => `${root}lib/${name}.ts`;

function bundled(out, format) {
  return {
    outdir: out,
    outbase: `${root}lib`,
    bundle: true,
    // `denque` is built in: to load it as a package of its own took 5 ms of the 29 that an import takes. `debug` is loaded by those who
    // want logs.
    external: ['debug'],
    platform: 'node',
    target: 'node20.19',
    format,
    // The sources are in the package, once for both builds.
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
  };
}

/** Has the entries for other clients' habits load the library itself, of which a program must not have two: its classes would differ. */
const libraryOutside = {
  name: 'library-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^(\.\.\/)+index\.js$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path) === join(root, 'lib/index.js') ? { path: '../../index.js', external: true } : undefined,
    );
  },
};

rmSync(`${root}dist`, { recursive: true, force: true });
for (const { dir, format, type, module } of formats) {
  const out = `${root}dist/${dir}`;
  execFileSync(process.execPath, [tsc, '-p', `${root}tsconfig.build.json`, '--emitDeclarationOnly', '--outDir', out, ...module], {
    stdio: 'inherit',
  });
  removeUnneeded(out);
  const isShape = (name) => name.startsWith('entries/');
  await build({ ...bundled(out, format), entryPoints: entries.filter((name) => !isShape(name)).map(sourceOf) });
  await build({ ...bundled(out, format), entryPoints: entries.filter(isShape).map(sourceOf), plugins: [libraryOutside] });
  // The command line is run, not imported: one of it is enough. Only `explain` needs the client, whose code is three times the rest: it is a
  // file of its own, which no other command loads.
  if (format === 'esm') {
    await build({
      ...bundled(out, format),
      entryPoints: [sourceOf('admin/cli/index')],
      splitting: true,
      chunkNames: 'admin/cli/[name]-[hash]',
    });
  }
  // The nearest package.json tells Node how to read the .js file.
  writeFileSync(`${out}/package.json`, `${JSON.stringify({ type })}\n`);
}
// Its licence goes with its code.
copyFileSync(`${root}node_modules/denque/LICENSE`, `${root}dist/denque.LICENSE.txt`);
