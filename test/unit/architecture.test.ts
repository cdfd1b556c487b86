import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importsOf, readImportGraph } from '../../scripts/import-graph.js';
import { divided, entries, rules } from '../support/import-rules.js';
import { outsideNames } from '../support/outside-names.js';
import { withoutText } from '../support/source-scan.js';

const lib = resolve(dirname(fileURLToPath(import.meta.url)), '../../lib');

/** Type names that two files export, each with its reason. */
const sharedNames: Readonly<Record<string, string>> = {
  Command: 'a command of the server, and one of our command line, which never meet',
  Role: 'the role of a node, and the reply of the command ROLE, which users know by that name',
};

/** What leads outside with a reason: the parser of a program's own TypeScript, which the command line loads. */
const allowed: readonly string[] = ['admin/migrate/parser.ts: import('];

/** Code outside of `lib/runtime`, and what leads outside in it. */
const outsideCases: readonly (readonly [text: string, names: readonly string[]])[] = [
  ['setTimeout(f, 1);', ['setTimeout']],
  ['const later = setImmediate, each = setInterval;', ['setImmediate', 'setInterval']],
  ['queueMicrotask(f);', ['queueMicrotask']],
  ['const now = performance.now();', ['performance']],
  ['const at = () => Date.now(), then = new Date(), is: Date = now;', ['Date', 'Date', 'Date']],
  ['`at $' + '{Date.now()}, $' + '{`and $' + '{performance.now()}`}`;', ['Date', 'performance']],
  ['process.nextTick(f); const { nextTick } = process;', ['nextTick', 'process.nextTick']],
  ["process.hrtime.bigint(); process['nextTick'](f);", ['process.hrtime', 'process[']],
  ['const { random } = Math; Math.random(); f(Math); Math.max(1, 2);', ['Math', 'Math', 'Math']],
  ['crypto.randomUUID();', ['crypto', 'randomUUID']],
  ["import { createHash, randomInt } from 'node:crypto';\nrandomInt(2);", ['randomInt']],
  ["process.getBuiltinModule('node:crypto').randomBytes(8);", ['randomBytes']],
  ['AbortSignal.timeout(5); AbortSignal.any([]);', ['AbortSignal.timeout']],
  ["fetch('http://a'); globalThis.x;", ['fetch', 'globalThis']],
  ["import { connect } from 'node:net';", ['node:net']],
  ["import type { Socket } from 'net';", ['net']],
  ["export type { LookupAddress } from 'node:dns';", ['node:dns']],
  ["let a: import('node:tls').TLSSocket;", ['node:tls']],
  ["import * as dns from 'node:dns/promises';", ['node:dns/promises']],
  ["import { setTimeout as sleep } from 'node:timers/promises';", ['node:timers/promises']],
  ["import {\n  performance,\n} from 'node:perf_hooks';\nperformance.now();", ['node:perf_hooks', 'performance']],
  ["process.getBuiltinModule('node:timers').setTimeout(f, 1);", ['node:timers']],
  ["await import('node:http'); require('node:dgram');", ['node:http', 'node:dgram']],
  ['await import(name); process.getBuiltinModule(name);', ['import(', 'getBuiltinModule']],
  ["import { setTimeout } from '../runtime/runtime.js';\nsetTimeout(f, 1); clearTimeout(t);", ['clearTimeout']],
  ["import { type Runtime, performance } from '../../runtime/runtime.js';\nperformance.now(); wallClock.now();", []],
  ["// setTimeout(f, 1) of 'node:net'\nsocket.setTimeout(1); this.#setTimeout(1); f('Date', `performance`);", []],
];

/** The files of the library, as `folder/file.ts`, with the files they import. */
const graph = readImportGraph();

/** The rules that hold for a file: of its folder, of the folder above, and of the file itself. */
function rulesOf(file: string): string[] {
  return Object.keys(rules).filter((name) => file === name || file.startsWith(`${name}/`));
}

/** `client/*` names the files of `client/` itself, without those that have rules of their own and without those of its folders. */
function fits(file: string, name: string): boolean {
  if (name.endsWith('/*')) return posix.dirname(file) === name.slice(0, -2) && rules[file] === undefined;
  return file === name || file.startsWith(`${name}/`);
}

function mayImport(from: string, to: string): boolean {
  const own = rulesOf(from);
  const nearest = own.reduce((best, name) => (name.length > best.length ? name : best), '');
  // Within a folder that is not divided everything may see everything.
  const inside = divided.includes(nearest) ? fits(to, `${nearest}/*`) : nearest !== '' && rules[from] === undefined && fits(to, nearest);
  return inside || own.some((name) => rules[name]?.some((allowed) => fits(to, allowed)));
}

/** The imports that go against the rules, as `from -> to`. */
function against(files: ReadonlyMap<string, readonly string[]>): string[] {
  return [...files].flatMap(([from, imports]) => imports.filter((to) => !mayImport(from, to)).map((to) => `${from} -> ${to}`));
}

