import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as slotwise from '../../lib/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

const pages = ['', 'docs/', '.github/']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}${name}`))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

/** The page without its code, in which brackets mean something else. */
function prose(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]]/g, ' '));
}

/** As GitHub names the anchors of headings. */
function anchors(text: string): string[] {
  return [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What stands in backticks and in blocks of shell commands. */
function codeIn(text: string): string[] {
  const inline = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)];
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)];
  return [...inline, ...blocks].map(([, code = '']) => code);
}

/** The files and folders of this repository that a page names in code. Of `test/unit/**` and `lib/<group>/x.ts` the part before what varies. */
function pathsIn(text: string): string[] {
  const path = /(?<![\w./<>*-])(?:\.ci|\.github|benchmarks|captures|chaos|docs|examples|lib|scripts|test)\/[\w./-]*/g;
  return codeIn(text).flatMap((code) => [...code.matchAll(path)].map(([found]) => found.replace(/\.$/, '')));
}

/** The scripts of package.json that a page says to run. */
function scriptsIn(text: string): string[] {
  return codeIn(text).flatMap((code) => [...code.matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, script = '']) => script));
}

/** Each block is a program of its own; what pages use without saying where it comes from is declared for all of them. */
const blocks = pages.flatMap(({ name, text }) =>
  [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ''], at) => ({
    file: `${name.replaceAll(/\W+/g, '-')}-${at + 1}.ts`,
    code: `${code}\nexport {};\n`,
  })),
);
const globals = `import type * as slotwise from 'slotwise';
declare global {
  const redis: slotwise.Redis;
${Object.keys(slotwise)
  .map((name) => `  const ${name}: typeof slotwise.${name};`)
  .join('\n')}
}
`;

async function typeCheck(files: readonly { readonly file: string; readonly code: string }[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    for (const { file, code } of [...files, { file: 'globals.d.ts', code: globals }]) writeFileSync(join(folder, file), code);
    const base = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
    const compilerOptions = {
      ...base.compilerOptions,
      paths: { slotwise: [join(root, 'lib/index.ts')], 'slotwise/admin': [join(root, 'lib/admin/index.ts')] },
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      noUnusedLocals: false,
    };
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const run = execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false']);
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    // Mistakes of the library itself are not this test's.
    return stdout.split('\n').filter((line) => files.some(({ file }) => line.includes(file)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the documentation', () => {
  it('shows code that the type check accepts', async function () {
    this.timeout(60_000);
    assert.ok(blocks.length >= 15, `${blocks.length} blocks`);
    const mistake = { file: 'mistake.ts', code: "export const text: string = await redis.get('a');\n" };
    const errors = await typeCheck([...blocks, mistake]);
    assert.match(errors.find((line) => line.includes(mistake.file)) ?? '', /TS2322/, 'the type check did not run');
    assert.deepEqual(
      errors.filter((line) => !line.includes(mistake.file)),
      [],
    );
  });

  for (const { name, text } of pages) {
    it(`has no broken link in ${name}`, () => {
      for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? join(root, name) : join(root, dirname(name), path);
        assert.ok(existsSync(file), `${target} in ${name}`);
        if (anchor !== undefined) assert.ok(anchors(readFileSync(file, 'utf8')).includes(anchor), `${target} in ${name}`);
      }
    });
  }

  it('leads from the README to docs/README.md, and from there to every page', () => {
    const textOf = (page: string): string => pages.find(({ name }) => name === page)?.text ?? '';
    assert.ok(textOf('README.md').includes('(docs/README.md)'));
    const index = textOf('docs/README.md');
    for (const { name } of pages) {
      const page = /^docs\/(?!README)(.*)/.exec(name)?.[1];
      if (page !== undefined) assert.ok(index.includes(`](${page})`), name);
    }
  });

  it('says the same of an option in the README and on its page', () => {
    const rowsOf = (page: string, section: string): Map<string, string> => {
      const all = pages.find(({ name }) => name === page)?.text ?? '';
      const text = all.split(/^## /m).find((part) => part.startsWith(section)) ?? '';
      return new Map([...text.matchAll(/^\| (`[^|]*`) \| ([^|]*) \|/gm)].map(([, names = '', value = '']) => [names, value]));
    };
    const full = rowsOf('docs/options.md', 'Client');
    const main = [...rowsOf('README.md', 'Options')].flatMap(([names, value]) => names.split(', ').map((name) => [name, value] as const));
    assert.ok(main.length > 8);
    for (const [name, value] of main) assert.equal(value, full.get(name), name);
  });

  it('names every error class and every code of a topology error', () => {
    const text = pages.find(({ name }) => name === 'docs/errors.md')?.text ?? '';
    for (const name of Object.keys(slotwise)) if (name.endsWith('Error')) assert.ok(text.includes(`\`${name}\``), name);
    const codes = readFileSync(join(root, 'lib/errors.ts'), 'utf8').matchAll(/'(ERR_\w+)'/g);
    for (const [, code = ''] of codes) assert.ok(text.includes(`\`${code}\``), code);
  });

  it('names files, folders and npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    for (const { name, text } of pages) {
      for (const path of pathsIn(text)) assert.ok(existsSync(join(root, path)), `${path} in ${name}`);
      for (const script of scriptsIn(text)) assert.ok(script in scripts, `npm run ${script} in ${name}`);
    }
  });

  it('is read by a test that finds paths and scripts in code, and leaves the rest', () => {
    const text = [
      'Words about lib/no/file.ts, `lib/a.ts`, `lib/b`, `npx tsx examples/c.ts`, `test/unit/**`, `(test/types)`, `GET lib`, `chaos/`, `.ci/run`.',
      '[`docs/d.md`](d.md), `lib/<group>/e.ts`, `npm run types -- scripts/f.mjs`, `npm run test:unit`',
      '```sh\nnpm test -- test/unit/g.test.ts    # benchmarks/h.mjs\n```',
      "```ts\nimport 'lib/no.ts';\n```",
    ].join('\n');
    assert.deepEqual(pathsIn(text), [
      ...['lib/a.ts', 'lib/b', 'examples/c.ts', 'test/unit/', 'test/types', 'chaos/', '.ci/run', 'docs/d.md', 'lib/', 'scripts/f.mjs'],
      ...['test/unit/g.test.ts', 'benchmarks/h.mjs'],
    ]);
    assert.deepEqual(scriptsIn(text), ['types', 'test:unit']);
  });
});
