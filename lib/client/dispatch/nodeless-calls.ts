import type { SlotwiseError } from '../../errors.js';
import type { Call } from '../../protocol/call.js';
import type { Whereabouts } from '../../topology/monitor-api.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import type { Deployment } from '../nodes/deployment.js';
import { errorFor, rejectCall } from './call-errors.js';
import type { NoNodeReasons } from './no-node-reasons.js';
import type { PendingCalls } from './pending-calls.js';

/** Rule for calls that no node can take now: they wait for a change of the topology, unless waiting is of no use or not wanted. */
export class NodelessCalls {
  constructor(
    private readonly deployment: Deployment,
    private readonly pending: PendingCalls,
    private readonly reasons: NoNodeReasons,
    private readonly failFast: boolean,
  ) {}

  /** Takes a call for a shard without a node for it; a slot of a ring that is nobody's stays so. */
  takeFor(slot: number, shard: number, call: Call): void {
    const { ring, router } = this.deployment;
    const gone = shard === -1 && slot >= 0 ? (ring?.whyGone(slot) ?? null) : null;
    const problem = router?.problemOf(shard) ?? null;
    if (gone !== null) rejectCall(call, errorFor(call, { kind: 'not-sent', error: gone }));
    // The first probe of a member may take its time: nothing speaks against it yet.
    else if (ring !== null && problem === null && router?.primaryOf(shard) === null) this.pending.awaitTopology(call);
    else this.take(call, problem, { slot });
  }

  /** `cause`: why its node cannot be reached; null: there is none. */
  take(call: Call, cause: SlotwiseError | null, place: Whereabouts = {}): void {
    if (cause !== null && isMisconfigured(cause)) {
      rejectCall(call, cause);
      return;
    }
    if (cause !== null) call.remember(cause);
    // The first probe may take its time: nothing speaks against the servers yet.
    if (this.failFast && (this.deployment.router !== null || this.deployment.topologyError !== null)) {
      rejectCall(call, this.reasons.refusalOf(call, cause));
      return;
    }
    this.pending.awaitTopology(call);
    this.deployment.wake('a command has no node', false, place);
  }
}
