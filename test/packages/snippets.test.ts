import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = fileURLToPath(new URL('.', import.meta.url));
const execute = promisify(execFile);
const originals = {
  ioredis: `${folder}node_modules/ioredis-original/built/index.d.ts`,
  redis: `${folder}node_modules/redis-original/dist/index.d.ts`,
};
const ours = {
  ioredis: `${root}dist/cjs/entries/ioredis/index.d.ts`,
  redis: `${root}dist/cjs/entries/node-redis/index.d.ts`,
};
const mistake = "import { Redis } from 'ioredis';\nexport const text = (redis: Redis): Promise<string> => redis.get('a');\n";

/** Mistakes that the compiler finds in the snippets, where `ioredis` and `redis` mean these declarations. */
async function compile(name: string, paths: Readonly<Record<string, string>>): Promise<string[]> {
  const place = join(folder, '.cache/snippets', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'mistake.ts'), mistake);
  const config = {
    extends: '../../../tsconfig.json',
    // By `require`, the default export of ioredis is its class in TypeScript, too.
    compilerOptions: {
      module: 'commonjs',
      moduleResolution: 'bundler',
      typeRoots: [join(root, 'node_modules/@types')],
      paths: Object.fromEntries(Object.entries(paths).map(([module, file]) => [module, [file]])),
    },
    include: [join(folder, 'snippets/*.ts'), 'mistake.ts'],
    exclude: [],
  };
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(config));
  const run = execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', place, '--pretty', 'false']);
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return stdout.split('\n').filter((line) => /\.ts\(\d/.test(line));
}

describe('programs written for other clients', function () {
  this.timeout(120_000);

  it('are at least 40', () => {
    const texts = Object.keys(originals).map((name) =>
      readFileSync(join(folder, `snippets/${name === 'redis' ? 'node-redis' : name}.ts`), 'utf8'),
    );
    assert.ok((texts.join('\n').match(/^export /gm)?.length ?? 0) >= 40);
  });

  for (const [name, paths] of Object.entries({ originals, ours })) {
    it(`compile against the types of ${name === 'ours' ? 'the entries' : 'these clients'}`, async () => {
      const found = await compile(name, paths);
      assert.match(found.find((line) => line.includes('mistake.ts')) ?? '', /TS2322/, 'the type check did not run');
      assert.deepEqual(
        found.filter((line) => !line.includes('mistake.ts')),
        [],
      );
    });
  }
});
