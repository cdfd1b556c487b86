import { numberAt } from '../health/info-fields.js';
import { lacksPasswordFor } from '../health/passwords.js';
import { replicationOf } from '../health/replication-facts.js';
import { productOf, versionOf } from '../health/server-version.js';
import type { AdminNode } from '../state/cluster-state.js';

/** A node with its version, for texts: `Redis 7.0.15`. */
export function versionText({ facts }: AdminNode): string {
  return (facts === null ? null : versionOf(facts)) ?? 'unknown version';
}

export function isValkey({ facts }: AdminNode): boolean {
  return facts !== null && productOf(facts) === 'Valkey';
}

/**
 * How many databases a node of a cluster has: one, except for Valkey from 9 on with `cluster-databases`. Null: unknown, because its settings
 * may not be read. https://valkey.io/topics/cluster-spec/
 */
export function databaseCountOf(node: AdminNode): number | null {
  const setting = settingOf(node, 'cluster-databases');
  if (setting !== null) return setting;
  const isReadable = (node.facts?.config.size ?? 0) > 0;
  return isReadable || (node.facts !== null && productOf(node.facts) === 'Redis') ? 1 : null;
}

/** A setting that is a number; null: it is not known. */
export function settingOf({ facts }: AdminNode, name: string): number | null {
  return facts === null ? null : numberAt(facts.config, name);
}

/** A number in INFO; null: it is not known. */
export function infoNumber({ facts }: AdminNode, name: string): number | null {
  return facts === null ? null : numberAt(facts.info, name);
}

/** A full synchronisation with its primary is under way. */
export function isCopying({ facts }: AdminNode): boolean {
  return facts !== null && replicationOf(facts).sync !== null;
}

/** The primary wants a password, and the replica has none to give. */
export function lacksPassword(replica: AdminNode, primary: AdminNode): boolean {
  return replica.facts !== null && lacksPasswordFor(primary.facts, replica.facts);
}

/** A server's own estimate of what its keys take may be off by some. */
const CERTAIN = 0.9;

/** Whether a server may have a key of so many bytes, by what all of its keys take together. Asking for the size of each would take longer. */
export function mayHoldKeyOf(node: AdminNode, bytes: number): boolean {
  const all = infoNumber(node, 'used_memory_dataset');
  return all === null || all >= bytes * CERTAIN;
}
