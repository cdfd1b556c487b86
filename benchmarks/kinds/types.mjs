import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const typesFigures = [
  ['instantiations', 'type instantiations'],
  ['checkMs', 'check time, ms'],
  ['memoryKiB', 'compiler memory, KiB'],
  ['ownInstantiations', 'instantiations, skipLibCheck'],
];

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const tsc = file('../../node_modules/typescript/bin/tsc');
const language = ['--strict', '--target', 'es2022', '--lib', 'es2022,esnext.disposable', '--module', 'nodenext'];
const nodeTypes = ['--types', 'node', '--typeRoots', file('../../node_modules/@types')];
const settings = ['--noEmit', '--ignoreConfig', '--extendedDiagnostics', ...language, ...nodeTypes];

function diagnose(name, skipLibCheck) {
  const args = [tsc, ...settings, '--skipLibCheck', String(skipLibCheck), file(`../types/${name}.ts`)];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout.split('\n', 1)[0]);
  const number = (label) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1]);
  return { instantiations: number('Instantiations'), checkMs: number('Check time') * 1000, memoryKiB: number('Memory used') };
}

/** With all declarations checked, and with the `skipLibCheck` most projects set: then only what the program itself asks of the types counts. */
function cost(name) {
  return { ...diagnose(name, false), ownInstantiations: diagnose(name, true).instantiations };
}

/** What type-checking a program of one line adds to an empty one. */
export async function measureTypes(_id, _row, { names }) {
  const results = {};
  const empty = cost('empty');
  for (const name of names.filter((each) => existsSync(file(`../types/${each}.ts`)))) {
    try {
      const full = cost(name);
      results[name] = Object.fromEntries(Object.keys(full).map((field) => [field, full[field] - empty[field]]));
    } catch (error) {
      results[name] = { error: error.message };
    }
  }
  return { results, figures: typesFigures };
}
