import { internalOwner } from '../../connection/internal-calls.js';
import { ReplyError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { type AttemptFailure, type Call, WRITTEN } from '../../protocol/call.js';
import { isRead } from '../../protocol/catalog/effects.js';
import type { ProxyErrors } from '../../routing/proxies/proxy-errors.js';
import { lessonOf } from '../../routing/retry.js';
import { DemotedNodes } from '../nodes/demoted-nodes.js';
import type { Deployment } from '../nodes/deployment.js';
import { decide, type JudgedFailure, judge } from './judge.js';
import { needsPrimary } from './read-router.js';

/** Lessons of failures about the nodes: the topology is looked at, other nodes are preferred, connections are made anew. */
export class Lessons {
  readonly demoted = new DemotedNodes();
  /** Keys of the fixed addresses to which a connection led to a replica, since the last probe. */
  readonly #led = new Set<string>();

  constructor(
    private readonly deployment: Deployment,
    private readonly slotOf: (call: Call) => number,
    /** What proxies answer for themselves, or for some of several servers. */
    private readonly proxyErrors: ProxyErrors | null = null,
  ) {
    deployment.bus
      .on('demoted', (key) => this.#demote(key))
      .on('confirmed', (beganAt, concerns) => {
        for (const key of this.#led) if (concerns(key)) this.#follow(key);
        if (this.demoted.confirmed(beganAt, concerns)) deployment.bus.emit('changed');
      });
  }

  judge(call: Call, failure: AttemptFailure): JudgedFailure {
    return judge(call, failure, this.proxyErrors);
  }

  /** Notes what a failure says about its node, whatever becomes of the call. Returns the node whose connections have to be made anew. */
  learn({ failure, script }: Pick<JudgedFailure, 'failure' | 'script'>): Node | null {
    const { wake, demoted, avoid, renew } = lessonOf(failure, script);
    const node = this.nodeOf(failure);
    if (node !== undefined && avoid) this.deployment.avoid(node);
    // A replica that is known as one and refuses a script's write is no news.
    const isNews = demoted && node !== undefined && this.deployment.facts.roleOf(node.key) === 'primary';
    const isFixed = node !== undefined && this.deployment.facts.isFixedAddress(node.key);
    if (isNews && !isFixed) this.#holdBack(node.key);
    if (wake) this.deployment.wake(failure.error.message, isNews, { node: keyOf(failure) || undefined });
    // A redirected call goes on by itself, and what such a replica takes, as PUBLISH, would go there for ever.
    if (isNews && isFixed && !renew) this.#led.add(node.key);
    return renew && isFixed ? node : null;
  }

  /** What is meant for the node waits; a fixed address may lead to another server at once. */
  #demote(key: string): void {
    if (this.deployment.facts.roleOf(key) !== 'primary') return;
    if (this.deployment.facts.isFixedAddress(key)) this.#led.add(key);
    else this.#holdBack(key);
  }

  #holdBack(key: string): void {
    const isKnown = this.demoted.leftMs(key) > 0;
    this.demoted.add(key);
    const node = this.deployment.nodes.get(key);
    if (isKnown || node === undefined) return;
    // Calls that wait there for a connection, of their own or a shared one, wait elsewhere.
    node.clearExclusive();
    this.deployment.bus.emit('callsReturned', node.takeUnwritten());
    // In a cluster a replica redirects the reads itself.
    if (this.deployment.snapshot?.kind !== 'cluster') node.forEachHeld((call) => this.#doubt(call));
  }

  /** A read behind a write that is refused would find what was there before: it goes where the write goes, and after it. */
  #doubt(call: Call): void {
    if (call.state !== WRITTEN || call.owner === internalOwner || call.batch !== null || !isRead(call.spec)) return;
    if (needsPrimary(call, this.slotOf(call))) call.markDoubted();
  }

  /** The probe has found a primary at the fixed address, to which connections from before do not lead: reads there would be old for ever. */
  #follow(key: string): void {
    const node = this.deployment.nodes.get(key);
    this.#led.delete(key);
    if (node !== undefined && !this.deployment.facts.leadsToReplica({ node: key })) this.deployment.renewals.moved(node);
  }

  /** Learns, and makes the connections anew. */
  follow(judged: Pick<JudgedFailure, 'failure' | 'script'>): void {
    const renewed = this.learn(judged);
    if (renewed !== null) this.deployment.renewals.refused(renewed);
  }

  /**
   * Follows the failure of a call that is not sent again: one on a lease, which has no attempt loop, or one that is settled. True: nothing
   * was executed, and another attempt may succeed.
   */
  followOnce(call: Call, judged: JudgedFailure): boolean {
    const decision = decide(call, judged, this.slotOf(call));
    if (decision.act === 'resend') {
      this.deployment.redirect(judged.failure, decision.to, decision.patch);
      // The call does not follow it: the next one must not get a connection to the same replica.
      const node = decision.to.kind === 'REDIRECT' ? this.nodeOf(judged.failure) : undefined;
      if (node !== undefined && this.deployment.facts.isFixedAddress(node.key)) this.deployment.renewals.refused(node);
    }
    this.follow(judged);
    return decision.act !== 'reject' && judged.failure.kind !== 'connection-lost';
  }

  /** Follows what is said of a call whose caller has gone. */
  followSettled(call: Call, failure: AttemptFailure): void {
    this.followOnce(call, this.judge(call, failure));
  }

  /** Follows the errors among the replies of a transaction. */
  followReplies(errors: Iterable<unknown>): void {
    for (const error of errors) {
      if (!(error instanceof ReplyError) || error.node === undefined) continue;
      this.follow({ failure: { kind: 'error-reply', error, node: error.node }, script: 'plain' });
    }
  }

  nodeOf(failure: AttemptFailure): Node | undefined {
    return this.deployment.nodes.get(keyOf(failure));
  }
}

/** Key of the node that a failure is of; empty: of none. */
function keyOf(failure: AttemptFailure): string {
  return failure.kind === 'error-reply' ? failure.node : (failure.error.node ?? '');
}
