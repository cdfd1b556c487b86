import { releaseUsage } from '../../connection/deadlines.js';
import { log } from '../../diagnostics.js';
import { ClosedError, NoNodeError, ReplyError, type SlotwiseError } from '../../errors.js';
import type { Options } from '../../options/defaults.js';
import type { Node, NodeAccess } from '../../pool/node.js';
import { type AttemptFailure, type Call, type CallExtras, type PinnedProcess, SETTLED, UNWRITTEN } from '../../protocol/call.js';
import { READONLY, SCRIPT } from '../../protocol/command-spec.js';
import { classify } from '../../protocol/resp/reply-error.js';
import { slotOfCommand, slotPreferred } from '../../routing/keys/slots.js';
import { PROPAGATION_MS } from '../../routing/pubsub/propagation-delay.js';
import { PublishAffinity } from '../../routing/pubsub/publish-affinity.js';
import type { ReadPolicy } from '../../routing/reads/read-preference.js';
import { type Decision, retry } from '../../routing/retry.js';
import type { Router } from '../../routing/router.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';
import { clock } from '../../util/clock.js';
import { attachSignal } from '../abort.js';
import { Deployment } from '../nodes/deployment.js';
import type { SentinelAccess } from '../nodes/sentinel-access.js';
import type { Session } from '../session.js';
import type { View } from '../view.js';
import { closedError, errorFor } from './call-errors.js';
import { Hedger, SecondCall } from './hedged-reads.js';
import { PendingCalls } from './pending-calls.js';
import { effectiveFailure } from './transaction-failure.js';

