import type { SlotwiseError } from '../../errors.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import type { RingSlotting } from '../../routing/keys/ring-slotting.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';
import type { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import type { AddressBook, RedirectTarget } from '../nodes/address-book.js';
import type { FailureReports } from '../nodes/failure-reports.js';

/** What subscriptions need of the deployment. */
export interface SubscriptionDeployment {
  readonly snapshot: TopologySnapshot | null;
  /** When the last probe began that found this node as `snapshot` says, in ms since 1970. */
  confirmedSinceMs(node: string): number;
  /** Commands reach the node, or none was tried. */
  isReachable(key: string): boolean;
  wake(reason: string): void;
  /** Has the monitor ask this node first: it knows something new. */
  probeFirst(key: string, reason: string): void;
  /** The node does not answer, until `trust`. */
  suspect(key: string): void;
  trust(key: string): void;
  redirect(failure: AttemptFailure, to: Redirection, patch: boolean): RedirectTarget;
  /** Why nothing, or no primary, is known. */
  readonly topologyError: SlotwiseError | null;
  readonly addresses: Pick<AddressBook, 'known' | 'knows' | 'leftOut'>;
  /** Members by slot; null: the topology is no ring. */
  readonly ring: Pick<RingSlotting, 'whyGone'> | null;
  readonly failures: Pick<FailureReports, 'failed' | 'recovered'>;
  readonly events: Emitter<ClientEvents>;
}
