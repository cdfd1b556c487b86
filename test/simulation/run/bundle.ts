import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { stateCoveragePatches } from './state-coverage.js';

/** Changes the source of one file while it is bundled; the one on disk stays as it is. */
export interface Patch {
  /** From the root of the repository: `lib/pool/lease.ts`. */
  readonly file: string;
  apply(text: string): string;
}

const root = resolve('.');
/** The packages among what is bundled look for parts of Node by `require`. */
const banner = "import { createRequire as bannerRequire } from 'node:module'; const require = bannerRequire(import.meta.url);";

function patching(patches: readonly Patch[]): Plugin {
  const files = [...new Set(patches.map(({ file }) => file))];
  const escaped = files.map((file) => file.replaceAll(/[.\\/]/g, (sign) => (sign === '/' ? '[\\\\/]' : `\\${sign}`)));
  return {
    name: 'patches',
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`[\\\\/](?:${escaped.join('|')})$`) }, ({ path }) => {
        const file = relative(root, path).replaceAll('\\', '/');
        const own = patches.filter((patch) => patch.file === file);
        return { contents: own.reduce((text, patch) => patch.apply(text), readFileSync(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}

/** Writes the program that runs seeds, with all that it imports, as one file into `folder`. Returns its path. */
export async function bundleWorker(folder: string, patches: readonly Patch[] = []): Promise<string> {
  const outfile = join(folder, 'worker.mjs');
  await build({
    entryPoints: [join(root, 'test/simulation/run/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    banner: { js: banner },
    logLevel: 'silent',
    plugins: [patching([...patches, ...stateCoveragePatches()])],
  });
  return outfile;
}
