import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIB = fileURLToPath(new URL('../lib/', import.meta.url));

/** Files of lib as `folder/file.ts`, each with the files of lib that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** `import …`, `export … from`, `import('…')`; types too. */
const importPattern = /(?:^|\n)\s*(?:import|export)\b[^;'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

export function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(importPattern)]
    .map(([, plain, dynamic]) => plain ?? dynamic ?? '')
    .filter((path) => path.startsWith('.'))
    .map((path) => posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts'));
}

export function readImportGraph(): ImportGraph {
  return new Map(
    readdirSync(LIB, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.replaceAll('\\', '/'))
      .sort()
      .map((file) => [file, importsOf(file, readFileSync(`${LIB}${file}`, 'utf8'))]),
  );
}
