import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { classesOf, functionsOf, withoutText } from '../support/source-scan.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const MAX_FILE_LINES = 350;
const MAX_CLASS_LINES = 280;
const MAX_PARAMETERS = 5;

/** Written by a script. */
const generated: readonly string[] = ['lib/commands/arguments/signatures.ts', 'lib/protocol/catalog/command-table.ts'];

/** Functions with more parameters, as `file name`, each with its reason. */
const longLists: Readonly<Record<string, string>> = {
  'lib/protocol/call.ts constructor': 'hot path: a record in between would be one more object a command',
  'lib/protocol/call.ts newCall': 'hot path: as the constructor',
  'lib/commands/data/georadius.ts georadius': 'public: the arguments of the command in their order',
  'lib/commands/data/georadius.ts georadius_ro': 'public: the arguments of the command in their order',
  'lib/commands/data/stream-group.ts xautoclaim': 'public: the arguments of the command in their order',
  'lib/commands/data/stream-group.ts xclaim': 'public: the arguments of the command in their order',
  'lib/commands/keys/key.ts migrate': 'public: the arguments of the command in their order',
};

/** Rooms of the simulation in which all follows from the seed, without their tests and what measures. */
const simulated =
  /^test\/simulation\/(?:(?:time|network|servers|faults|topologies|planning|workloads|checks)\/.*|[\w-]+)(?<!\.test|stage)\.ts$/;
/** Clocks, timers and chance of the process. */
const unseeded =
  /(?<![.#\w])(?:set(?:Timeout|Interval|Immediate)\(|performance\.)|\bDate\.now\b|\bnew Date\(\s*\)|\bhrtime\b|\bMath\b(?!\.(?!random\b)\w)|\brandom(?:Bytes|UUID|Int|Fill)\b/g;

/** Tests that stand for no file of lib, without their ending, each with its reason. A name that ends in `/` stands for a folder. */
const testsBesideLib: Readonly<Record<string, string>> = {
  'unit/architecture': 'about the whole of lib',
  'unit/house': 'about all sources',
  'unit/docs': 'about the documentation',
  'unit/options/docs': 'about the page of the options',
  'unit/commands/arguments/every-method': 'about all command groups',
  'unit/commands/command-groups': 'about the generated list of them',
  'unit/commands/coverage': 'about all command groups',
  'unit/commands/complete': 'about all command groups',
  'unit/commands/hover': 'about all command groups',
  'unit/chaos/': 'about the chaos programs',
  'unit/scripts/': 'about the scripts',
  'unit/support/': 'about the helpers of the tests',
  'integration/support/': 'about the helpers of the tests',
};

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => /\.[cm]?[jt]s$/.test(file) && !file.includes('node_modules/'));
}

const sources: ReadonlyMap<string, string> = new Map(
  ['lib', 'test', 'chaos', 'scripts', 'benchmarks']
    .flatMap(filesOf)
    .filter((file) => !generated.includes(file))
    .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
);
const tests = [...sources.keys()].filter((file) => /^test\/(unit|integration)\/.*\.test\.ts$/.test(file));

/** `unit/a/b` of `test/unit/a/b.test.ts`. */
const nameOfTest = (file: string): string => file.slice('test/'.length, -'.test.ts'.length);
/** Path below lib of the file or folder that a test belongs to. */
const subjectOf = (name: string): string => name.slice(name.indexOf('/') + 1);
const isFile = (path: string): boolean => existsSync(join(root, 'lib', `${path}.ts`));
const isFolder = (path: string): boolean => existsSync(join(root, 'lib', path));
const exceptionFor = (name: string): string | undefined =>
  Object.keys(testsBesideLib).find((exception) => name === exception || (exception.endsWith('/') && name.startsWith(exception)));

