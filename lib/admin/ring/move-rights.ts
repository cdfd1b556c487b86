import type { Arg } from '../../protocol/command-spec.js';
import { AdminError } from '../admin-error.js';
import { NodeConnections } from '../node-connections.js';
import type { Finding } from '../preflight/finding.js';
import { ANY_KEY, checkRights, type Need } from '../preflight/rights.js';
import type { KeyStore, StorePrimary } from './key-store.js';

/**
 * The commands without which no key moves: at a source, and at a target. A source logs in at the target as the target's user, and sends SELECT
 * and RESTORE: https://redis.io/docs/latest/commands/migrate/
 */
export const MOVE_COMMANDS: Readonly<
  Record<'migrate' | 'client', { readonly source: readonly (readonly Arg[])[]; readonly target: readonly (readonly Arg[])[] }>
> = {
  migrate: {
    source: [
      ['MIGRATE', '127.0.0.1', 1, ANY_KEY, 0, 1_000],
      ['EXISTS', ANY_KEY],
      ['PTTL', ANY_KEY],
    ],
    target: [
      ['SELECT', 0],
      ['RESTORE', ANY_KEY, 0, 'payload'],
      ['EXISTS', ANY_KEY],
      ['PTTL', ANY_KEY],
    ],
  },
  client: {
    source: [['WATCH', ANY_KEY], ['DUMP', ANY_KEY], ['PTTL', ANY_KEY], ['MULTI'], ['UNLINK', ANY_KEY], ['EXISTS', ANY_KEY]],
    target: [
      ['RESTORE', ANY_KEY, 0, 'payload'],
      ['EXISTS', ANY_KEY],
      ['PTTL', ANY_KEY],
    ],
  },
};

/** What our users may not do at these servers, by ACL DRYRUN: nothing is done by it. */
export async function moveRights(from: KeyStore, to: KeyStore, via: keyof typeof MOVE_COMMANDS): Promise<Finding[]> {
  const { source, target } = MOVE_COMMANDS[via];
  const findings = await Promise.all([rightsAt(from, source, 'to give keys'), rightsAt(to, target, 'to take keys')]);
  return findings.flat();
}

/** Throws where a right is missing. */
export function refuseMissingRights(findings: readonly Finding[]): void {
  const missing = findings.filter(({ refuses }) => refuses).map(({ text }) => text);
  if (missing.length > 0) throw new AdminError(`${missing.join('; ')}. Nothing was done`);
}

async function rightsAt(store: KeyStore, commands: readonly (readonly Arg[])[], purpose: string): Promise<Finding[]> {
  const connections = new NodeConnections(store.options);
  try {
    return await checkRights(connections, needsAt(store.primaries, commands, purpose));
  } finally {
    connections.close();
  }
}

/** Every command at every server. */
export function needsAt(primaries: readonly StorePrimary[], commands: readonly (readonly Arg[])[], purpose: string): Need[] {
  return primaries.flatMap(({ name, node }) =>
    commands.map((words): Need => ({ node: { id: node.key, name, address: node.address }, purpose, words })),
  );
}
