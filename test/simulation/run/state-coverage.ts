import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Patch } from './bundle.js';

const lib = resolve('lib');
const states = resolve('test/simulation/run/states.ts');
const stateMachine = 'lib/util/state-machine.ts';
const checked = /^ {2}if \(!table\[current\]\.includes\(next\)\) throw .*$/m;
const declaration = /^(?:export )?const (\w+): Transitions</gm;

/** Has every transition counted, by its table, whose name is its file. The sources on disk stay as they are. */
export function stateCoveragePatches(): Patch[] {
  const tables = readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, found: [...readFileSync(join(lib, file), 'utf8').matchAll(declaration)].map(([, name = '']) => name) }))
    .filter(({ found }) => found.length > 0)
    .map(({ file, found }): Patch => ({ file: relative('.', join(lib, file)), apply: (text) => `${text}\n${namingOf(file, found)}` }));
  return [{ file: stateMachine, apply: countTransitions }, ...tables];
}

function countTransitions(text: string): string {
  if (!checked.test(text)) throw new Error(`${stateMachine} has not the line that ${checked} looks for.`);
  const counted = text.replace(checked, '$&\n  countTransition(table, current, next);');
  return `import { countTransition } from ${JSON.stringify(states)};\n${counted}`;
}

function namingOf(file: string, tables: readonly string[]): string {
  const name = file.replace(/\.ts$/, '').replaceAll('\\', '/');
  const calls = tables.map((table) => `nameTable(${JSON.stringify(tables.length === 1 ? name : `${name} ${table}`)}, ${table});`);
  return `import { nameTable } from ${JSON.stringify(states)};\n${calls.join('\n')}\n`;
}
