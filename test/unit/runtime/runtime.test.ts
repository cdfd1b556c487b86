import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sinon from 'sinon';
import * as timers from '../../../lib/runtime/runtime.js';
import { fakeTimeOfProgram } from '../../support/fake-time.js';

const lib = resolve(dirname(fileURLToPath(import.meta.url)), '../../../lib');
/** `performance` and the plain functions may come from `util/timers.ts`; these may only be the global ones. */
const globals =
  /\b(?:globalThis|process|global|Date)\.(?:nextTick|now|set\w+|clear\w+|queueMicrotask|performance)\b|new Date\(\)|AbortSignal\.timeout|timers\/promises|perf_hooks/;
const functions =
  /(?<![.\w#])(setTimeout|clearTimeout|setInterval|clearInterval|setImmediate|clearImmediate|queueMicrotask|nextTick)\(|\b(performance|wallClock)\.now\b/g;
/** The command line is a program of its own. */
const isChecked = (file: string): boolean => file.endsWith('.ts') && file !== 'util/timers.ts' && !file.startsWith('admin/cli/');

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(?<!:)\/\/.*$/gm, '');

/** What the file takes from elsewhere than `util/timers.ts`. */
function foreignTimers(text: string): string[] {
  const code = withoutComments(text);
  const imported: readonly string[] = /import \{([^}]*)\} from '[^']*\/timers\.js'/.exec(code)?.[1]?.match(/\w+/g) ?? [];
  const used = [...code.matchAll(functions)].map(([, called, clock]) => called ?? clock ?? '');
  return [...(code.match(globals) ?? []), ...used.filter((name) => !imported.includes(name))];
}

describe('timers', () => {
  it('are used by the whole library', () => {
    const files = readdirSync(lib, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter(isChecked);
    assert.ok(files.length > 200, `${files.length} files`);
    const foreign = files.flatMap((file) => foreignTimers(readFileSync(join(lib, file), 'utf8')).map((name) => `${file}: ${name}`));
    assert.deepEqual(foreign, []);
  });

  const lines: readonly (readonly [text: string, foreign: readonly string[]])[] = [
    ['setTimeout(f, 1);', ['setTimeout']],
    ['const now = performance.now();', ['performance']],
    ['const at = () => Date.now();', ['Date.now']],
    ['process.nextTick(f);', ['process.nextTick']],
    ["import { setTimeout as sleep } from 'node:timers/promises';", ['timers/promises']],
    ["import { setTimeout } from '../runtime/runtime.js';\nsetTimeout(f, 1); clearTimeout(t);", ['clearTimeout']],
    ['// setTimeout(f, 1)\nsocket.setTimeout(1); this.#setTimeout(1);', []],
  ];
  for (const [text, foreign] of lines) {
    it(`of others are found in ${JSON.stringify(text)}`, () => assert.deepEqual(foreignTimers(text), foreign));
  }

  it('go on when a program fakes the time', async () => {
    const time = fakeTimeOfProgram({
      toFake: ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Date', 'queueMicrotask', 'nextTick'],
    });
    try {
      const before = timers.performance.now();
      const wall = timers.wallClock.now();
      assert.ok(wall > 1_000_000_000_000, `${wall}`);
      await timers.sleep(2);
      await new Promise<void>((done) => timers.setImmediate(done));
      await new Promise<void>((done) => timers.nextTick(done));
      await new Promise<void>((done) => timers.queueMicrotask(done));
      assert.ok(timers.performance.now() > before);
    } finally {
      time.restore();
    }
  });

  it('are the real ones, too, when the program fakes the time before it loads the library', async () => {
    const time = fakeTimeOfProgram({
      now: 5,
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'performance',
        'Date',
        'queueMicrotask',
        'nextTick',
      ],
    });
    let loaded: typeof timers;
    try {
      const again = '../../../lib/runtime/runtime.js?faked';
      loaded = (await import(again)) as typeof timers;
    } finally {
      time.restore();
    }
    const names = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'queueMicrotask', 'nextTick'] as const;
    const globals = { ...globalThis, nextTick: process.nextTick };
    for (const name of names) assert.equal(loaded[name], globals[name], name);
    assert.ok(loaded.wallClock.now() > 1_000_000_000_000);
    const before = loaded.performance.now();
    await timers.sleep(2);
    assert.ok(loaded.performance.now() > before);
  });

  it('are those of a test of this library that fakes the time', () => {
    const time = sinon.useFakeTimers({ now: 5, toFake: ['Date', 'setTimeout'] });
    try {
      const done = sinon.spy();
      timers.setTimeout(done, 1_000);
      time.tick(1_000);
      assert.equal(done.callCount, 1);
      assert.equal(timers.wallClock.now(), 1_005);
    } finally {
      time.restore();
    }
    assert.ok(timers.wallClock.now() > 1_000_000);
  });
});
