import { AuthError, OptionsError } from '../../errors.js';
import { type AccessOptions, loginOf } from '../../options/access.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import { resolveOptions } from '../../options/resolve.js';
import { replication } from '../../options/topology.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { type AdminOptions, CLIENT_NAME } from '../admin-options.js';
import { ClusterAdmin } from '../cluster-admin.js';
import type { TopologyKind } from '../health/server-kind.js';
import { askServerKind, type ServerKind } from '../health/server-kind.js';
import { refuseOtherKind, TOPOLOGY_OF } from '../health/wrong-kind.js';
import { NodeConnections } from '../node-connections.js';
import { ReplicationAdmin } from '../replication/replication-admin.js';
import { SentinelAdmin } from '../sentinel/sentinel-admin.js';
import type { Target } from './parse-target.js';

/** How to reach the servers of a target: what is given here comes before what its URL says. */
export interface TargetOptions extends Omit<AdminOptions, 'nodes'> {
  /** Name of the group that sentinels watch. */
  readonly name?: string;
  /** How to reach sentinels. */
  readonly sentinel?: AccessOptions;
}

/** The administration of what a target turned out to be. */
export type OpenedTarget = ClusterAdmin | ReplicationAdmin | SentinelAdmin;

/**
 * Finds out what the servers are, and opens their administration. `meant`: the topology that the caller takes; null: any. Rejects where they
 * are something else, with what they are.
 */
export async function openTarget(target: Target, options: TargetOptions, meant: TopologyKind | null = null): Promise<OpenedTarget> {
  const wanted = meant ?? target.kind;
  if (meant !== null && target.kind !== null && target.kind !== meant) {
    throw new OptionsError('URL', `expected ${meant} here, got a redis+${target.kind}:// URL`);
  }
  const { name = target.name ?? undefined, sentinel: own = target.sentinelAccess, ...access } = { ...target.access, ...options };
  const nodes = target.addresses.map(addressKey);
  const isSentinel = wanted === 'sentinel';
  const found = await findKind(target.addresses, optionsFor(nodes, isSentinel ? { ...reachOf(access), ...own } : access), own);
  if (wanted !== null) refuseOtherKind(found.kind, wanted);
  switch (TOPOLOGY_OF[found.kind.mode]) {
    case 'cluster':
      return new ClusterAdmin({ ...access, nodes });
    case 'sentinel': {
      // A bare address of a sentinel that took the login has it, too.
      const sentinel = isSentinel || found.withoutLogin || Object.keys(own).length > 0 ? own : loginOf(access);
      return new SentinelAdmin({ ...access, nodes, sentinel, ...(name === undefined ? {} : { name }) });
    }
    default:
      return new ReplicationAdmin({ ...access, nodes });
  }
}

/** A server that said what it is. `withoutLogin`: a sentinel that refused the login, and answered without it. */
interface FoundKind {
  readonly kind: ServerKind;
  readonly withoutLogin: boolean;
}

/** Asks all addresses; those that answer have to be of one kind. */
async function findKind(addresses: readonly Address[], options: Options, own: AccessOptions): Promise<FoundKind> {
  const connections = new NodeConnections(options);
  // Sentinels often have no login of their own, and refuse one.
  const others = new NodeConnections(optionsFor(addresses.map(addressKey), { ...own, connectTimeoutMs: options.connectTimeoutMs }));
  try {
    const answers = await Promise.all(
      addresses.map(async (address): Promise<FoundKind | { readonly error: unknown }> => {
        try {
          return { kind: await askServerKind(connections, address), withoutLogin: false };
        } catch (error) {
          if (!(error instanceof AuthError)) return { error };
          const kind = await askServerKind(others, address).catch(() => null);
          return kind?.mode === 'sentinel' ? { kind, withoutLogin: true } : { error };
        }
      }),
    );
    const kinds = answers.flatMap((answer) => ('kind' in answer ? [answer] : []));
    const [first] = kinds;
    if (first === undefined) throw failure(answers.flatMap((answer) => ('error' in answer ? [answer.error] : [])));
    for (const { kind } of kinds) refuseOtherKind(kind, TOPOLOGY_OF[first.kind.mode]);
    return first;
  } finally {
    connections.close();
    others.close();
  }
}

function failure(errors: readonly unknown[]): Error {
  const [first] = errors;
  if (errors.length === 1 && first instanceof Error) return first;
  const reasons = errors.map((error) => thrownText(error));
  return new AdminError(`no server could be asked: ${reasons.join('; ')}`, { reason: 'unreachable', cause: first });
}

function optionsFor(nodes: readonly string[], access: Omit<AdminOptions, 'nodes'>): Options {
  return resolveOptions({ clientName: CLIENT_NAME, ...access, topology: replication(nodes) });
}

function reachOf({ connectTimeoutMs }: Omit<AdminOptions, 'nodes'>): Omit<AdminOptions, 'nodes'> {
  return connectTimeoutMs === undefined ? {} : { connectTimeoutMs };
}
