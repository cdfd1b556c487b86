import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Patch } from './bundle.js';
import { workFolder } from './work-folder.js';

/** What the unit tests need of the repository. Symbolic links will not do: a module is found by the real place of what imports it. */
const needed = ['lib', 'test', 'scripts', 'chaos', 'captures', 'package.json', 'tsconfig.json', '.mocharc.json'];
/** Unit tests that do not end are as good as failed. */
const HANG_MS = 120_000;

interface MochaReport {
  readonly failures: readonly { readonly fullTitle: string }[];
}

/** A copy of the repository, in which unit tests run against patched sources. */
export class PatchedTree {
  readonly #folder = workFolder('patched');

  constructor() {
    for (const name of needed) cpSync(resolve(name), join(this.#folder, name), { recursive: true });
    symlinkSync(resolve('node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Throws where unit tests fail without any break: they would be said to notice all of them. */
  async checkSound(tests: readonly string[]): Promise<void> {
    const failure = await this.#run(tests);
    if (failure !== null) throw new Error(`the unit tests fail without a break: ${failure}`);
  }

  /** Runs these tests with the patch. Resolves with what failed first; null: nothing. */
  async firstFailure(tests: readonly string[], { file, apply }: Patch): Promise<string | null> {
    if (tests.length === 0) return null;
    const path = join(this.#folder, file);
    const original = readFileSync(path, 'utf8');
    writeFileSync(path, apply(original));
    try {
      return await this.#run(tests);
    } finally {
      writeFileSync(path, original);
    }
  }

  async #run(tests: readonly string[]): Promise<string | null> {
    const result = join(this.#folder, 'result.json');
    writeFileSync(result, '');
    const mocha = join(this.#folder, 'node_modules/mocha/bin/mocha.js');
    const args = ['--reporter', 'json', '--reporter-option', `output=${result}`, '--bail', '--recursive', '--extension', 'ts', '--exit'];
    const child = spawn(process.execPath, [mocha, ...args, ...tests], { cwd: this.#folder, stdio: 'ignore', timeout: HANG_MS });
    const [code, signal] = await once(child, 'exit');
    if (code === 0) return null;
    const text = readFileSync(result, 'utf8');
    const [first] = text === '' ? [] : (JSON.parse(text) as MochaReport).failures;
    return first?.fullTitle ?? `the tests of ${tests.map((test) => relative('test/unit', test)).join(', ')} ended with ${signal ?? code}`;
  }
}
