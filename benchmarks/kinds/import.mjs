import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { clients } from '../clients.mjs';
import { median } from '../ratios.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));
const counter = fileURLToPath(new URL('./count-modules.mjs', import.meta.url));

export const importFigures = [
  ['importMs', 'import, ms'],
  ['importModules', 'import, modules'],
  ['requireMs', 'require, ms'],
  ['requireModules', 'require, modules'],
];

const timed = (how, target) => `
  const start = performance.now();
  ${how === 'import' ? `await import(${JSON.stringify(target)})` : `process.getBuiltinModule('node:module').createRequire(process.cwd() + '/')(${JSON.stringify(target)})`};
  console.log(performance.now() - start);
  process.exit();
`;

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: here, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.split('\n').find((text) => /Error/.test(text)) ?? `exit code ${status}`);
  return Number(stdout.trim());
}

/** Each sample is a fresh process; modules are counted in one more, so that counting costs the others no time. */
export async function measureImport(_id, _row, { names, rounds }) {
  const results = {};
  for (const name of names.filter((each) => clients[each].package)) {
    const targets = { import: clients[name].module ?? clients[name].package, require: clients[name].required ?? clients[name].package };
    try {
      results[name] = {};
      for (const how of ['import', 'require']) {
        const samples = Array.from({ length: rounds + 1 }, () => run(['--input-type=module', '-e', timed(how, targets[how])]));
        results[name][`${how}Ms`] = median(samples.slice(1));
        results[name][`${how}Modules`] = run([counter, how, targets[how]]);
      }
    } catch (error) {
      results[name] = { error: error.message };
    }
  }
  return { results, figures: importFigures };
}
