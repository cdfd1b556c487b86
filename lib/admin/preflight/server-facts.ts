import { IS_SET } from '../health/node-facts.js';
import { replicationOf } from '../health/replication-facts.js';
import type { AdminNode } from '../state/cluster-state.js';

/** `Valkey 9.1.2`, `Redis 7.0.15`; null: the server does not tell. */
export function productOf({ facts }: AdminNode): string | null {
  const valkey = facts?.info.get('valkey_version');
  const redis = facts?.info.get('redis_version');
  return valkey !== undefined ? `Valkey ${valkey}` : redis !== undefined ? `Redis ${redis}` : null;
}

/**
 * How many databases a node of a cluster has: one, except for Valkey from 9 on with `cluster-databases`. Null: unknown, because its settings
 * may not be read. https://valkey.io/topics/cluster-spec/
 */
export function databaseCountOf(node: AdminNode): number | null {
  const setting = settingOf(node, 'cluster-databases');
  if (setting !== null) return setting;
  const isReadable = (node.facts?.config.size ?? 0) > 0;
  return isReadable || productOf(node)?.startsWith('Redis') === true ? 1 : null;
}

/** A setting that is a number; null: it is not known. */
export function settingOf({ facts }: AdminNode, name: string): number | null {
  const value = Number(facts?.config.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

/** A number in INFO; null: it is not known. */
export function infoNumber({ facts }: AdminNode, name: string): number | null {
  const value = Number(facts?.info.get(name) ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

/** A full synchronisation with its primary is under way. */
export function isCopying({ facts }: AdminNode): boolean {
  return facts !== null && replicationOf(facts).sync !== null;
}

/** The primary wants a password, and the replica has none to give. */
export function lacksPassword(replica: AdminNode, primary: AdminNode): boolean {
  const { config = new Map<string, string>() } = replica.facts ?? {};
  const own = config.get('primaryauth') ?? config.get('masterauth');
  return primary.facts?.config.get('requirepass') === IS_SET && own === '';
}
