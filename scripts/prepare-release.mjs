// Makes the files of a release say its version, and prints the commands that a person runs then. Commits, tags, pushes and publishes nothing.
//   npm run release:prepare -- 0.2.0             checks, then writes
//   npm run release:prepare -- 0.2.0 --dry-run   checks, and says what would be written
// See docs/releasing.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const BRANCH = 'main';

/** What keeps a release from being prepared, and a person has to mend. */
export class ReleaseError extends Error {
  name = 'ReleaseError';
}

/** @see https://semver.org/#spec-item-2, https://semver.org/#spec-item-9; of pre-releases only `alpha.1`, `beta.1`, `rc.1` and the like. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(alpha|beta|rc)\.(0|[1-9]\d*))?$/;

export function parseVersion(text) {
  const match = VERSION.exec(text);
  if (match === null) throw new ReleaseError(`"${text}" is not a version such as 0.2.0 or 1.0.0-rc.1`);
  const [, major, minor, patch, stage = null, count = '0'] = match;
  return { core: [Number(major), Number(minor), Number(patch)], stage, count: Number(count) };
}

/** The cores that may follow a version: its own if it is a pre-release, and the next patch, minor and major. */
function nextCores({ core: [major, minor, patch], stage }) {
  const cores = [`${major}.${minor}.${patch + 1}`, `${major}.${minor + 1}.0`, `${major + 1}.0.0`];
  return stage === null ? cores : [`${major}.${minor}.${patch}`, ...cores];
}

/** Negative where `a` comes before `b`. Stages compare by their names: alpha, beta, rc; a release comes after all of them. */
export function compareVersions(a, b) {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  const at = left.core.findIndex((part, index) => part !== right.core[index]);
  if (at >= 0) return left.core[at] - right.core[at];
  if (left.stage === right.stage) return left.count - right.count;
  if (left.stage === null || right.stage === null) return left.stage === null ? 1 : -1;
  return left.stage < right.stage ? -1 : 1;
}

/** Throws where `version` cannot follow `current`. A number that was skipped by mistake cannot be taken back from a registry. */
export function checkVersion(version, current) {
  const { core } = parseVersion(version);
  const cores = nextCores(parseVersion(current));
  if (compareVersions(version, current) <= 0)
    throw new ReleaseError(`${version} does not come after ${current}, the version of package.json`);
  if (!cores.includes(core.join('.')))
    throw new ReleaseError(`after ${current} comes ${cores.join(', ')}, or a pre-release of one; not ${version}`);
}

/** CHANGELOG.md with what stood under Unreleased under the version, and nothing under Unreleased. */
export function releasedChangelog(text, version, date) {
  const sections = text.split(/^(?=## )/m);
  if (sections.some((section) => titleOf(section).split(' ')[0] === version)) {
    throw new ReleaseError(`CHANGELOG.md has a section for ${version} already`);
  }
  const at = sections.findIndex((section) => titleOf(section) === 'Unreleased');
  if (at < 0) throw new ReleaseError('CHANGELOG.md has no section "## Unreleased"');
  const body = sections[at].slice(sections[at].indexOf('\n') + 1).trim();
  if (body === '' || body.split('\n').every((line) => line.trim() === '' || line.startsWith('### '))) {
    throw new ReleaseError('CHANGELOG.md has nothing under "## Unreleased": there is nothing to release');
  }
  const rest = sections.slice(at + 1).join('');
  return `${sections.slice(0, at).join('')}## Unreleased\n\n## ${version} - ${date}\n\n${body}\n${rest === '' ? '' : `\n${rest}`}`;
}

function titleOf(section) {
  return /^## (.*)/.exec(section)?.[1]?.trim() ?? '';
}

/** package.json, or package-lock.json, which says the version twice, with another version; the rest stays as it is written. */
export function withPackageVersion(text, from, to) {
  const { version, packages } = JSON.parse(text);
  const places = packages === undefined ? [version] : [version, packages['']?.version];
  if (places.some((place) => place !== from)) throw new ReleaseError(`expected the version ${from}, found ${places.join(' and ')}`);
  let left = places.length;
  // In both files the package itself comes first.
  return text.replaceAll(`"version": "${from}"`, (found) => (left-- > 0 ? `"version": "${to}"` : found));
}

/** lib/version.ts with another version. */
export function withSourceVersion(text, from, to) {
  const old = `VERSION = '${from}'`;
  if (!text.includes(old)) throw new ReleaseError(`lib/version.ts does not say ${old}`);
  return text.replace(old, `VERSION = '${to}'`);
}

/** The files of the release by their path, each with its new text. */
export function releaseFiles(read, version, date) {
  const { version: current } = JSON.parse(read('package.json'));
  checkVersion(version, current);
  return {
    'CHANGELOG.md': releasedChangelog(read('CHANGELOG.md'), version, date),
    'package.json': withPackageVersion(read('package.json'), current, version),
    'package-lock.json': withPackageVersion(read('package-lock.json'), current, version),
    'lib/version.ts': withSourceVersion(read('lib/version.ts'), current, version),
  };
}

/** What a person runs then. */
export function nextCommands(version, files) {
  return [
    'git diff                                    # look at it',
    `git commit -m 'Release ${version}' -- ${files.join(' ')}`,
    '.ci/run                                     # everything, on the commit that is to be released',
    `git tag -a v${version} -m 'slotwise ${version}'`,
    `git push origin ${BRANCH} v${version}`,
    '# then the workflow "release", started by hand with that tag, publishes with provenance: docs/releasing.md',
  ];
}

function run(program, args, options = {}) {
  const { status, stdout, error } = spawnSync(program, args, { cwd: root, encoding: 'utf8', ...options });
  if (error !== undefined) throw new ReleaseError(`${program} does not run: ${error.message}`);
  return { ok: status === 0, text: (stdout ?? '').trim() };
}

function checkRepository(version) {
  const branch = run('git', ['branch', '--show-current']).text;
  if (branch !== BRANCH) throw new ReleaseError(`releases are made from ${BRANCH}; this is ${branch === '' ? 'no branch' : branch}`);
  const { ok, text } = run('git', ['status', '--porcelain']);
  if (!ok || text !== '') throw new ReleaseError(`the working tree has changes that are not committed:\n${text}`);
  if (run('git', ['tag', '--list', `v${version}`]).text !== '') throw new ReleaseError(`there is a tag v${version} already`);
}

function checkSources() {
  for (const script of ['lint', 'types']) {
    console.log(`npm run ${script} ...`);
    if (!run('npm', ['run', '--silent', script], { stdio: 'inherit' }).ok) throw new ReleaseError(`npm run ${script} fails`);
  }
}

function main(args) {
  const dryRun = args.includes('--dry-run');
  const [version, ...more] = args.filter((arg) => arg !== '--dry-run');
  if (version === undefined || more.length > 0) throw new ReleaseError('usage: npm run release:prepare -- <version> [--dry-run]');
  // What is quick to find out comes first; nothing is written before everything was checked.
  const files = releaseFiles((path) => readFileSync(join(root, path), 'utf8'), version, new Date().toISOString().slice(0, 10));
  checkRepository(version);
  checkSources();
  for (const [path, text] of Object.entries(files)) {
    console.log(`${dryRun ? 'would write' : 'wrote'} ${path}`);
    if (!dryRun) writeFileSync(join(root, path), text);
  }
  console.log(`\n${dryRun ? 'Then' : 'Next'}, by hand:\n  ${nextCommands(version, Object.keys(files)).join('\n  ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
