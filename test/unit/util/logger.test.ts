import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const PROGRAM = `
  import { Module, register } from 'node:module';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { log } from './lib/diagnostics.ts';
  const isLoaded = () => Object.keys(Module._cache).some((file) => /node_modules.debug.src/.test(file));
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

describe('a logger', () => {
  it('loads nothing until somebody wants logs, and then obeys debug.enable() and debug.disable()', () => {
    const { said, logged } = run(`
      log.pool('%s is lost', 'this line');
      say(log.pool.enabled, isLoaded());
      const { default: debug } = await import('debug');
      debug.enable('slotwise:pool');
      log.pool('%s %o', 'first', { a: 1 });
      log.client('of another layer');
      log.pool('second');
      await sleep(50);
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

  it('says once that a program bundled without debug writes no logs', () => {
    const { said, logged } = run(
      `
      const gone = 'export const resolve = (name, context, next) => name === "debug" ? Promise.reject(new Error("gone")) : next(name, context);';
      register('data:text/javascript,' + encodeURIComponent(gone));
      log.pool('first');
      await sleep(50);
      log.pool('second');
      say(log.pool.enabled);
    `,
      '*',
    );
    assert.deepEqual(said, ['false']);
    assert.equal(logged.filter((line) => line.includes("the package 'debug' cannot be loaded")).length, 1);
    assert.ok(!logged.some((line) => line.includes('slotwise:pool')));
  });
});
