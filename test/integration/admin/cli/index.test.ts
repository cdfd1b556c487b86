import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';

/** A device of Linux whose every write fails as on a full disk. */
const FULL = '/dev/full';

describe('the command line in a process', () => {
  it('fails where its output cannot be written', async function () {
    if (!existsSync(FULL)) this.skip();
    const full = openSync(FULL, 'w');
    const child = spawn(process.execPath, ['--import', 'tsx', 'lib/admin/cli/index.ts', '--help'], { stdio: ['ignore', full, 'pipe'] });
    let told = '';
    child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const [code] = await once(child, 'close');
    closeSync(full);
    assert.match(told, /^slotwise: cannot write the output: ENOSPC.*\n$/);
    assert.equal(code, 4);
  });
});