/** The type names that a file exports. Overloads and merged declarations count once. */
function typesOf(text: string): string[] {
  return [
    ...new Set([...text.matchAll(/^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm)].map(([, name = '']) => name)),
  ];
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

  it('has a rule for every file of lib', () => {
    assert.deepEqual(
      [...graph.keys()].filter((file) => rulesOf(file).length === 0),
      [],
    );
  });

  it('has rules only for what exists', () => {
    const names = Object.keys(rules).filter((name) => ![...graph.keys()].some((file) => fits(file, name)));
    assert.deepEqual(names, []);
  });

  it('keeps every folder to what it may import', () => {
    assert.deepEqual(against(graph), []);
  });

  it('has no type name that two files export, save those that have a reason', () => {
    const places = new Map<string, string[]>();
    // A shape has the names of the client whose shape it is.
    for (const file of [...graph.keys()].filter((name) => !name.startsWith('entries/'))) {
      for (const name of typesOf(readFileSync(join(lib, file), 'utf8'))) places.set(name, [...(places.get(name) ?? []), file]);
    }
    const twice = [...places].filter(([, files]) => files.length > 1);
    assert.deepEqual(
      twice.filter(([name]) => sharedNames[name] === undefined),
      [],
    );
    assert.deepEqual(
      Object.keys(sharedNames).filter((name) => !twice.some(([other]) => other === name)),
      [],
      'an exception that is not needed any more',
    );
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

  it('takes clocks, timers, chance, sockets and host names from lib/runtime alone', () => {
    const files = [...graph.keys()].map((file) => ({ file, text: readFileSync(join(lib, file), 'utf8') }));
    assert.deepEqual(
      files
        .filter(({ file }) => !file.startsWith('runtime/'))
        .flatMap(({ file, text }) => outsideNames(text).map((name) => `${file}: ${name}`))
        .filter((found) => !allowed.includes(found)),
      [],
    );
    assert.deepEqual(
      files.filter(({ text }) => /['"`]/.test(withoutText(text))).map(({ file }) => file),
      [],
      'strings that are not seen as such, and may hide code',
    );
  });

  describe('is checked by a test that', () => {
    for (const [text, names] of outsideCases) it(`sees what leads outside in ${text}`, () => assert.deepEqual(outsideNames(text), names));

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

    it('sees an import against the rules, of the exports, and between the parts of client and admin', () => {
      const files = new Map([
        ['protocol/a.ts', ['connection/b.ts', 'errors.ts', 'protocol/resp/c.ts']],
        ['commands/c.ts', ['index.ts', 'client/d.ts', 'options/e.ts', 'protocol/f.ts']],
        ['errors.ts', ['protocol/a.ts']],
        ['client/a.ts', ['client/b.ts', 'client/dispatch/c.ts', 'client/client.ts', 'routing/router.ts']],
        ['client/nodes/a.ts', ['client/nodes/b.ts', 'client/a.ts', 'client/dispatch/c.ts', 'client/client.ts', 'pool/node.ts']],
        ['client/scan/a.ts', ['client/client.ts', 'client/dispatch/a.ts']],
        ['admin/plans/a.ts', ['admin/check/b.ts', 'admin/slot-list.ts', 'admin/node-connections.ts', 'connection/connection.ts']],
        ['admin/state/a.ts', ['admin/health/b.ts', 'admin/check/c.ts']],
        ['admin/run/a.ts', ['admin/preflight/b.ts', 'admin/cli/c.ts', 'admin/plans/d.ts']],
      ]);
      assert.deepEqual(against(files), [
        'protocol/a.ts -> connection/b.ts',
        'commands/c.ts -> index.ts',
        'commands/c.ts -> client/d.ts',
        'commands/c.ts -> options/e.ts',
        'errors.ts -> protocol/a.ts',
        'client/a.ts -> client/dispatch/c.ts',
        'client/a.ts -> client/client.ts',
        'client/nodes/a.ts -> client/dispatch/c.ts',
        'client/nodes/a.ts -> client/client.ts',
        'client/scan/a.ts -> client/dispatch/a.ts',
        'admin/plans/a.ts -> admin/node-connections.ts',
        'admin/plans/a.ts -> connection/connection.ts',
        'admin/state/a.ts -> admin/check/c.ts',
        'admin/run/a.ts -> admin/preflight/b.ts',
        'admin/run/a.ts -> admin/cli/c.ts',
      ]);
    });

    it('sees the types that a file exports', () => {
      const text =
        'export interface A {}\nexport type B = 1;\nexport abstract class C {}\nexport interface C {}\ntype D = 2;\nexport function e() {}\n';
      assert.deepEqual(typesOf(text), ['A', 'B', 'C']);
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
