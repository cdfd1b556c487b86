import type { ClusterTable } from './cluster-table.js';
import type { ClusterSettings } from './core.js';
import type { KnownNode } from './known-node.js';
import { slotOf } from './slots.js';

/** A command, as far as it matters where it may run. */
export interface RoutedCommand {
  readonly name: string;
  readonly keys: readonly string[];
  readonly isWrite: boolean;
  /** SPUBLISH, SSUBSCRIBE: its keys are channels, which are everywhere. */
  readonly isSharded: boolean;
  /** The session sent ASKING just now, or READONLY earlier. */
  readonly isAsking: boolean;
  readonly isReadonly: boolean;
  /** MULTI queues it, and EXEC is asked whether all of its keys are there: Valkey 9. */
  readonly isQueued: boolean;
}

/** Why a command does not run here: a text, or another node. */
export type Redirect = { readonly text: string } | { readonly kind: 'MOVED' | 'ASK'; readonly slot: number; readonly node: KnownNode };

const CROSSSLOT = { text: "CROSSSLOT Keys in request don't hash to the same slot" };
const UNBOUND = { text: 'CLUSTERDOWN Hash slot not served' };
const DOWN = { text: 'CLUSTERDOWN The cluster is down' };
const DOWN_FOR_WRITES = { text: 'CLUSTERDOWN The cluster is down and only accepts read commands' };
const TRYAGAIN = { text: 'TRYAGAIN Multiple keys request during rehashing of slot' };

/** What a node knows when it decides. */
export interface RedirectView {
  readonly table: ClusterTable;
  readonly state: 'ok' | 'fail';
  readonly settings: ClusterSettings;
  hasKey(key: string): boolean;
  /** Where a slot of this shard goes. Replicas know it only since Valkey 8. */
  targetOf(slot: number): KnownNode | undefined;
}

/** null: it runs here. https://github.com/redis/redis/blob/7.2/src/cluster.c (`getNodeByQuery`) */
export function redirectOf(view: RedirectView, command: RoutedCommand): Redirect | null {
  const { table, settings } = view;
  const [first, ...others] = command.keys;
  if (first === undefined) return null;
  const slot = slotOf(first);
  const owner = table.ownerOf(slot);
  if (owner === undefined) return UNBOUND;
  for (const key of others) if (slotOf(key) !== slot) return CROSSSLOT;
  const { myself } = table;
  const mayReadHere = command.isSharded || (command.isReadonly && !command.isWrite);
  const isHere = owner === myself || (mayReadHere && myself.primary === owner);
  const target = isHere ? view.targetOf(slot) : undefined;
  const isImported = target === undefined && table.importing.has(slot);
  if (view.state === 'fail') {
    if (!command.isSharded && !settings.allowsReadsWhenDown) return DOWN;
    if (!command.isSharded && command.isWrite) return DOWN_FOR_WRITES;
  }
  if ((target !== undefined || isImported) && command.name === 'MIGRATE') return null;
  if (target !== undefined && !command.isSharded && !command.isQueued) {
    const missing = missingOf(view, command.keys);
    if (missing > 0) return missing < command.keys.length ? TRYAGAIN : { kind: 'ASK', slot, node: target };
  }
  if (isImported && command.isAsking) {
    const isSeveral = others.some((key) => key !== first);
    return isSeveral && !command.isSharded && missingOf(view, command.keys) > 0 ? TRYAGAIN : null;
  }
  return isHere ? null : { kind: 'MOVED', slot, node: owner };
}

function missingOf(view: RedirectView, keys: readonly string[]): number {
  return keys.filter((key) => !view.hasKey(key)).length;
}
