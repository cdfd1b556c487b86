import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as slotwise from '../../lib/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);

const pages = ['', 'docs/', '.github/']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}${name}`))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

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
      paths: {
        slotwise: [join(root, 'lib/index.ts')],
        'slotwise/admin': [join(root, 'lib/admin/index.ts')],
        'slotwise/*': [join(root, 'lib/entries/*/index.ts')],
      },
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
});
