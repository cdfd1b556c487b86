import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { comparisonPage, readmeTable, rivals, statements } from '../../../benchmarks/comparison.mjs';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('what is said of other clients', () => {
  it('stands in the README and on its page as the data have it: npm run comparison -- --write', () => {
    assert.ok(read('README.md').includes(`\n\n${readmeTable()}\n\n<!-- /comparison -->`));
    assert.equal(read('docs/comparison.md'), comparisonPage());
  });

  it('is of the versions that the benchmark pins: npm run comparison', () => {
    const { dependencies } = JSON.parse(read('benchmarks/package.json')) as { dependencies: Record<string, string> };
    const old = statements().filter(({ rival, version }) => dependencies[rivals[rival]?.package ?? ''] !== version);
    assert.deepEqual(
      old.map(({ rival, version, what }) => `${rival} ${version}: ${what}`),
      [],
    );
  });

  for (const { rival, what, text, version, source } of statements()) {
    it(`has a version and a source: ${rival}, ${what}: ${text}`, () => {
      assert.match(version, /^\d+\.\d+\.\d+$/);
      assert.match(source, /^https:\/\/github\.com\/[\w./%-]+$/);
    });
  }
});
