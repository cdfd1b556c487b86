import type { Address } from '../../options/address.js';
import type { ReplicationTree } from '../replication/tree.js';
import type { GroupView, SentinelReplies, WatchedServer } from './sentinel-view.js';

/** A sentinel of a group: what it says, or why it could not be asked. */
export interface SentinelNode {
  /** Its own id, else its name. */
  readonly id: string;
  /** `host:port`, as plans and errors show it. */
  readonly name: string;
  readonly address: Address;
  /** Null: it could not be asked. */
  readonly replies: SentinelReplies | null;
  readonly problem: string | null;
  /** It was given, as opposed to named by another sentinel. */
  readonly isSeed: boolean;
}

/** A group as an operator sees it: every sentinel and every data server that can be asked was asked. */
export interface SentinelGroupState {
  /** The group's name in the sentinels' configuration. */
  readonly name: string;
  /** Those that answer first. */
  readonly sentinels: readonly SentinelNode[];
  /** The data servers that the sentinels name; null: none could be asked. */
  readonly tree: ReplicationTree | null;
  /** Why no data server could be asked; null: one could. */
  readonly treeProblem: string | null;
}

/** A sentinel that watches the group, with what it says. */
export interface WatchingSentinel extends SentinelNode {
  readonly replies: SentinelReplies & { readonly view: GroupView };
}

export function watchingOf({ sentinels }: SentinelGroupState): WatchingSentinel[] {
  return sentinels.filter((sentinel): sentinel is WatchingSentinel => sentinel.replies !== null && sentinel.replies.view !== null);
}

/** Names of the primary that the sentinels name, with those that name each; the one with the newest epoch, then most named, first. */
export function primariesNamed(
  group: SentinelGroupState,
): { name: string; address: Address | null; epoch: number; by: WatchingSentinel[] }[] {
  const named = new Map<string, { name: string; address: Address | null; epoch: number; by: WatchingSentinel[] }>();
  for (const sentinel of watchingOf(group)) {
    const { primary, epoch } = sentinel.replies.view;
    const known = named.get(primary.name) ?? { name: primary.name, address: primary.address, epoch: 0, by: [] };
    named.set(primary.name, { ...known, epoch: Math.max(known.epoch, epoch), by: [...known.by, sentinel] });
  }
  return [...named.values()].sort((a, b) => b.epoch - a.epoch || b.by.length - a.by.length);
}

/** All sentinels that a sentinel counts, itself included: a failover needs the votes of more than half of them. */
export function votersOf({ view }: WatchingSentinel['replies']): number {
  return view.peers.length + 1;
}

/** What every sentinel that answers says of one data server, by its announced name. */
export function viewsOf(group: SentinelGroupState, name: string): { readonly by: WatchingSentinel; readonly server: WatchedServer }[] {
  return watchingOf(group).flatMap((by) =>
    [by.replies.view.primary, ...by.replies.view.replicas].flatMap((server) => (server.name === name ? [{ by, server }] : [])),
  );
}
