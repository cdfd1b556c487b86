import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A call that does not compile, the word that the compiler points at, and what it says. */
const MISTAKES: readonly (readonly [call: string, at: string, says: RegExp])[] = [
  [`redis.set('k', 'v', { EX: 10, PX: 5 })`, 'PX', /'number' is not assignable to type 'undefined'/],
  [`redis.set('k', 'v', { ex: 10 })`, 'ex', /'ex' does not exist in type 'SetOptions'. Did you mean to write 'EX'\?/],
  [`redis.set('k', 'v', { EX: '10' })`, 'EX', /'string' is not assignable to type 'number'/],
  [`redis.set('k', 'v', { NX: true, XX: true })`, 'XX', /'true' is not assignable to type 'false/],
  [`redis.zrange('k', 0, -1, { LIMIT: { offset: 0, count: 1 } })`, '{ LIMIT', /Property 'BYSCORE' is missing in type '{ LIMIT:/],
  [`redis.zrange('k', 0, -1, { REV: 1 })`, 'REV', /'number' is not assignable to type 'boolean/],
  [`redis.zrange('k', 0, -1, { rev: true })`, 'rev', /'rev' does not exist in type .* Did you mean to write 'REV'\?/],
  [`redis.zrange('k', 0, -1, { WITHSCORES: 'yes' })`, 'WITHSCORES', /'string' is not assignable to type 'boolean/],
  [`redis.zadd('k', 1, 'm', { GT: true, LT: true })`, '{ GT', /Types of property '[GL]T' are incompatible/],
  [`redis.xadd('s', '*', { f: 1 }, { MAXLEN: 1, MINID: '1' })`, '{ MAXLEN', /Types of property 'MINID' are incompatible/],
  [`redis.getex('k', { EX: 1, PERSIST: true })`, 'PERSIST', /'true' is not assignable to type 'false/],
  [`redis.hrandfield('k', 1, { WITHVALUES: 1 })`, 'WITHVALUES', /'number' is not assignable to type 'boolean/],
];

describe('what the compiler says of a mistake in the options of a command', function () {
  this.timeout(60_000);
  let folder: string;
  let output: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'blame-'));
    const lines = MISTAKES.map(([call]) => `${call};`);
    writeFileSync(
      join(folder, 'mistakes.ts'),
      [`import type { Redis } from ${JSON.stringify(resolve('lib/index.js'))};`, 'declare const redis: Redis;', ...lines].join('\n'),
    );
    const settings = [
      '--noEmit',
      '--ignoreConfig',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022,esnext.disposable',
      '--skipLibCheck',
    ];
    const modules = ['--module', 'nodenext', '--types', 'node', '--typeRoots', resolve('node_modules/@types')];
    const tsc = resolve('node_modules/typescript/bin/tsc');
    output = spawnSync(process.execPath, [tsc, ...settings, ...modules, join(folder, 'mistakes.ts')], { encoding: 'utf8' }).stdout;
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [index, [call, at, says]] of MISTAKES.entries()) {
    it(`points at ${at} in ${call}`, () => {
      // The error of a line, and the lines below it that explain.
      const found = new RegExp(`^\\S*mistakes\\.ts\\(${index + 3},(\\d+)\\): (.*(?:\\n .*)*)`, 'm').exec(output);
      assert.ok(found !== null, `no error: ${output}`);
      const [, column, message = ''] = found;
      assert.ok(call.slice(Number(column) - 1).startsWith(at), `it points at ${call.slice(Number(column) - 1)}: ${message}`);
      assert.match(message, says);
    });
  }
});
