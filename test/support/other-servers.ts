import { type besideDefault, findServer, unpackedServer, versionOf } from '../../scripts/servers.mjs';

/** A release that tests start beside the default server, for what that one cannot do: atomic slot migration. */
export type OtherServer = (typeof besideDefault)[number];

/** The path of its server program: what `scripts/setup.mjs --more-servers` unpacked, or the default server where that is one. */
export function serverOf(name: OtherServer): string | null {
  return [unpackedServer(name), findServer()?.server ?? null].find((path) => path !== null && is(path, name)) ?? null;
}

function is(path: string, name: OtherServer): boolean {
  const [product, oldest = ''] = name.split('-');
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  const version = versionOf(path);
  if (version === null || version.product !== product) return false;
  return version.major > oldestMajor || (version.major === oldestMajor && version.minor >= oldestMinor);
}

/**
 * A mocha suite whose tests need that server; where it cannot be had they are skipped, and the title says why.
 *
 * @example
 * describeOn('valkey-9', 'slots that move at once', (program) => {
 *   it('...', async () => {
 *     await using cluster = await Cluster.start({ program });
 */
export function describeOn(name: OtherServer, title: string, define: (program: string) => void): void {
  const program = serverOf(name);
  if (program === null) describe.skip(`${title} (${name} is missing, see scripts/servers.mjs)`, () => define(''));
  else describe(title, () => define(program));
}
