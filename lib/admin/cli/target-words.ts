import { OptionsError } from '../../errors.js';
import type { AccessOptions } from '../../options/access.js';
import { addressKey } from '../../options/address.js';
import type { TopologyKind } from '../health/server-kind.js';
import { type OpenedTarget, openTarget } from '../target/open-target.js';
import { parseTarget, type Target } from '../target/parse-target.js';
import type { CommandContext, OptionHelps } from './command.js';
import { textOption } from './option-values.js';
import { UsageError } from './usage-error.js';

/** Options that reach sentinels, of commands that may meet some. */
export const SENTINELS: OptionHelps = {
  name: { value: 'GROUP', what: 'group that the Sentinels watch, where they watch several' },
  'sentinel-user': { value: 'NAME', what: 'user name of the Sentinels' },
  'sentinel-password': { value: 'SECRET', what: 'their password; better in the variable SLOTWISE_SENTINEL_PASSWORD' },
};

/** What words of the command line lead to. */
export interface ReachedTarget {
  readonly admin: OpenedTarget;
  /** Context for the commands of clusters, which take nodes of one. */
  readonly clusterContext: CommandContext;
}

/** Opens what these words name: one URL of any topology, or addresses. `meant`: the topology of the command; null: any. */
export async function reachTarget(context: CommandContext, words: readonly string[], meant: TopologyKind | null): Promise<ReachedTarget> {
  const target = targetOf(words);
  const access = context.access(target.access);
  const sentinel = sentinelAccessOf(context, target);
  const name = textOption(context.options.name);
  const options = { ...access, ...(sentinel === null ? {} : { sentinel }), ...(name === undefined ? {} : { name }) };
  const admin = context.use(await openTarget(target, options, meant));
  const nodes = target.addresses.map(addressKey);
  return { admin, clusterContext: { ...context, words: nodes.slice(0, 1), adminOptions: () => ({ ...access, nodes }) } };
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

/** Null: nothing is said about them. */
export function sentinelAccessOf({ options, process }: CommandContext, { sentinelAccess }: Target): AccessOptions | null {
  const username = textOption(options['sentinel-user']) ?? sentinelAccess.username;
  const fromEnvironment = process.env.SLOTWISE_SENTINEL_PASSWORD;
  const password =
    textOption(options['sentinel-password']) ?? sentinelAccess.password ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const { tls } = sentinelAccess;
  if (username === undefined && password === undefined && tls === undefined) return null;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
}
