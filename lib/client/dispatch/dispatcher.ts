import { releaseUsage } from '../../connection/deadlines.js';
import { log } from '../../diagnostics.js';
import { ClosedError, NoNodeError, OptionsError, ReplyError, type SlotwiseError } from '../../errors.js';
import type { Options } from '../../options/defaults.js';
import type { Node, NodeAccess } from '../../pool/node.js';
import { type AttemptFailure, type Call, type QueueUsage, SETTLED, UNWRITTEN } from '../../protocol/call.js';
import type { CallExtras } from '../../protocol/call-extras.js';
import type { PinnedProcess } from '../../protocol/call-target.js';
import { isRead } from '../../protocol/catalog/effects.js';
import { classify } from '../../protocol/resp/reply-error.js';
import { isAffinity, slotOfAffinity } from '../../routing/keys/affinity-slot.js';
import { slotOfCommand } from '../../routing/keys/slots.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import { ProxyErrors } from '../../routing/proxies/proxy-errors.js';
import { PublishAffinity } from '../../routing/pubsub/publish-affinity.js';
import type { Decision } from '../../routing/retry.js';
import type { Router } from '../../routing/router.js';
import { clock } from '../../util/clock.js';
import { attachSignal } from '../abort.js';
import type { Lifecycle } from '../lifecycle.js';
import type { RedirectTarget } from '../nodes/address-book.js';
import { Deployment } from '../nodes/deployment.js';
import type { SentinelAccess } from '../nodes/sentinel-access.js';
import { type ViewEngine, viewOf } from '../view.js';
import { closedError, errorFor, redirectedAway, rejectCall } from './call-errors.js';
import { Hedger, SecondCall } from './hedged-reads.js';
import { countLoss, errorIfClosesAt, isolated, mayWaitForEver } from './isolation.js';
import { decide } from './judge.js';
import { takeLeftBehind } from './left-behind.js';
import { Lessons } from './lessons.js';
import { NoNodeReasons } from './no-node-reasons.js';
import { NodelessCalls } from './nodeless-calls.js';
import { owedSlots } from './owed-slots.js';
import { PendingCalls } from './pending-calls.js';
import { failIfPinned, isStillThere, recordProcess } from './pinned-process.js';
import { isPlacedAnew } from './placed-anew.js';
import { needsPrimary, ReadRouter, readPolicyOf } from './read-router.js';
import { keepsOrder } from './slot-barriers.js';

/** Attempt loop, the only one there is: gives every call its node, and decides what follows a failed attempt. See docs/attempts.md. */
export class Dispatcher implements ViewEngine {
  readonly usage: QueueUsage = { commands: 0, bytes: 0 };
  readonly deployment: Deployment;
  readonly lessons: Lessons;
  readonly hedger = new Hedger({
    sendElsewhere: (second, slot, first) => this.#sendElsewhere(second, slot, first),
    count: (call, node, what) => this.#reads.countHedge(call, node, what),
  });
  readonly #options: Options;
  readonly #lifecycle: Lifecycle;
  readonly #reads: ReadRouter;
  /** Slot number of a call. A call does not carry it: it is needed again only when something went wrong. */
  readonly #slotOf = (call: Call): number => slotOfCall(this.deployment.slotting, call);
  readonly #noNode = new NoNodeReasons(() => this.deployment, this.#slotOf);
  readonly #pending = new PendingCalls(
    (call) => this.#dispatchAgain(call),
    this.#noNode,
    () => owedSlots(this.deployment, this.#slotOf),
  );
  readonly #nodeless: NodelessCalls;
  readonly #publishAffinity = new PublishAffinity();
  readonly #isReachable = (key: string): boolean => this.deployment.isReachable(key);

