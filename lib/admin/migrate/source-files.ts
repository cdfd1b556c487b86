import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = /\.[cm]?[jt]sx?$/;
const DECLARATIONS = /\.d\.[cm]?ts$/;
const SKIPPED: readonly string[] = ['node_modules', 'dist', 'build', 'coverage'];

/** The sources at a path: itself, or all below it, but for what is installed, built or hidden. Throws as `node:fs` does. */
export function sourceFiles(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return entry.name.startsWith('.') || SKIPPED.includes(entry.name) ? [] : sourceFiles(join(path, entry.name));
      return SOURCE.test(entry.name) && !DECLARATIONS.test(entry.name) ? [join(path, entry.name)] : [];
    });
}
