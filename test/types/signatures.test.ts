import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { generate, readSignatures, SIGNATURES_FILE } from '../../scripts/generate-signatures.js';

describe('what the command methods check', function () {
  this.timeout(60_000);

  it('is what their types say', () => {
    assert.equal(readFileSync(SIGNATURES_FILE, 'utf8'), generate(readSignatures()), 'run scripts/generate-signatures.ts');
  });
});
