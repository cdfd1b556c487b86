import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as slotwise from '../../lib/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]
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

  it('leads from the README to every page', () => {
    const readme = pages.find(({ name }) => name === 'README.md')?.text ?? '';
    for (const { name } of pages) if (name.startsWith('docs/')) assert.ok(readme.includes(`(${name})`), name);
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

  it('names files that exist', () => {
    for (const { name, text } of pages) {
      for (const [, path = ''] of text.matchAll(/`((?:lib|test|scripts|examples|benchmarks)\/[\w./-]+\.(?:ts|mjs))`/g)) {
        assert.ok(existsSync(join(root, path)), `${relative('.', path)} in ${name}`);
      }
    }
  });
});
