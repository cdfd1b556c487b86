/**
 * The process that the calls of a scan are pinned to, because its cursor means nothing to any other. The first call goes where routing
 * says; each attempt writes down where that was. Once a reply has come the record is `isPinned`: the other calls go to that process, or
 * fail.
 */
export interface PinnedProcess {
  /** Key of the node. */
  node: string;
  /** `processEpoch` of the node when the call was sent. */
  processEpoch: number;
  /** Role of the node when the call was sent; a scan does not go on where a primary became a replica. */
  role: 'primary' | 'replica' | null;
  /** The call went to the node as to a replica. */
  readonly: boolean;
  /** The slot is on its way to that node, which serves it only after ASKING. */
  asking: boolean;
  isPinned: boolean;
  /** The process cannot be asked any more: the scan begins again with another record. */
  isGone: boolean;
  /** Connections that were lost at its calls since the scan got on. */
  losses: number;
}

/** Place of a call that its keys have given it, and may give it anew while it waits. */
interface MovablePlace {
  /** The slot now, `before` if it is the same. Throws where the call has none any more. */
  slotNow(before: number): number;
}

/** The shard, node or process that a call is for, where its keys do not say it. */
export interface CallTarget {
  /** Hash slot of the shard; -1: any shard. */
  readonly slot?: number;
  /** Where the slot came from; none: it stays. */
  readonly place?: MovablePlace;
  /** Key of the one node, whatever the routing says. */
  readonly node?: string;
  readonly pinned?: PinnedProcess;
}