/** Gives every call its node, and decides what follows a failed attempt: the only attempt loop there is. */
export class Dispatcher {
  readonly deployment: Deployment;
  /** `idle`: nobody has asked for anything yet. `closing`: what was accepted goes on, but nothing begins to block. */
  state: 'idle' | 'running' | 'closing' | 'closed' = 'idle';
  readonly #options: Options;
  readonly #sharded: boolean;
  readonly #pending = new PendingCalls(
    (call) => this.dispatch(call),
    () => this.deployment.topologyError,
  );

  readonly hedger = new Hedger({
    sendElsewhere: (second, slot, first) => this.#sendElsewhere(second, slot, first),
    count: (call, node, what) => {
      (call.owner as View).counters[what]++; // the issuer made it
      const asked = this.deployment.nodes.get(node);
      if (asked !== undefined) asked[what]++;
    },
  });

  /** `shared`: see `Servers`. */
  readonly #publishPlaces = new PublishAffinity();
  readonly #reachable = (key: string): boolean => this.deployment.isReachable(key);

  constructor(options: Options, shared: SentinelAccess | null) {
    this.#options = options;
    this.#sharded = options.topology.kind === 'cluster';
    this.deployment = new Deployment(options, () => this.#pending.isAwaitingTopology, shared);
    this.deployment.bus
      .on('changed', () => this.#pending.topologyChanged())
      .on('reassigned', (next, previous) => this.#raiseBarriers(next, previous))
      .on('callsReturned', (calls) => {
        for (const call of calls) this.dispatch(call);
      })
      .on('unrecoverable', (error) => this.#rejectWaiting(error));
  }

  /** Looks for the servers, if nobody has before. False where the client has been closed. */
  begin(): boolean {
    if (this.state === 'idle') {
      this.state = 'running';
      this.deployment.start();
    }
    return this.state === 'running';
  }

  /** How many calls wait for a node. */
  get waiting(): number {
    return this.#pending.size;
  }

  /** Sends a call to its node, or has it wait. `slot`: that of its keys, -1 for none. */
  dispatch(call: Call, slot = this.#slotOf(call)): void {
    const router = this.deployment.router;
    if (router === null) {
      this.#enqueue(call, this.deployment.topologyError);
      return;
    }
    if (call.extras !== null) {
      call.extras.asking = false;
      const { target, pinned } = call.extras;
      if (pinned?.isPinned === true) {
        this.#dispatchPinned(pinned, call, call.extras);
        return;
      }
      if (target !== null) {
        this.#dispatchTo(target, call);
        return;
      }
    }
    if (slot < -1) {
      this.#publish(slotPreferred(slot), router, call);
      return;
    }
    if (call.attempts > 0 && this.#refusedByReplica(call)) {
      this.#enqueue(call, null);
      return;
    }
    if (this.#pending.barriers.size > 0 && this.#keepsOrder(call) && this.#pending.barriers.joined(slot, call, clock.now())) return;
    const policy = readPolicyOf(call);
    const shard = router.shardFor(slot);
    const primary = router.primaryOf(shard);
    const node = policy === null ? primary : this.#readerOf(router, shard, policy, call, slot);
    if (call.state === SETTLED) return;
    const access = node === primary ? 'primary' : 'replica';
    const trouble = node === null || call.extras === null ? (node?.unreachableReason ?? null) : node.unreachableReasonFor(call, access);
    if (call.extras?.exclusive && this.state !== 'running') this.#reject(call, closedError(call.spec));
    else if (node === null || trouble !== null) this.#enqueue(call, trouble);
    else this.#send(call, node, access);
  }

  #readerOf(router: Router, shard: number, policy: ReadPolicy, call: Call, slot: number): Node | null {
    const { session } = call.owner as View; // the issuer makes every call that comes here
    if (session !== null) return this.#readerIn(session, router, shard, policy, call, slot);
    const picker = router.pickerOf(shard, policy);
    const node = policy.choose === null ? picker.pick() : this.#askFunction(router, shard, call);
    if (picker.isFallback && node !== null) this.#countFallback(node, call);
    return node;
  }

  #countFallback(node: Node, call: Call): void {
    node.fallbacks++;
    (call.owner as View).counters.fallbacks++; // as above
  }

  /** Who has what the session wrote: whom the policy would choose if that is one of them, the primary if there is none. */
  #readerIn(session: Session, router: Router, shard: number, policy: ReadPolicy, call: Call, slot: number): Node | null {
    const picker = router.pickerOf(shard, policy);
    const primary = router.primaryOf(shard);
    const able = session.allowed(slot, primary, picker.nodes);
    if (able === null) return primary;
    const chosen = policy.choose === null ? picker.pick() : this.#askFunction(router, shard, call);
    if (picker.isFallback && chosen !== null) this.#countFallback(chosen, call);
    if (chosen === null || able.includes(chosen)) return chosen;
    return able.length === 0 ? null : able.reduce((best, node) => (node.load < best.load ? node : best));
  }

  /** For a read that is slow where it was sent first: to the least loaded of the others that its policy might have chosen. */
  #sendElsewhere(second: Call, slot: number, first: string): string | null {
    const { router } = this.deployment;
    const policy = readPolicyOf(second);
    const { session, signal, usage } = second.owner as View; // as above
    if (router === null || policy === null || policy.choose !== null || (router.sharded && slot < 0)) return null;
    if (this.state !== 'running' || usage.commands >= this.#options.queue.maxCommands) return null;
    const shard = router.shardFor(slot);
    const primary = router.primaryOf(shard);
    const { nodes } = router.pickerOf(shard, policy);
    const others = (session === null ? nodes : (session.allowed(slot, primary, nodes) ?? [])).filter(
      (node) => node.key !== first && node.unreachableReason === null,
    );
    const [one] = others;
    if (one === undefined) return null;
    const node = others.reduce((best, other) => (other.load < best.load ? other : best), one);
    usage.commands++;
    usage.bytes += second.bytes;
    if (signal !== null) attachSignal(second, signal);
    this.#send(second, node, node === primary ? 'primary' : 'replica');
    return node.key;
  }

  /** The node that the policy's function chooses; null while there is none to choose from. Rejects the call if the function makes a mistake. */
  #askFunction(router: Router, shard: number, call: Call): Node | null {
    try {
      return router.askFunction(shard, call.spec, call.args, call.owner as View); // as above
    } catch (error) {
      this.#reject(call, error);
      return null;
    }
  }

  /** It was refused at a fixed address behind which there is a replica, which would refuse it again: until the address leads to a primary, it waits. */
  #refusedByReplica({ firstError }: Call): boolean {
    return this.deployment.leadsToReplica && firstError instanceof ReplyError && classify(firstError) === 'readonly';
  }

  /** It goes to the primary of its keys, among others of their slot. */
  #keepsOrder(call: Call): boolean {
    const { extras } = call;
    return (
      readPolicyOf(call) === null && (extras === null || (extras.target === null && extras.pinned === null && extras.exclusive === null))
    );
  }

  #send(call: Call, node: Node, access: NodeAccess): void {
    const pinned = call.extras === null ? null : call.extras.pinned;
    if (pinned !== null) {
      pinned.node = node.key;
      pinned.processEpoch = node.processEpoch;
      pinned.role = this.deployment.roleOf(node.key);
      pinned.readonly = access === 'replica';
      pinned.asking = call.extras?.asking === true;
    }
    node.send(call, access);
  }

  /** Only to the process the tie is about. */
  #dispatchPinned(pinned: PinnedProcess, call: Call, extras: CallExtras): void {
    const node = this.deployment.nodes.get(pinned.node);
    if (
      node === undefined ||
      node.unreachableReason !== null ||
      node.processEpoch !== pinned.processEpoch ||
      this.deployment.roleOf(pinned.node) !== pinned.role
    ) {
      pinned.isGone = true;
      this.#reject(call, new NoNodeError(`${call.spec.name}: what was begun on ${pinned.node} cannot go on there`, { node: pinned.node }));
      return;
    }
    extras.asking = pinned.asking;
    node.send(call, pinned.readonly ? 'replica' : 'primary');
  }

  /** A call does not carry its slot: it is needed again only when something went wrong. */
  #slotOf(call: Call): number {
    return this.#sharded ? (call.extras?.slot ?? slotOfCommand(call.spec, call.args)) : -1;
  }

  /** What a node has that has lost its slot will be refused and sent again: newer calls of the slot do not overtake it. */
  #raiseBarriers(next: TopologySnapshot, previous: TopologySnapshot): void {
    if (previous.slots === null) return;
    for (const { primary } of previous.shards) {
      const node = primary === null ? null : this.deployment.nodes.presentOrLeaving(primary.key);
      if (node === null || node.unreachableReason !== null) continue;
      const isLost = (slot: number): boolean => ownerOf(previous, slot) === node.key && ownerOf(next, slot) !== node.key;
      const held = new Map<number, Call[]>();
      node.forEachHeld((call) => {
        const slot = call.state === SETTLED || (call.spec.flags & READONLY) !== 0 ? -1 : this.#slotOf(call);
        if (slot < 0 || !isLost(slot)) return;
        const calls = held.get(slot);
        if (calls === undefined) held.set(slot, [call]);
        else calls.push(call);
      });
      for (const [slot, calls] of held) this.#pending.raiseHandoverBarrier(slot, calls);
      const handedOnAt = node.publishedAt + PROPAGATION_MS;
      if (handedOnAt > clock.now()) this.#pending.holdPublishing(isLost, handedOnAt);
    }
  }

  #publish(slot: number, { snapshot }: Router, call: Call): void {
    const place = this.#publishPlaces.nodeFor(slot, snapshot, this.#reachable);
    if (place === null) this.#enqueue(call, null);
    else this.#dispatchTo(place.key, call);
  }

  #dispatchTo(key: string, call: Call): void {
    // One that was never used has nothing open.
    const info = this.deployment.snapshot?.nodes.get(key);
    const node = info === undefined ? this.deployment.nodes.get(key) : this.deployment.nodes.at(info.address);
    if (node === undefined) this.#reject(call, new NoNodeError(`${call.spec.name}: ${key} left the topology`, { node: key }));
    else if (node.unreachableReason !== null) this.#enqueue(call, node.unreachableReason);
    else this.#send(call, node, 'primary');
  }

  /** No node can take it now. */
  #enqueue(call: Call, cause: SlotwiseError | null): void {
    if (cause !== null && isMisconfigured(cause)) {
      this.#reject(call, cause);
      return;
    }
    if (cause !== null) call.remember(cause);
    // The first probe may take its time: nothing speaks against the servers yet.
    if (this.#options.failFast && (this.deployment.router !== null || this.deployment.topologyError !== null)) {
      const why = cause === null ? 'no node serves it at the moment' : cause.message;
      this.#reject(call, new NoNodeError(`${call.spec.name}: ${why}`, { command: call.spec.name, cause: cause ?? undefined }));
      return;
    }
    this.#pending.awaitTopology(call);
    this.deployment.wake('a command has no node');
  }

  failed(call: Call, failure: AttemptFailure): void {
    if (call.state === SETTLED) {
      releaseUsage(call);
      return;
    }
    // One attempt is all it gets: the first call goes its own way.
    if (call.extras?.sink instanceof SecondCall) {
      this.#reject(call, failure.error);
      return;
    }
    call.state = UNWRITTEN;
    call.countAttempt();
    if (failure.kind === 'connection-lost') call.markMayHaveRun();
    const cause = failure.kind === 'error-reply' && call.batch !== null ? effectiveFailure(failure, call.batch) : failure;
    if (this.state === 'closed') {
      this.#reject(call, errorFor(call, cause));
      return;
    }
    const { spec } = call;
    if (cause.kind === 'error-reply' && (spec.flags & READONLY) !== 0) this.#recordReadFailure(cause.node, cause.error);
    const decision = retry(cause, {
      repeatable: call.repeatable,
      script: (spec.flags & SCRIPT) !== 0,
      slot: this.#slotOf(call),
      attempts: call.attempts,
      redirects: call.redirects,
    });
    if (log.routing.enabled) log.routing('%s attempt %d: %s -> %s', spec.name, call.attempts, cause.error.message, decision.act);
    this.#applyDecision(call, cause, decision);
  }

  #recordReadFailure(key: string, error: ReplyError): void {
    const node = this.deployment.nodes.get(key);
    if (node !== undefined) this.deployment.replicaHealth.refused(node, error);
  }

  #applyDecision(call: Call, failure: AttemptFailure, decision: Decision): void {
    switch (decision.act) {
      case 'reject':
        this.#reject(call, errorFor(call, failure));
        return;
      case 'resend': {
        call.countRedirect();
        const address = this.deployment.redirect(failure, decision.to, decision.patch);
        if (this.#failIfPinned(call, failure)) return;
        const resend = (): void => {
          if (decision.asking) call.ensureExtras().asking = true;
          this.#send(call, this.deployment.nodes.at(address), 'primary');
        };
        if (decision.afterMs > 0) this.#pending.waitFor(call, decision.afterMs, resend);
        else resend();
        return;
      }
      case 'reselect': {
        call.remember(failure.error);
        const node = this.deployment.nodes.get(failure.kind === 'error-reply' ? failure.node : (failure.error.node ?? ''));
        if (node !== undefined && decision.avoid) this.deployment.avoid(node);
        if (decision.wake) this.deployment.wake(failure.error.message);
        if (this.#failIfPinned(call, failure)) return;
        if (decision.afterMs === 0) this.dispatch(call);
        else if (decision.avoid && this.#keepsOrder(call)) this.#pending.waitForSlot(this.#slotOf(call), call, decision.afterMs);
        else this.#pending.waitFor(call, decision.afterMs);
        // A fixed address may lead to another server by now: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
        if (node !== undefined && decision.renew && this.#options.topology.kind === 'single') this.deployment.renew(node);
        return;
      }
      default:
        decision satisfies never;
    }
  }

  /** Another node would do for any other call. */
  #failIfPinned(call: Call, failure: AttemptFailure): boolean {
    const pinned = call.extras?.pinned;
    if (pinned?.isPinned !== true) return false;
    pinned.isGone = true;
    this.#reject(call, errorFor(call, failure));
    return true;
  }

  /** Takes note of what a failure on a lease says about the nodes. True: nothing was executed, and another attempt may succeed. */
  observeFailure(failure: AttemptFailure): boolean {
    const decision = retry(failure, { repeatable: false, script: false, slot: -1, attempts: 1, redirects: 0 });
    if (decision.act === 'resend') this.deployment.redirect(failure, decision.to, decision.patch);
    else if (decision.act === 'reselect' && decision.wake) this.deployment.wake(failure.error.message);
    return decision.act !== 'reject';
  }

  #reject(call: Call, error: unknown): void {
    releaseUsage(call);
    call.fail(error);
  }

  #rejectWaiting(error: SlotwiseError): void {
    for (const call of this.#pending.clear()) this.#reject(call, error);
  }

  /** What was accepted is answered; what may block for ever must not hold that up. */
  closing(): void {
    this.state = 'closing';
    for (const node of this.deployment.nodes.all()) node.endExclusive(new ClosedError('the client is closed'));
    this.#pending.topologyChanged();
  }

  destroy(error: ClosedError): void {
    this.state = 'closed';
    this.#rejectWaiting(error);
    this.hedger.stop();
    this.deployment.destroy(error);
  }
}

function ownerOf({ shards, slots }: TopologySnapshot, slot: number): string | undefined {
  return shards[slots?.shardOf(slot) ?? -1]?.primary?.key;
}

/** Where it may read; null: it goes to the primary. */
function readPolicyOf(call: Call): ReadPolicy | null {
  if ((call.spec.flags & READONLY) === 0) return null;
  return (call.owner as View).policyOf(call.spec); // the issuer makes every call that comes here
}
