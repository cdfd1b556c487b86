import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const fixture = join(root, 'test/integration/support/fixtures/leaks.fixture.ts');

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly counts: unknown;
}

async function runMocha(file: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
  const result = join(folder, 'counts.json');
  const env = { ...process.env, TEST_RESULT: result, FORCE_COLOR: '0' };
  const child = spawn(process.execPath, [join(root, 'node_modules/mocha/bin/mocha.js'), '--exit', file], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const { failures: _, ...counts } = JSON.parse(readFileSync(result, 'utf8')) as Record<string, unknown>;
  rmSync(folder, { recursive: true });
  return { code, output, counts };
}

describe('the leak check', () => {
  let outcome: Outcome;
  before(async function () {
    this.timeout(60_000);
    outcome = await runMocha(fixture);
  });

  const leaks = [
    { test: 'leaves a timer', message: /LeakError: it left open: a timer started\s+at .*leaks\.fixture\.ts/ },
    { test: 'leaves a server', message: /LeakError: it left open: a server listening on \{"address":"127\.0\.0\.1"/ },
    { test: 'leaves a socket', message: /LeakError: it left open: .*a socket from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+/ },
    { test: 'leaves a process', message: /LeakError: it left open: the process sleep/ },
    { test: 'leaves a rejection', message: /unhandled rejection: Error: nobody cares/ },
    {
      test: 'leaves a call',
      message:
        /BooksError: it left a client made at .*leaks\.fixture\.ts.*: 1 commands and \d+ bytes count as unanswered, 1 of 1 calls have not settled/,
    },
    { test: 'a suite with a hook', message: /LeakError: the suite "a suite that leaks with a hook" left open: a server/ },
  ];
  for (const { test, message } of leaks) {
    it(`reports what ${JSON.stringify(test)} left behind`, () => assert.match(outcome.output, message));
  }

  it('fails nothing else, goes on after a leak, and counts every test once', () => {
    assert.deepEqual(outcome.counts, { passed: 3, failed: 7, skipped: 0 });
    assert.equal(outcome.code, 7);
  });
});
