import { execFile } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './processes.js';

const execute = promisify(execFile);
const root = resolve('.');
const isCovered = process.env.NODE_V8_COVERAGE !== undefined;
/** The packages among what is bundled look for parts of node by `require`. */
const banner = "import { createRequire as bannerRequire } from 'node:module'; const require = bannerRequire(import.meta.url);";
const options = [
  '--bundle',
  '--splitting',
  '--platform=node',
  '--target=node20',
  '--format=esm',
  '--out-extension:.js=.mjs',
  `--banner:js=${banner}`,
];

const made = new Map<string, Promise<string>>();

/** What node needs in order to run what `compiled` gives. */
export const loaderArgs: readonly string[] = isCovered ? ['--import', 'tsx'] : [];

/**
 * JavaScript of a program in TypeScript with all that it imports, which node starts in a tenth of the processor time that it takes to load the
 * same by `tsx`. While coverage is measured it is the program itself, and the lines of `lib` are counted. `together`: programs that are
 * compiled at once with it.
 */
export function compiled(program: string, together: readonly string[] = [program]): Promise<string> {
  if (isCovered) return Promise.resolve(resolve(program));
  const before = made.get(program);
  if (before !== undefined) return before;
  const folder = compile(together);
  for (const each of together) {
    made.set(
      each,
      folder.then((path) => join(path, relative(root, each).replace(/\.ts$/, '.mjs'))),
    );
  }
  return made.get(program) ?? Promise.reject(new Error(`${program} is not among ${together.join(', ')}`));
}

/** Resolves with the folder that stands for the repository's. */
async function compile(programs: readonly string[]): Promise<string> {
  const folder = temporaryFolder('compiled');
  await execute(resolve('node_modules/.bin/esbuild'), [...programs, ...options, `--outbase=${root}`, `--outdir=${folder}`]);
  return folder;
}
