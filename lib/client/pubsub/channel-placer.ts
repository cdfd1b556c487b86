import { COMMANDS } from '../../connection/subscriber.js';
import { log } from '../../diagnostics.js';
import { AddressRefusedError, NoNodeError, OptionsError, ReplyError, type SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import { nodeForChannel, type Placement } from '../../routing/pubsub/channel-placement.js';
import { PROPAGATION_MS } from '../../routing/pubsub/propagation-delay.js';
import { retry } from '../../routing/retry.js';
import { noOwner } from '../../routing/router.js';
import { clearTimeout, performance, setTimeout } from '../../runtime/runtime.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';
import { backoffMs } from '../../util/backoff.js';
import type { GapReason } from '../gap.js';
import type { ChannelConnection, ChannelHost, ChannelState } from './channel.js';
import type { GapReporter } from './gap-reporter.js';
import type { SubscriptionDeployment } from './subscription-deployment.js';

const RETRY = { minMs: 10, maxMs: 2_000 };
/**
 * Limits of answers to ROLE, in a row, that say `replica`. After SSUBSCRIBE a node may say that it is one. `followed`: how many times in a
 * row we go to the primary it names before we wait for the next probe. `believed`: after this many, which take some seconds, we believe the
 * slot map: in a cluster that replicates from another one, its primaries say `replica` for ever.
 */
const REPLICA_ANSWERS = { followed: 2, believed: 12 };

/** The subscriber pool, as far as placement needs it. */
interface ConnectionSource {
  /** Connection to the address; null while its backoff runs. */
  at(address: Address): ChannelConnection | null;
  isDown(key: string): boolean;
}

/**
 * Placement policy of the channels of a client: finds each waiting channel a node, and decides what follows a refusal. See docs/pubsub.md.
 */
export class ChannelPlacer implements ChannelHost {
  /** Channels whose refusal was an `error` event: one event until they are live again. */
  readonly #reportedErrors = new WeakSet<ChannelState>();

  constructor(
    private readonly deployment: Omit<SubscriptionDeployment, 'events'>,
    private readonly pool: ConnectionSource,
    private readonly reporter: GapReporter,
    private readonly failFast: boolean,
  ) {}

  // --- where channels go

  /** Subscribes the channel, which is waiting, at its node, if that can be had now. */
  place(channel: ChannelState): void {
    clearTimeout(channel.timer);
    const { snapshot } = this.deployment;
    // The first probe may take its time: nothing speaks against the servers yet.
    if (snapshot === null) return;
    const gone = this.#whyGone(channel);
    if (gone !== null) {
      this.#refuse(channel, gone);
      return;
    }
    const node = nodeForChannel(channel.placement, snapshot, null, this.#isReachable);
    if (node === null) this.deployment.wake('a subscription has no node');
    else if (channel.placement.bound === 'anywhere' && snapshot.slots !== null) {
      const delayMs = propagationDelayMs(channel, node.key);
      if (delayMs > 0) {
        this.#placeLater(channel, delayMs);
        return;
      }
    }
    const connection = node === null ? null : this.pool.at(node.address);
    if (connection !== null) this.#subscribeAt(channel, connection);
    else if (this.failFast) channel.refuse(noNode(channel));
  }

  /** Has the channel leave its node, if another node is the right one by this snapshot. */
  leaveWrongNode(channel: ChannelState, snapshot: TopologySnapshot): void {
    const { node, placement } = channel;
    if (node === null) return;
    const right = nodeForChannel(placement, snapshot, node, this.#isReachable);
    if (right?.key === node) return;
    // No other node is named: the present one is better than none, while it is there.
    if (right === null && snapshot.nodes.has(node)) return;
    channel.leave(reasonToLeave(placement, snapshot, node));
  }

  readonly #isReachable = (key: string): boolean => !this.pool.isDown(key) && this.deployment.isReachable(key);

  #subscribeAt(channel: ChannelState, connection: ChannelConnection): void {
    const inSlot = channel.placement.bound === 'slot' && this.deployment.snapshot?.kind === 'cluster';
    channel.subscribeAt(connection, inSlot && channel.replicaAnswers < REPLICA_ANSWERS.believed);
  }

  /** Why the channel's slot is nobody's, which stays so until a member of that name comes back. */
  #whyGone({ placement: { bound, slot } }: ChannelState): NoNodeError | null {
    return bound === 'slot' && slot >= 0 ? (this.deployment.ring?.whyGone(slot) ?? null) : null;
  }

  /** The listeners that were confirmed before wait until the refusal is mended. */
  #refuse(channel: ChannelState, error: SlotwiseError): void {
    channel.refuse(error);
    if (channel.hasListeners && !this.#reportedErrors.has(channel)) {
      this.#reportedErrors.add(channel);
      this.reporter.error(error);
    }
  }

  #placeLater(channel: ChannelState, delayMs: number): void {
    clearTimeout(channel.timer);
    channel.timer = setTimeout(() => {
      if (channel.state === 'waiting') this.place(channel);
    }, delayMs);
  }

  // --- events of channels

  unplaced(channel: ChannelState, error: SlotwiseError | null): void {
    if (channel.state !== 'waiting') return;
    if (error !== null && isMisconfigured(error)) channel.refuse(error);
    // Otherwise its connection ended: the pool says when to try again, and the deployment when the topology has changed.
    if (channel.state === 'waiting') this.place(channel);
  }

  /** The server says by that that the slot has left it. */
  serverUnsubscribed(channel: ChannelState, node: string): void {
    this.deployment.probeFirst(node, `${node} dropped ${channel.text}`);
    this.unplaced(channel, null);
  }

  notPrimary(channel: ChannelState, node: string, primary: Address): void {
    if (channel.replicaAnswers <= REPLICA_ANSWERS.followed && this.deployment.addresses.knows(primary)) {
      // As replicas answer to all other commands.
      this.refused(channel, new ReplyError('MOVED', `MOVED ${channel.placement.slot} ${addressKey(primary)}`, { node }));
      return;
    }
    // Servers may replicate by other addresses than those for clients, and two may name each other for a moment.
    this.deployment.probeFirst(node, `${node} is a replica`);
    this.#placeLater(channel, backoffMs(channel.refusals - 1, RETRY));
  }

  refused(channel: ChannelState, error: ReplyError): void {
    const node = error.node ?? '';
    const failure: AttemptFailure = { kind: 'error-reply', error, node };
    const facts = {
      repeatable: true,
      script: 'none',
      ran: false,
      slot: channel.placement.slot,
      attempts: channel.refusals,
      redirects: channel.redirects,
      losses: 0,
      alone: false,
    } as const;
    const decision = retry(failure, facts);
    log.pubsub('%s refuses %s %s: %s', node, channel.kind, channel.text, error.message);
    if (decision.act === 'resend' && !decision.asking) {
      channel.redirects++;
      // The topology that follows from it may have placed the channel already.
      const address = this.deployment.redirect(failure, decision.to, decision.patch);
      if (channel.state !== 'waiting') return;
      const isAddress = address !== null && !(address instanceof OptionsError);
      if (!isAddress) channel.refuse(address ?? redirectRefused(failure, decision.to));
      // A node that no snapshot has comes into the next one, by this MOVED or by a view of the servers.
      const isKnown = isAddress && this.deployment.addresses.known(addressKey(address)) !== null;
      const connection = isKnown && decision.afterMs === 0 ? this.pool.at(address) : null;
      if (connection !== null) this.#subscribeAt(channel, connection);
      else this.#placeLater(channel, Math.max(RETRY.minMs, decision.afterMs));
      return;
    }
    if (decision.act === 'reject') this.#refuse(channel, error);
    else this.deployment.wake(error.message);
    if (channel.state === 'waiting') this.#placeLater(channel, backoffMs(channel.refusals - 1, RETRY));
  }

  confirmed(channel: ChannelState): void {
    this.#reportedErrors.delete(channel);
    if (log.pubsub.enabled) log.pubsub('%s %s is live on %s', channel.kind, channel.text, channel.node);
  }

  whyWaiting(channel: ChannelState): SlotwiseError | null {
    const { placement } = channel;
    const { snapshot, topologyError } = this.deployment;
    if (snapshot === null) return topologyError ?? new NoNodeError('nothing is known of the servers yet');
    const gone = this.#whyGone(channel);
    if (gone !== null) return gone;
    if (nodeForChannel(placement, snapshot, null, this.#isReachable) !== null) return null;
    if (placement.bound === 'node') return new NoNodeError(`${placement.node} is no primary of the topology`, { node: placement.node });
    const { slots, problem } = snapshot;
    const isUnowned = placement.bound === 'slot' && slots?.shardOf(placement.slot) === -1;
    return problem ?? new NoNodeError(isUnowned ? noOwner(placement.slot) : `no primary is known${this.deployment.addresses.leftOut}`);
  }

  confirmedSinceMs(node: string): number {
    return this.deployment.confirmedSinceMs(node);
  }
}

/** How long until another node has read and dropped what the last one delivered, in ms: until then it would deliver that once more. */
function propagationDelayMs({ lastLive }: ChannelState, key: string): number {
  return lastLive === null || lastLive.node === key ? 0 : lastLive.until + PROPAGATION_MS - performance.now();
}

function redirectRefused({ error }: AttemptFailure, { host, port }: Redirection): AddressRefusedError {
  const message = `${error.node} redirects to ${addressKey({ host, port })}, which allowedAddresses does not allow`;
  return new AddressRefusedError(message, { node: error.node, cause: error });
}

function noNode({ kind, text, whyNotLive }: ChannelState): NoNodeError {
  const command = COMMANDS[kind].subscribe.name;
  return new NoNodeError(`${command} of ${text}: ${whyNotLive?.message ?? 'no node serves it at the moment'}`, {
    command,
    cause: whyNotLive ?? undefined,
  });
}

/** Why a channel cannot stay at its node. */
function reasonToLeave({ bound }: Placement, snapshot: TopologySnapshot, node: string): GapReason {
  const info = snapshot.nodes.get(node);
  if (info === undefined) return 'removed';
  return bound === 'slot' && snapshot.slots !== null && info.role === 'primary' && info.usable ? 'moved' : 'failover';
}
