// Builds the package twice from one source: dist/esm for `import`, dist/cjs for `require`, each with its own types.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const formats = [
  { dir: 'esm', type: 'module', flags: ['--module', 'nodenext', '--moduleResolution', 'nodenext'] },
  { dir: 'cjs', type: 'commonjs', flags: ['--module', 'commonjs', '--moduleResolution', 'bundler'] },
];

rmSync(`${root}dist`, { recursive: true, force: true });
for (const { dir, type, flags } of formats) {
  execFileSync(process.execPath, [tsc, '-p', `${root}tsconfig.build.json`, '--outDir', `${root}dist/${dir}`, ...flags], {
    stdio: 'inherit',
  });
  // The nearest package.json tells Node how to read the .js files.
  writeFileSync(`${root}dist/${dir}/package.json`, `${JSON.stringify({ type })}\n`);
}
