import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { VERSION } from '../../../lib/version.js';
import {
  checkVersion,
  compareVersions,
  nextCommands,
  ReleaseError,
  releasedChangelog,
  releaseFiles,
  withPackageVersion,
  withSourceVersion,
} from '../../../scripts/prepare-release.mjs';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const refusal =
  (text: RegExp) =>
  (error: unknown): boolean =>
    error instanceof ReleaseError && text.test(error.message);

describe('the version', () => {
  it('is the same in package.json, package-lock.json and lib/version.ts', () => {
    const lock = JSON.parse(read('package-lock.json'));
    assert.deepEqual([JSON.parse(read('package.json')).version, lock.version, lock.packages[''].version], [VERSION, VERSION, VERSION]);
  });

  it('has a section in CHANGELOG.md', () => {
    assert.match(read('CHANGELOG.md'), new RegExp(`^## ${VERSION.replaceAll('.', '\\.')} - \\d{4}-\\d\\d-\\d\\d$`, 'm'));
  });
});

describe('prepare-release', () => {
  const ordered = ['0.1.0', '0.1.1-alpha.1', '0.1.1-alpha.2', '0.1.1-beta.0', '0.1.1-rc.1', '0.1.1', '0.2.0', '0.10.0', '1.0.0'];
  for (const [at, version] of ordered.entries()) {
    it(`orders ${version}`, () => {
      for (const [other, text] of ordered.entries()) {
        assert.equal(Math.sign(compareVersions(version, text)), Math.sign(at - other), `${version} and ${text}`);
      }
    });
  }

  const followers: readonly (readonly [current: string, version: string])[] = [
    ['0.1.0', '0.1.1'],
    ['0.1.0', '0.2.0'],
    ['0.1.0', '1.0.0'],
    ['0.1.0', '0.2.0-rc.1'],
    ['0.2.0-rc.1', '0.2.0-rc.2'],
    ['0.2.0-rc.1', '0.2.0'],
  ];
  for (const [current, version] of followers) it(`takes ${version} after ${current}`, () => checkVersion(version, current));

  const refused: readonly (readonly [current: string, version: string, why: RegExp])[] = [
    ['0.1.0', '0.1', /not a version/],
    ['0.1.0', 'v0.2.0', /not a version/],
    ['0.1.0', '0.02.0', /not a version/],
    ['0.1.0', '0.2.0-preview', /not a version/],
    ['0.1.0', '', /not a version/],
    ['0.1.0', '0.1.0', /does not come after 0\.1\.0/],
    ['0.1.0', '0.0.9', /does not come after/],
    ['0.1.0', '0.1.0-rc.1', /does not come after/],
    ['0.1.0', '0.3.0', /comes 0\.1\.1, 0\.2\.0, 1\.0\.0, or a pre-release of one; not 0\.3\.0/],
    ['0.1.0', '0.1.2', /not 0\.1\.2/],
    ['0.2.0-rc.1', '0.2.0-beta.9', /does not come after/],
  ];
  for (const [current, version, why] of refused) {
    it(`refuses "${version}" after ${current}`, () => assert.throws(() => checkVersion(version, current), refusal(why)));
  }

  it('moves what is unreleased to the version, and leaves the rest', () => {
    const text = '# Changelog\n\nWords.\n\n## Unreleased\n\n### Fixed\n\n- One.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n';
    assert.equal(
      releasedChangelog(text, '0.2.0', '2026-02-03'),
      '# Changelog\n\nWords.\n\n## Unreleased\n\n## 0.2.0 - 2026-02-03\n\n### Fixed\n\n- One.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n',
    );
    assert.equal(releasedChangelog('## Unreleased\n- One.\n', '0.2.0', '2026-02-03'), '## Unreleased\n\n## 0.2.0 - 2026-02-03\n\n- One.\n');
  });

  const changelogs: readonly (readonly [name: string, text: string, why: RegExp])[] = [
    ['without a section for what is unreleased', '# Changelog\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n', /no section "## Unreleased"/],
    ['with nothing unreleased', '## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n', /nothing under "## Unreleased"/],
    ['with headings alone', '## Unreleased\n\n### Added\n\n### Fixed\n', /nothing under "## Unreleased"/],
    ['that has the version', '## Unreleased\n\n- New.\n\n## 0.2.0 - 2026-01-01\n\n- Old.\n', /has a section for 0\.2\.0 already/],
  ];
  for (const [name, text, why] of changelogs) {
    it(`refuses a changelog ${name}`, () => assert.throws(() => releasedChangelog(text, '0.2.0', '2026-02-03'), refusal(why)));
  }

  it('changes the version of the package and of nothing that has the same one', () => {
    const lock = JSON.stringify(
      { version: '0.1.0', packages: { '': { version: '0.1.0' }, 'node_modules/a': { version: '0.1.0' } } },
      null,
      2,
    );
    const { version, packages } = JSON.parse(withPackageVersion(lock, '0.1.0', '0.2.0'));
    assert.deepEqual([version, packages[''].version, packages['node_modules/a'].version], ['0.2.0', '0.2.0', '0.1.0']);
    assert.equal(withPackageVersion('{ "version": "0.1.0" }', '0.1.0', '0.2.0'), '{ "version": "0.2.0" }');
  });

  it('refuses files that do not say the version there is', () => {
    assert.throws(
      () => withPackageVersion('{ "version": "0.1.1" }', '0.1.0', '0.2.0'),
      refusal(/expected the version 0\.1\.0, found 0\.1\.1/),
    );
    assert.throws(
      () => withSourceVersion("export const VERSION = '0.1.1';", '0.1.0', '0.2.0'),
      refusal(/does not say VERSION = '0\.1\.0'/),
    );
  });

  it('makes all files of this repository say the version', () => {
    const [major = 0] = VERSION.split('.').map(Number);
    const version = `${major + 1}.0.0`;
    const unreleased = (path: string): string =>
      path === 'CHANGELOG.md' ? read(path).replace('## Unreleased\n', '## Unreleased\n\n- A line.\n') : read(path);
    const files = releaseFiles(unreleased, version, '2026-02-03');
    assert.deepEqual(Object.keys(files), ['CHANGELOG.md', 'package.json', 'package-lock.json', 'lib/version.ts']);
    for (const [path, text] of Object.entries(files)) assert.ok(text.includes(version), path);
  });

  it('prints commands that a person runs, none of which publishes', () => {
    const commands = nextCommands('0.2.0', ['CHANGELOG.md', 'package.json']);
    assert.ok(commands.includes("git commit -m 'Release 0.2.0' -- CHANGELOG.md package.json"));
    assert.ok(commands.some((line) => line.startsWith('git tag -a v0.2.0')));
    assert.ok(!commands.some((line) => line.includes('npm publish')));
  });
});
