import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Among the packages, so that programs find them; no part of the project's own sources. */
const folder = fileURLToPath(new URL('../.cache/programs', import.meta.url));

/** A program of a page of the documentation. */
export interface Program {
  readonly title: string;
  readonly file: string;
  /** What it prints: the comments behind its `console.log`, one after the other. */
  readonly prints: string;
}

/** The programs of pages, written to files: their blocks of `typescript`, each named by the heading above it. */
export function programsOf(pages: readonly string[]): readonly Program[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return pages.flatMap(programsOfPage);
}

function programsOfPage(page: string): readonly Program[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```typescript\n(.*?)^```/gms)].map(({ 1: code = '', index }) => {
    const title = [...text.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? page;
    const file = join(folder, `${title.toLowerCase().replaceAll(/\W+/g, '-')}-${index}.ts`);
    writeFileSync(file, `${code}\nexport {};\n`);
    const prints = [...code.matchAll(/console\.log\(.*\)[;,]? \/\/ (.*)$/gm)].map(([, comment]) => comment).join(' ');
    return { title, file, prints };
  });
}

/** Writes the configuration by which the programs are compiled. */
export function configurePrograms(): string {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { types: ['node'], experimentalDecorators: true, noUnusedLocals: false },
    include: ['*.ts'],
    exclude: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return folder;
}