describe('the sources', () => {
  it('are found', () => {
    assert.ok(sources.size > 500 && tests.length > 100, `${sources.size} files, ${tests.length} tests`);
    for (const file of generated) assert.ok(existsSync(join(root, file)), file);
  });

  it(`has no file that was written by hand over ${MAX_FILE_LINES} lines`, () => {
    const long = [...sources].map(([file, text]) => `${file} ${text.trimEnd().split('\n').length}`);
    assert.deepEqual(
      long.filter((entry) => Number(entry.split(' ')[1]) > MAX_FILE_LINES),
      [],
    );
  });

  it(`has no class over ${MAX_CLASS_LINES} lines`, () => {
    const long = [...sources].flatMap(([file, text]) => classesOf(text).map(({ name, lines }) => ({ name: `${file} ${name}`, lines })));
    assert.ok(long.length > 100, `${long.length} classes`);
    assert.deepEqual(
      long.filter(({ lines }) => lines > MAX_CLASS_LINES),
      [],
    );
  });

  it(`has no function with more than ${MAX_PARAMETERS} parameters, save those that have a reason`, () => {
    const all = [...sources].flatMap(([file, text]) => functionsOf(text).map((one) => ({ ...one, name: `${file} ${one.name}` })));
    assert.ok(all.length > 5_000, `${all.length} functions`);
    const long = [...new Set(all.filter(({ parameters }) => parameters > MAX_PARAMETERS).map(({ name }) => name))];
    assert.deepEqual(
      long.filter((name) => longLists[name] === undefined),
      [],
    );
    assert.deepEqual(
      Object.keys(longLists).filter((name) => !long.includes(name)),
      [],
      'an exception that is not needed any more',
    );
  });

  it('has the unit tests of a file of lib at its path, or below it where there are several', () => {
    const astray = tests
      .filter((file) => file.startsWith('test/unit/'))
      .map(nameOfTest)
      .filter((name) => !isFile(subjectOf(name)) && !isFile(posix.dirname(subjectOf(name))) && exceptionFor(name) === undefined);
    assert.deepEqual(astray, []);
  });

  it('has a simulation whose clocks, timers and chance are those of the seed', () => {
    const files = [...sources].filter(([file]) => simulated.test(file));
    assert.ok(files.length > 10, `${files.length} files`);
    assert.deepEqual(
      files.flatMap(([file, text]) => (withoutText(text).match(unseeded) ?? []).map((name) => `${file}: ${name}`)),
      [],
    );
  });

  it('has unit tests without sockets, processes and sleep', () => {
    const forbidden =
      /^import .*(?:'node:(?:net|tls|child_process)'|setTimeout\b.*'node:timers\/promises'|support\/(?:server|fake-server|wait)\.js')/m;
    const units = tests.filter((file) => file.startsWith('test/unit/'));
    assert.deepEqual(
      units.filter((file) => forbidden.test(sources.get(file) ?? '')),
      [],
    );
    assert.match("import { setTimeout as sleep } from 'node:timers/promises';", forbidden);
  });

  it('has the integration tests of a folder of lib, or of a file of it, at its path', () => {
    const astray = tests
      .filter((file) => file.startsWith('test/integration/'))
      .map(nameOfTest)
      .map((name) => [name, posix.dirname(subjectOf(name))] as const)
      .filter(([name, folder]) => exceptionFor(name) === undefined && (folder === '.' || (!isFolder(folder) && !isFile(folder))));
    assert.deepEqual(astray, []);
  });

  it('has no exception for a test that is not there', () => {
    const used = new Set(tests.map((file) => exceptionFor(nameOfTest(file))));
    assert.deepEqual(
      Object.keys(testsBesideLib).filter((exception) => !used.has(exception)),
      [],
    );
  });

  describe('is checked by a test that', () => {
    const seeds: readonly (readonly [text: string, found: readonly string[]])[] = [
      ['Date.now(); new Date(); new Date(at); Date.UTC(2026, 0);', ['Date.now', 'new Date()']],
      ['setTimeout(f, 1); process.timers.setTimeout(f, 1); let timer: ReturnType<typeof setTimeout>;', ['setTimeout(']],
      ['performance.now(); runtime.performance.now(); process.hrtime();', ['performance.', 'hrtime']],
      ['Math.random(); Math.max(1, 2); f(Math); randomInt(2);', ['Math', 'Math', 'randomInt']],
      ['// Date.now()', []],
    ];
    for (const [text, found] of seeds) {
      it(`sees the clocks, timers and chance in ${text}`, () => assert.deepEqual(withoutText(text).match(unseeded) ?? [], found));
    }

    it('knows the rooms of the simulation', () => {
      for (const file of ['world', 'servers/redis/rules', 'time/random']) assert.match(`test/simulation/${file}.ts`, simulated);
      for (const file of ['run/worker', 'run/measure', 'checks/one.test']) assert.doesNotMatch(`test/simulation/${file}.ts`, simulated);
    });

    it('counts the lines of classes', () => {
      const text = [
        'export class A<T> extends B {',
        "  a = '}';",
        '  // }',
        '}',
        'class C {}',
        'const text = `class D { $' + '{f({ a: `}` })} }`;',
      ].join('\n');
      assert.deepEqual(classesOf(text), [
        { name: 'A', lines: 4 },
        { name: 'C', lines: 1 },
      ]);
    });

    const functions: readonly (readonly [text: string, name: string | null, parameters: number])[] = [
      ['function f(a, b: Map<string, number>, c = g(1, 2)) {}', 'f', 3],
      ['export async function f<T extends A>(\n  a: T,\n  b: T,\n): Promise<{ readonly a: 1 }> {}', 'f', 2],
      ['class A {\n  constructor(private readonly a: B, c?: (x: 1, y: 2) => void) {}\n}', 'constructor', 2],
      ['class A {\n  async #m(this: A, { a, b }: C, ...rest: readonly D[]): Promise<void> {}\n}', '#m', 2],
      ['const f = (a: A, b: B): a is C => true;', 'an anonymous function', 2],
      ['const f = async <T>(a: [1, 2], b: "x, y") => a;', 'async', 2],
      ['const f = function (a, /* b, */ c) {};', 'an anonymous function', 2],
      ['if (a(1, 2, 3)) {}', null, 0],
      ['const x = y ? f(a, b) : { c: 1 };', null, 0],
      ['f(a, b, c);', null, 0],
      ['interface A {\n  m(a: 1, b: 2): void;\n}', null, 0],
    ];
    for (const [text, name, parameters] of functions) {
      it(`counts the parameters of ${text.replace(/\s+/g, ' ')}`, () => {
        assert.deepEqual(
          functionsOf(text).find((one) => one.parameters > 0 || name !== null) ?? null,
          name === null ? null : { name, parameters },
        );
      });
    }
  });
});
