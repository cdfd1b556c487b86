import type { ReplyError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import type { Call } from '../../protocol/call.js';
import { isRead } from '../../protocol/catalog/effects.js';
import type { ReadPolicy } from '../../routing/reads/read-preference.js';
import type { Router } from '../../routing/router.js';
import type { Deployment } from '../nodes/deployment.js';
import { viewOf } from '../view.js';
import { rejectCall } from './call-errors.js';

/** Read policy of a call; null: it goes to the primary. */
export function readPolicyOf(call: Call): ReadPolicy | null {
  return isRead(call.spec) ? viewOf(call).policyOf(call.spec) : null;
}

/** Whether the call goes to the primary: its policy says so, or its session writes there at the moment, and it stays behind that write. */
export function needsPrimary(call: Call, slot: number): boolean {
  return readPolicyOf(call) === null || viewOf(call).session?.isWriting(slot) === true;
}

/** Router of reads: chooses the node of a read by the read policy of its view, the policy's function, and the writes of its session. */
export class ReadRouter {
  constructor(private readonly deployment: Deployment) {}

  /** Node for a read; null: there is none now, or the call was rejected because the policy's function made a mistake. */
  readerOf(router: Router, shard: number, policy: ReadPolicy, call: Call, slot: number): Node | null {
    const { session } = viewOf(call);
    const picker = router.pickerOf(shard, policy);
    const able = session === null ? picker.nodes : session.allowed(slot, router.primaryOf(shard), picker.nodes);
    if (able === null) return router.primaryOf(shard);
    const chosen = policy.choose === null ? picker.pick() : this.#askFunction(router, shard, call);
    if (picker.isFallback && chosen !== null) {
      chosen.fallbacks++;
      viewOf(call).counters.fallbacks++;
    }
    return session === null || chosen === null || able.includes(chosen) ? chosen : leastLoaded(able);
  }

  /** The least loaded node that the policy of a hedged read might have chosen instead of `first`. Null: there is none. */
  secondReaderOf(call: Call, slot: number, first: string): Node | null {
    const { router } = this.deployment;
    const policy = readPolicyOf(call);
    const { session } = viewOf(call);
    if (router === null || policy === null || policy.choose !== null || (router.sharded && slot < 0)) return null;
    const shard = router.shardFor(slot);
    const { nodes } = router.pickerOf(shard, policy);
    const able = session === null ? nodes : (session.allowed(slot, router.primaryOf(shard), nodes) ?? []);
    return leastLoaded(able.filter((node) => node.key !== first && node.unreachableReason === null));
  }

  /** A read was asked of a second node, or that node was faster. */
  countHedge(call: Call, node: string, what: 'hedged' | 'hedgeWins'): void {
    viewOf(call).counters[what]++;
    const asked = this.deployment.nodes.get(node);
    if (asked !== undefined) asked[what]++;
  }

  /** A node refused a read: its health is worse for the next ones. */
  recordRefusal(key: string, error: ReplyError): void {
    const node = this.deployment.nodes.get(key);
    if (node !== undefined) this.deployment.replicaHealth.refused(node, error);
  }

  #askFunction(router: Router, shard: number, call: Call): Node | null {
    try {
      return router.askFunction(shard, call.spec, call.args, viewOf(call));
    } catch (error) {
      rejectCall(call, error);
      return null;
    }
  }
}

function leastLoaded(nodes: readonly Node[]): Node | null {
  let best: Node | null = null;
  for (const node of nodes) if (best === null || node.load < best.load) best = node;
  return best;
}