  /** `shared`: the sentinels of another client; null: the client has its own. */
  constructor(options: Options, lifecycle: Lifecycle, shared: SentinelAccess | null) {
    this.#options = options;
    this.#lifecycle = lifecycle;
    this.deployment = new Deployment(options, () => this.#pending.isAwaitingTopology, shared);
    this.#nodeless = new NodelessCalls(this.deployment, this.#pending, this.#noNode, options.failFast);
    this.deployment.bus
      .on('changed', () => this.#pending.topologyChanged())
      .on('reassigned', (next, previous) => {
        const nodeOf = (key: string): Node | null => this.deployment.nodes.presentOrLeaving(key);
        const handover = { next, previous, nodeOf, slotOf: this.#slotOf };
        const left = takeLeftBehind(handover);
        this.#pending.raiseBarriers(handover);
        this.deployment.bus.emit('callsReturned', left);
      })
      // Some were told of a timeout while they waited there: nobody else counts them off.
      .on('callsReturned', (calls) => {
        for (const call of calls) call.state === SETTLED ? releaseUsage(call) : this.#dispatchAgain(call);
      })
      .on('unrecoverable', (error) => this.#rejectPending(error));
    this.#reads = new ReadRouter(this.deployment);
    const proxyErrors = new ProxyErrors(options.topology, () => this.deployment.dialects?.hasPlain === true);
    this.lessons = new Lessons(this.deployment, this.#slotOf, proxyErrors);
  }

  /** How many calls wait for a node. */
  get waiting(): number {
    return this.#pending.size;
  }

  /**
   * Sends a call to its node, or has it wait. `slot`: that of its keys, -1 for none. The first of these that fits is what happens, because
   * each relies on those before it:
   *
   * 1. Nothing is known of the servers: the call waits for the topology.
   * 2. It is pinned to a process that gave a cursor: it goes there or fails.
   * 3. It is for one node: it goes there.
   * 4. Any node would do, with an affinity (PUBLISH): it goes to the node of that affinity.
   * 5. A replica behind a fixed address refused it: it waits until the address leads to a primary.
   * 6. Older calls of its slot are held by a barrier: it waits behind them.
   * 7. Its read policy's function made a mistake: it was rejected when the node was chosen.
   * 8. It blocks, or waits for a lease, and the client closes: it is rejected, because that may be for ever.
   * 9. No node serves it, or the node cannot be reached: it waits for the topology.
   * 10. Its node has said that it is no primary: it waits for a probe.
   * 11. Its node gets it.
   */
  dispatch(call: Call, slot = this.#slotOf(call)): void {
    const router = this.deployment.router;
    if (router === null) {
      this.#nodeless.take(call, this.deployment.topologyError);
      return;
    }
    if (call.extras !== null && this.#dispatchToTarget(call, call.extras)) return;
    if (isAffinity(slot)) {
      this.#publish(slotOfAffinity(slot), router, call);
      return;
    }
    if (call.attempts > 0 && this.deployment.facts.leadsToReplica({ slot }) && wasRefusedByReplica(call)) {
      this.#nodeless.take(call, null);
      return;
    }
    const { barriers } = this.#pending;
    if (barriers.size > 0 && keepsOrder(call, slot) && barriers.hold(slot, call, clock.now())) return;
    const policy = readPolicyOf(call);
    const shard = router.shardFor(slot);
    const primary = router.primaryOf(shard);
    const node = policy === null ? primary : this.#reads.readerOf(router, shard, policy, call, slot);
    if (call.state === SETTLED) return;
    const access = node === primary ? 'primary' : 'replica';
    const unreachable = node === null || call.extras === null ? (node?.unreachableReason ?? null) : node.unreachableReasonFor(call, access);
    if (mayWaitForEver(call) && this.#lifecycle.state !== 'running') rejectCall(call, closedError(call.spec));
    else if (node === null) this.#nodeless.takeFor(slot, shard, call);
    else if (unreachable !== null) this.#nodeless.take(call, unreachable, { node: node.key, slot });
    else if ((policy !== null && !needsPrimary(call, slot)) || !this.#pending.hold(slot, call, this.lessons.demoted.leftMs(node.key)))
      this.#send(call, node, access);
  }

  #dispatchAgain(call: Call): void {
    if (isPlacedAnew(call)) this.dispatch(call);
  }

  /** Dispatches a call that has a target. False: it has none, and its keys decide. */
  #dispatchToTarget(call: Call, extras: CallExtras): boolean {
    extras.asking = false;
    if (extras.target === null) return false;
    const { node, pinned } = extras.target;
    if (pinned?.isPinned === true) this.#dispatchPinned(pinned, call, extras);
    else if (node !== undefined) this.#dispatchToNode(node, call);
    else return false;
    return true;
  }

  #dispatchPinned(pinned: PinnedProcess, call: Call, extras: CallExtras): void {
    const node = this.deployment.nodes.get(pinned.node);
    if (!isStillThere(pinned, node, this.deployment.facts.roleOf(pinned.node))) {
      pinned.isGone = true;
      rejectCall(call, new NoNodeError(`${call.spec.name}: what was begun on ${pinned.node} cannot go on there`, { node: pinned.node }));
      return;
    }
    extras.asking = pinned.asking;
    node.send(call, pinned.readonly ? 'replica' : 'primary');
  }

  #dispatchToNode(key: string, call: Call): void {
    // A node that was never used has no pool yet: its address is in the snapshot.
    const info = this.deployment.snapshot?.nodes.get(key);
    const node = info === undefined ? this.deployment.nodes.get(key) : this.deployment.nodes.at(info.address);
    if (node === undefined) rejectCall(call, new NoNodeError(`${call.spec.name}: ${key} left the topology`, { node: key }));
    else if (node.unreachableReason !== null) this.#nodeless.take(call, node.unreachableReason);
    else this.#send(call, node, 'primary');
  }

  #publish(slot: number, { snapshot }: Router, call: Call): void {
    const node = this.#publishAffinity.nodeFor(slot, snapshot, this.#isReachable);
    if (node === null) this.#nodeless.take(call, null);
    else this.#dispatchToNode(node.key, call);
  }

  #send(call: Call, node: Node, access: NodeAccess): void {
    const pinned = call.extras === null ? undefined : call.extras.target?.pinned;
    if (pinned !== undefined) {
      const asking = call.extras?.asking === true;
      recordProcess(pinned, node, { role: this.deployment.facts.roleOf(node.key), readonly: access === 'replica', asking });
    }
    node.send(call, access);
  }

  /** Sends the second call of a hedged read. Returns the key of its node, null where it was not sent. */
  #sendElsewhere(second: Call, slot: number, first: string): string | null {
    if (this.#lifecycle.state !== 'running' || this.usage.commands >= this.#options.queue.maxCommands) return null;
    const node = this.#reads.secondReaderOf(second, slot, first);
    if (node === null) return null;
    this.usage.commands++;
    this.usage.bytes += second.bytes;
    const { signal } = viewOf(second);
    if (signal !== null) attachSignal(second, signal);
    this.#send(second, node, node === this.deployment.facts.primaryOf(slot) ? 'primary' : 'replica');
    return node.key;
  }

  keepsOrder(call: Call): boolean {
    return keepsOrder(call, this.#slotOf(call));
  }

  /** An attempt has failed: decides what follows. */
  failed(call: Call, failure: AttemptFailure): void {
    if (call.state === SETTLED) {
      releaseUsage(call);
      // Its caller has gone, and what the server said is news for the others.
      if (failure.kind === 'error-reply' && this.#lifecycle.state !== 'closed') this.lessons.followSettled(call, failure);
      return;
    }
    if (failure.kind === 'connection-lost') countLoss(call);
    // The second call of a hedged read gets one attempt: the first goes its own way.
    if (call.extras?.sink instanceof SecondCall) {
      call.countAttempt();
      rejectCall(call, errorFor(call, failure));
      return;
    }
    call.state = UNWRITTEN;
    call.countAttempt();
    const judged = this.lessons.judge(call, failure);
    const cause = judged.failure;
    if (mayHaveRun(cause)) call.markMayHaveRun();
    if (this.#lifecycle.state === 'closed') {
      rejectCall(call, errorFor(call, cause));
      return;
    }
    if (cause.kind === 'error-reply' && isRead(call.spec)) this.#reads.recordRefusal(cause.node, cause.error);
    const decision = decide(call, judged, this.#slotOf(call));
    if (log.routing.enabled) log.routing('%s attempt %d: %s -> %s', call.spec.name, call.attempts, cause.error.message, decision.act);
    const renewed = this.lessons.learn(judged);
    this.#applyDecision(call, cause, decision);
    // Now that the call waits. A fixed address may lead to another server: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
    if (renewed !== null) this.deployment.renewals.refused(renewed);
  }

  #applyDecision(call: Call, failure: AttemptFailure, decision: Decision): void {
    switch (decision.act) {
      case 'reject':
        rejectCall(call, errorFor(call, failure));
        return;
      case 'resend': {
        if (this.deployment.ring !== null && decision.to.kind !== 'REDIRECT') {
          // A member that has become the node of a cluster, which its next probe says.
          this.deployment.wake(failure.error.message, true, { node: failure.error.node });
          rejectCall(call, errorFor(call, failure));
          return;
        }
        call.countRedirect();
        const address = this.deployment.redirect(failure, decision.to, decision.patch);
        if (failIfPinned(call, failure)) return;
        const resend = (): void => this.#resend(call, address, failure, decision);
        // Replicas that redirect to each other are left for the topology, of which something else may be known after a wait.
        if (decision.afterMs > 0) this.#pending.waitFor(call, decision.afterMs, decision.to.kind === 'REDIRECT' ? undefined : resend);
        else resend();
        return;
      }
      case 'reselect': {
        call.remember(failure.error);
        if (failIfPinned(call, failure)) return;
        if (decision.afterMs === 0) this.#dispatchAgain(call);
        else if (decision.waiting !== 'none' && keepsOrder(call, this.#slotOf(call))) {
          this.#pending.waitForSlot(this.#slotOf(call), call, decision.afterMs, decision.waiting);
        } else this.#pending.waitFor(call, decision.afterMs);
        return;
      }
      case 'isolate':
        call.remember(failure.error);
        if (decision.ask) this.#askAboutCall(call, failure, decision.afterMs);
        else if (!failIfPinned(call, failure)) this.#pending.waitFor(isolated(call), decision.afterMs);
        return;
      default:
        decision satisfies never;
    }
  }

  /** Sends a call where it was redirected to. */
  #resend(call: Call, to: RedirectTarget, failure: AttemptFailure, decision: Decision & { readonly act: 'resend' }): void {
    const isAddress = to !== null && !(to instanceof OptionsError);
    const node = isAddress ? this.deployment.nodes.redirected(to) : null;
    if (!isAddress) rejectCall(call, to ?? redirectedAway(call, failure, decision.to));
    else if (node === null) this.#nodeless.take(call, failure.error);
    else {
      if (decision.asking) call.ensureExtras().asking = true;
      this.#send(call, node, 'primary');
    }
  }

  /** A call was lost on a connection for itself, too: is it the call, or the node? */
  #askAboutCall(call: Call, failure: AttemptFailure, afterMs: number): void {
    const error = errorIfClosesAt(call, failure, this.lessons.nodeOf(failure));
    this.#pending.waitFor(call, afterMs, () => {
      if (error.ofCall !== null) rejectCall(call, error.ofCall);
      else if (!failIfPinned(call, failure)) this.#dispatchAgain(call);
    });
  }

  #rejectPending(error: SlotwiseError): void {
    for (const call of this.#pending.clear()) rejectCall(call, errorFor(call, { kind: 'not-sent', error }));
  }

  /**
   * The client closes: ends the calls that may block for ever, and tries those that wait for the topology, so that each is sent or
   * rejected.
   */
  endBlocking(): void {
    for (const node of this.deployment.nodes.withLeaving()) node.endExclusive(new ClosedError('the client is closed'));
    this.#pending.topologyChanged();
  }

  destroy(error: ClosedError): void {
    this.#rejectPending(error);
    this.hedger.stop();
    this.deployment.destroy(error);
  }
}

/** No reply came, or one from the inside of a script, which is sent again where it may run twice. */
function mayHaveRun({ kind, error }: AttemptFailure): boolean {
  return kind === 'connection-lost' || (kind === 'error-reply' && error.executed !== 'no');
}

/** A replica refused the call, and would refuse it again. */
function wasRefusedByReplica({ firstError }: Call): boolean {
  return firstError instanceof ReplyError && classify(firstError) === 'readonly';
}

function slotOfCall(slotting: Slotting | null, { spec, args, extras }: Call): number {
  return slotting === null ? -1 : (extras?.target?.slot ?? slotOfCommand(slotting, spec, args));
}
