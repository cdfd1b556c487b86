import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const lib = resolve(dirname(fileURLToPath(import.meta.url)), '../../lib');

/** Each may import those before it. */
const layers = ['protocol', 'connection', 'pool', 'topology', 'routing', 'client', 'commands', 'admin', 'index.ts'];
/** What the package offers: two libraries and a program. */
const entries = ['index.ts', 'admin/index.ts', 'admin/cli.ts'];
/** What every layer may import. */
const common = ['errors.ts', 'options.ts', 'diagnostics.ts', 'version.ts', 'util'];

/** `import …`, `export … from`, `import('…')`; types too. */
const importPattern = /(?:^|\n)\s*(?:import|export)\b[^;'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(importPattern)]
    .map(([, plain, dynamic]) => plain ?? dynamic ?? '')
    .filter((path) => path.startsWith('.'))
    .map((path) => posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts'));
}

/** The files of the library, as `folder/file.ts`, with the files they import. */
const graph: ReadonlyMap<string, readonly string[]> = new Map(
  readdirSync(lib, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(lib, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .map((file) => [file, importsOf(file, readFileSync(join(lib, file), 'utf8'))]),
);

const topOf = (file: string): string => file.split('/')[0] ?? '';

/** The imports that go against the direction, as `from -> to`. */
function against(files: ReadonlyMap<string, readonly string[]>): string[] {
  return [...files].flatMap(([from, imports]) =>
    imports.filter((to) => !mayImport(topOf(from), topOf(to))).map((to) => `${from} -> ${to}`),
  );
}

function mayImport(from: string, to: string): boolean {
  if (common.includes(to)) return true;
  if (common.includes(from)) return false;
  // A folder may import itself; nothing imports what the library exports.
  return layers.indexOf(to) !== -1 && (layers.indexOf(to) < layers.indexOf(from) || (to === from && to !== 'index.ts'));
}

/** The files of one cycle, empty if there is none. */
function cycleIn(files: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    const at = path.indexOf(file);
    if (at !== -1) return [...path.slice(at), file];
    if (done.has(file)) return [];
    path.push(file);
    for (const next of files.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(file);
    return [];
  };
  for (const file of files.keys()) {
    const cycle = visit(file);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function reachableFrom(start: string, files: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set([start]);
  for (const file of reached) for (const next of files.get(file) ?? []) reached.add(next);
  return reached;
}

describe('the architecture', () => {
  it('imports only files that exist', () => {
    const missing = [...graph].flatMap(([from, imports]) => imports.filter((to) => !graph.has(to)).map((to) => `${from} -> ${to}`));
    assert.deepEqual(missing, []);
    assert.ok(graph.size > 50, 'the library was found');
  });

  it('has a place for every folder and file of lib', () => {
    const places = new Set([...graph.keys()].map(topOf));
    assert.deepEqual(
      [...places].filter((place) => !layers.includes(place) && !common.includes(place)),
      [],
    );
  });

  it('imports to the left only', () => {
    assert.deepEqual(against(graph), []);
  });

  it('keeps util free of everything but errors, options and diagnostics', () => {
    const allowed = ['util', 'errors.ts', 'options.ts', 'diagnostics.ts'];
    const others = [...graph].flatMap(([from, imports]) =>
      topOf(from) === 'util' ? imports.filter((to) => !allowed.includes(topOf(to))).map((to) => `${from} -> ${to}`) : [],
    );
    assert.deepEqual(others, []);
  });

  it('has no cycle between files', () => {
    assert.deepEqual(cycleIn(graph), []);
  });

  it('needs every file: the exports reach it', () => {
    const reached = new Set(entries.flatMap((entry) => [...reachableFrom(entry, graph)]));
    assert.deepEqual(
      [...graph.keys()].filter((file) => !reached.has(file)),
      [],
    );
  });

  describe('is checked by a test that', () => {
    it('finds every form of import', () => {
      const text = [
        `import type { A } from './a.js';`,
        `import {\n  type B,\n} from '../pool/b.js';`,
        `export * from './c.js';`,
        `export type { D } from './d.js';`,
        `import './e.js';`,
        `const f = await import('./f.js');`,
        `import { x } from 'node:net';`,
      ].join('\n');
      assert.deepEqual(importsOf('client/file.ts', text), [
        'client/a.ts',
        'pool/b.ts',
        'client/c.ts',
        'client/d.ts',
        'client/e.ts',
        'client/f.ts',
      ]);
    });

    it('sees an import to the right, one of the exports, and one out of the common files', () => {
      const files = new Map([
        ['protocol/a.ts', ['connection/b.ts', 'errors.ts']],
        ['commands/c.ts', ['index.ts', 'client/d.ts']],
        ['errors.ts', ['protocol/a.ts']],
      ]);
      assert.deepEqual(against(files), ['protocol/a.ts -> connection/b.ts', 'commands/c.ts -> index.ts', 'errors.ts -> protocol/a.ts']);
    });

    it('sees a cycle', () => {
      const files = new Map([
        ['a.ts', ['b.ts']],
        ['b.ts', ['c.ts']],
        ['c.ts', ['b.ts']],
      ]);
      assert.deepEqual(cycleIn(files), ['b.ts', 'c.ts', 'b.ts']);
    });
  });
});
