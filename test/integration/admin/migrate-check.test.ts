import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../../unit/admin/cli/run-line.js';

/** Files, and the calls and options that are found in them. */
const files: Readonly<Record<string, readonly [source: string, found: readonly string[]]>> = {
  'default.ts': [
    `import Redis from 'ioredis';\nconst redis = new Redis({ db: 1 });\nawait redis.set('a', 'b', 'EX', 1);\n`,
    ['2:15 new Redis: db', '3:13 set'],
  ],
  'named.ts': [`import { Cluster as C } from 'ioredis';\nconst c = new C([]);\nc.quit();\n`, ['3:3 quit']],
  'static.ts': [`import Redis from 'ioredis';\nconst c = new Redis.Cluster([]);\nc.get('a', () => 1);\n`, ['3:3 get']],
  'required.js': [`const Redis = require('ioredis');\nconst r = new Redis();\nr.disconnect();\n`, ['3:3 disconnect']],
  'class.ts': [
    `import { Redis } from 'ioredis';\nclass S {\n  #own = new Redis();\n  constructor(private readonly redis: Redis) {}\n  async a() {\n    await this.redis.del('a', 'b');\n    await this.#own?.getBuffer('a');\n  }\n}\n`,
    ['6:22 del', '7:22 getBuffer'],
  ],
  'function.ts': [`import type { Redis } from 'ioredis';\nexport const f = (r: Redis) => r.mget('a', 'b');\n`, ['2:34 mget']],
  'copies.ts': [
    `import { createClient } from 'redis';\nconst a = await createClient().on('error', console.error).connect();\nconst b = a.duplicate();\nawait b.hGet('a', 'b');\n`,
    ['3:13 duplicate', '4:9 hGet'],
  ],
  'later.ts': [`import Redis from 'ioredis';\nlet r;\nfunction f() { r.quit(); }\nr = new Redis();\n`, ['3:18 quit']],
  'chain.ts': [
    `import Redis from 'ioredis';\nconst r = new Redis();\nconst x = await r\n  .pipeline()\n  .set('a', 1, 'NX')\n  .exec();\n`,
    ['5:4 pipeline().set', '6:4 pipeline().set().exec'],
  ],
  'view.tsx': [
    `import Redis from 'ioredis';\nconst r = new Redis();\nexport const V = () => <b onClick={() => r.quit()}>x</b>;\n`,
    ['3:44 quit'],
  ],
  'other.ts': [`import Redis from 'other';\n// redis\nnew Redis({ db: 1 }).set('a', 'b', 'EX', 1);\n`, []],
  'own.ts': [`import { createClient } from 'slotwise';\nconst redis = createClient();\nredis.get('a');\n`, []],
  'broken.ts': [`import Redis from 'ioredis';\nconst r = new Redis(;\nr.quit(\n`, ['3:3 quit']],
};

describe('slotwise migrate check', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => {
    // Where the TypeScript of this project is found.
    mkdirSync('.cache', { recursive: true });
    folder = mkdtempSync('.cache/migrate-check-');
    mkdirSync(join(folder, 'node_modules'));
    for (const [name, [source]] of Object.entries(files)) writeFileSync(join(folder, name), source);
    for (const name of ['node_modules/a.ts', 'types.d.ts', 'notes.txt']) writeFileSync(join(folder, name), files['default.ts']?.[0] ?? '');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('finds calls and options in every file of a folder, and only in sources', async () => {
    const { code, out, err } = await runLine(['migrate', 'check', folder, '--json']);
    assert.equal(err, '');
    assert.equal(code, 1);
    const { found, files: read } = JSON.parse(out) as {
      files: number;
      found: { file: string; at: { line: number; column: number }; what: string }[];
    };
    assert.equal(read, Object.keys(files).length);
    for (const [name, [, expected]] of Object.entries(files)) {
      const own = found.filter(({ file }) => file === join(folder, name)).map(({ at, what }) => `${at.line}:${at.column} ${what}`);
      assert.deepEqual(own, expected, name);
    }
  });

  it('says what to write instead', async () => {
    const { out } = await runLine(['migrate', 'check', join(folder, 'default.ts')]);
    assert.match(out, /default\.ts:3:13 {2}set\n {4}SET takes 2 or 3 arguments, got 4; options are one object: .*\n2 places in 1 file\n$/);
  });

  it('ends well where there is nothing to say', async () => {
    const { code, out } = await runLine(['migrate', 'check', join(folder, 'own.ts')]);
    assert.deepEqual([code, out], [0, '0 places in 1 file\n']);
  });

  it('says what it cannot read', async () => {
    const { code, err } = await runLine(['migrate', 'check', join(folder, 'missing.ts')]);
    assert.equal(code, 2);
    assert.match(err, /cannot read .*missing\.ts/);
  });

  it('asks for TypeScript where there is none', async () => {
    const place = mkdtempSync(join(tmpdir(), 'migrate-check-'));
    try {
      writeFileSync(join(place, 'a.ts'), files['default.ts']?.[0] ?? '');
      const { code, err } = await runLine(['migrate', 'check', place]);
      assert.equal(code, 2);
      assert.match(err, /npm install --save-dev typescript/);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});
