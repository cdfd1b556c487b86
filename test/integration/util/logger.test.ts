import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const PROGRAM = `
  import { Module, register } from 'node:module';
  import { log } from './lib/diagnostics.ts';
  const isLoaded = () => Object.keys(Module._cache).some((file) => /node_modules.debug.src/.test(file));
  /** After the logger's own import of it, which was asked for before. */
  const load = () => import('debug').catch(() => {});
  const say = (...words) => process.stdout.write(words.join(' ') + '\\n');
`;

/** Of the program's own process: what it wrote to stdout, and the lines of debug, without the time. */
function run(body: string, debug = ''): { said: string[]; logged: string[] } {
  const { DEBUG: _, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM + body], {
    env: { ...rest, ...(debug === '' ? {} : { DEBUG: debug }), DEBUG_HIDE_DATE: '1' },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return { said: lines(stdout), logged: lines(stderr) };
}

describe('a logger, in a process of its own,', () => {
  it('loads nothing until logs are wanted, and then obeys debug.enable() and debug.disable()', () => {
    const { said, logged } = run(`
      log.pool('%s is lost', 'this line');
      say(log.pool.enabled, isLoaded());
      const { default: debug } = await import('debug');
      debug.enable('slotwise:pool');
      log.pool('%s %o', 'first', { a: 1 });
      log.client('of another layer');
      log.pool('second');
      await load();
      log.pool('third');
      say(log.pool.enabled, log.client.enabled);
      debug.disable();
      log.pool('after the end');
      say(log.pool.enabled);
    `);
    assert.deepEqual(said, ['false false', 'true false', 'false']);
    assert.deepEqual(logged, ['slotwise:pool first { a: 1 }', 'slotwise:pool second', 'slotwise:pool third']);
  });

  it('obeys DEBUG from the first line on', () => {
    const { said, logged } = run("say(log.pool.enabled); log.pool('first'); log.client('of another layer');", 'slotwise:pool');
    assert.deepEqual(said, ['true']);
    assert.deepEqual(logged, ['slotwise:pool first']);
  });

  it('loads nothing for the logs of other libraries', () => {
    const { said, logged } = run("log.pool('first'); await null; say(log.pool.enabled, isLoaded());", 'express:*,-slotwise:*');
    assert.deepEqual([said, logged], [['false false'], []]);
  });

  it('does not throw where an argument cannot be printed', () => {
    const { said, logged } = run(
      `
      const bad = { get [Symbol.toStringTag]() { throw new Error('not for printing'); }, toString() { throw new Error('not for printing'); } };
      log.pool('first %s %O', bad, bad);
      await load();
      log.pool('second %s %O', bad, bad);
      log.pool('third');
      say('alive');
    `,
      'slotwise:*',
    );
    assert.deepEqual([said, logged], [['alive'], ['slotwise:pool third']]);
  });

  const bundles = [
    { what: 'leaves debug out', hook: 'Promise.reject(new Error("gone"))' },
    {
      what: 'has something else for debug',
      hook: '({ url: "data:text/javascript,export default {}", format: "module", shortCircuit: true })',
    },
  ];
  for (const { what, hook } of bundles) {
    it(`says once that there are no logs in a bundle that ${what}`, () => {
      const { said, logged } = run(
        `
        const hook = 'export const resolve = (name, context, next) => name === "debug" ? ${hook} : next(name, context);';
        register('data:text/javascript,' + encodeURIComponent(hook));
        log.pool('first');
        await load();
        log.pool('second');
        log.client('third');
        say(log.pool.enabled, log.client.enabled);
      `,
        '*',
      );
      assert.deepEqual(said, ['false false']);
      assert.equal(logged.filter((line) => line.includes("the package 'debug' cannot be loaded")).length, 1);
      assert.ok(!logged.some((line) => line.includes('slotwise:pool')));
    });
  }
});
