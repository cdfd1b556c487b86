import type { SlotwiseError } from '../../errors.js';
import type { Call } from '../../protocol/call.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';
import { Emitter } from '../emitter.js';

/** Events of the deployment for the parts of a client that hold calls or connections. Those for users are `ClientEvents`. */
type DeploymentEvents = {
  /**
   * A primary or the owner of a slot is another one: calls that nodes hold may belong to other nodes. Comes before the calls themselves.
   */
  reassigned: [next: TopologySnapshot, previous: TopologySnapshot];
  /** Calls that were taken back from a node before they were written. */
  callsReturned: [calls: readonly Call[]];
  /** Another snapshot, or a node whose state is another one: calls that wait for a node may find one. */
  changed: [];
  /** The nodes are those of this snapshot now. Comes last. */
  snapshot: [snapshot: TopologySnapshot];
  /** A ring has other members or weights, which not every snapshot shows: keys may be on other members. */
  keysPlaced: [];
  /** A node has said that it is a replica, whatever the snapshot says. */
  demoted: [key: string];
  /** A probe that began then, in ms since 1970, has found who the primaries are, among the nodes that it concerns. */
  confirmed: [beganAtMs: number, concerns: (node: string) => boolean];
  /** A node was reached after it could not be. */
  nodeUp: [key: string];
  /** The address may lead to another server by now: connections to it have to be made anew. */
  renewed: [key: string, error: SlotwiseError];
  /** A server at a fixed address has refused a write as a replica does. */
  refusedWrite: [key: string];
  /** Nothing is known of the servers, and no retry helps. */
  unrecoverable: [error: SlotwiseError];
};

/** Bus of the deployment. An error of a listener is a defect of ours and goes on to the emitting code, as from a plain call. */
export class DeploymentBus extends Emitter<DeploymentEvents> {
  protected override listenerFailed(_name: string, error: unknown): void {
    throw error;
  }
}
