import { OptionsError } from '../../errors.js';
import type { AccessOptions } from '../../options/access.js';
import { addressKey } from '../../options/address.js';
import type { TopologyOptions } from '../../options/topology.js';
import type { TopologyKind } from '../health/server-kind.js';
import type { RingAdmin } from '../ring/ring-admin.js';
import { RingServers } from '../ring/ring-servers.js';
import { type OpenedTarget, openTarget } from '../target/open-target.js';
import { parseTarget, type Target, targetOfTopology } from '../target/parse-target.js';
import type { CommandContext, OptionHelps } from './command.js';
import { textOption } from './option-values.js';
import { openRingAdmin } from './ring/load-ring.js';
import { namesFile, readTopologyFile } from './topology-file.js';
import { UsageError } from './usage-error.js';

/** Options that reach sentinels, of commands that may meet some. */
export const SENTINELS: OptionHelps = {
  name: { value: 'GROUP', what: 'group that the Sentinels watch, where they watch several' },
  'sentinel-user': { value: 'NAME', what: 'user name of the Sentinels' },
  'sentinel-password': { value: 'SECRET', what: 'their password; better in the variable SLOTWISE_SENTINEL_PASSWORD' },
};

/** What words of the command line lead to. */
export interface ReachedTarget {
  readonly admin: OpenedTarget | RingServers;
  /** Opens what looks after the keys of a ring; null: there is none. */
  readonly keys: (() => Promise<RingAdmin>) | null;
  /** Context for the commands of clusters, which take nodes of one. */
  readonly clusterContext: CommandContext;
}

/**
 * Opens what these words name: one URL of any topology, addresses, or a file with a topology. `meant`: the topology of the command; null:
 * any.
 */
export async function reachTarget(context: CommandContext, words: readonly string[], meant: TopologyKind | null): Promise<ReachedTarget> {
  const file = words.find(namesFile);
  if (file === undefined) return await reach(context, targetOf(words), meant);
  if (words.length > 1)
    throw new UsageError(`expected one file, URL or address, or several addresses, got ${words.length} words with ${file}`);
  const { topology, access } = readTopologyFile(file, 'FILE');
  if (topology.kind === 'endpoints') throw new UsageError(behindProxies(file));
  const isOther = meant !== null && topology.kind !== 'single' && topology.kind !== meant;
  if (isOther)
    throw new UsageError(`expected ${meant} here, ${file} has a topology of kind ${topology.kind}: slotwise info ${file} shows it`);
  if (topology.kind !== 'ring') return await reach(context, { ...targetOfTopology(topology), access }, meant);
  if (context.options.name !== undefined) throw new UsageError('--name: the members of a ring name their groups in the file');
  const reached = context.access(access);
  const ring = withSentinelLogins(context, topology);
  const admin = context.use(new RingServers(ring, reached));
  return { admin, keys: () => openRingAdmin(context, { ...reached, topology: ring }), clusterContext: context };
}

/** The ring with how the sentinels of its members are reached. */
function withSentinelLogins(context: CommandContext, topology: Extract<TopologyOptions, { readonly kind: 'ring' }>): TopologyOptions {
  const members = topology.members.map((member) => {
    const own = member.topology;
    if (own.kind !== 'sentinel') return member;
    return { ...member, topology: { ...own, access: sentinelAccessOf(context, own.access) ?? {} } };
  });
  return { ...topology, members };
}

async function reach(context: CommandContext, target: Target, meant: TopologyKind | null): Promise<ReachedTarget> {
  const access = context.access(target.access);
  const sentinel = sentinelAccessOf(context, target.sentinelAccess);
  const name = textOption(context.options.name);
  const options = { ...access, ...(sentinel === null ? {} : { sentinel }), ...(name === undefined ? {} : { name }) };
  const admin = context.use(await openTarget(target, options, meant));
  const nodes = target.addresses.map(addressKey);
  return { admin, keys: null, clusterContext: { ...context, words: nodes.slice(0, 1), adminOptions: () => ({ ...access, nodes }) } };
}

/** What a command of servers says of a file with proxies. */
export function behindProxies(file: string): string {
  return `${file} has endpoints, which may be proxies: they tell nothing of the servers behind them; give the addresses of these`;
}

/** Throws a `UsageError` for words that name no servers. */
export function targetOf(words: readonly string[]): Target {
  try {
    return parseTarget(words);
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(error.message.replace(/^\w+: /, ''));
    throw error;
  }
}

/** Login and TLS of sentinels, by options and the environment, then by what a URL or a file says. Null: nothing is said about them. */
export function sentinelAccessOf({ options, process }: CommandContext, given: AccessOptions): AccessOptions | null {
  const username = textOption(options['sentinel-user']) ?? given.username;
  const fromEnvironment = process.env.SLOTWISE_SENTINEL_PASSWORD;
  const password = textOption(options['sentinel-password']) ?? given.password ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const { tls } = given;
  if (username === undefined && password === undefined && tls === undefined) return null;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
}
