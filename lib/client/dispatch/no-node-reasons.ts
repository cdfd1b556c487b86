import type { SlotwiseError } from '../../errors.js';
import type { Call } from '../../protocol/call.js';
import { isAffinity } from '../../routing/keys/affinity-slot.js';
import { readReason } from '../../routing/reads/explanation.js';
import type { ReadPolicy } from '../../routing/reads/read-preference.js';
import { noOwner, type Router } from '../../routing/router.js';
import { clock } from '../../util/clock.js';
import { noNode } from './call-errors.js';
import { readPolicyOf } from './read-router.js';
import { SharedRefusal } from './shared-refusal.js';

/** What is known of the servers. */
interface Knowledge {
  readonly router: Router | null;
  readonly topologyError: SlotwiseError | null;
  readonly facts: { leadsToReplica(place: { readonly node: string }): boolean };
  /** `leftOut`: which addresses are left out, and why; empty: none. */
  readonly addresses: { readonly leftOut: string };
}

/** Reason why no node can take a call at the moment, for its error; of a hundred thousand that end together it is found out once. */
export class NoNodeReasons {
  readonly #knowledge: () => Knowledge;
  readonly #slotOf: (call: Call) => number;
  /** Reasons of the present moment by read policy and shard. */
  #reasons = new Map<ReadPolicy | null, Map<number, string | null>>();
  #at = 0;
  readonly #refusal = new SharedRefusal<SlotwiseError>();
  #router: Router | null = null;

  constructor(knowledge: () => Knowledge, slotOf: (call: Call) => number) {
    this.#knowledge = knowledge;
    this.#slotOf = slotOf;
  }

  /** The failure that is known besides: in a ring that of the call's member. */
  errorOf(call: Call): SlotwiseError | null {
    const { router, topologyError } = this.#knowledge();
    return router === null || router.snapshot.kind !== 'ring' ? topologyError : router.problemOf(router.shardOfSlot(this.#slotOf(call)));
  }

  /** Null: nothing speaks against sending it by now. */
  reasonOf(call: Call): string | null {
    const { router, topologyError } = this.#knowledge();
    if (router === null) return topologyError === null ? 'nothing is known of the servers yet' : null;
    const key = call.extras?.target?.node;
    if (key !== undefined) return this.#ofNode(router, key);
    const slot = this.#slotOf(call);
    const shard = router.shardOfSlot(slot);
    if (shard === -1) {
      return slot >= 0 && !isAffinity(slot) ? noOwner(slot) : 'no primary can be reached';
    }
    return this.#ofShard(router, shard, readPolicyOf(call));
  }

  /** Error of a call that does not wait for a node. `cause`: the last failure. */
  refusalOf(call: Call, cause: SlotwiseError | null): SlotwiseError {
    const router = this.#knowledge().router;
    const member = router?.snapshot.shards[router.shardOfSlot(this.#slotOf(call))]?.member;
    const known = cause === null || member === undefined ? cause?.message : `member ${member.name}: ${cause.message}`;
    const why = known ?? this.reasonOf(call) ?? 'no node serves it at the moment';
    return this.#refusal.of(call.spec, cause ?? why, 0, () => noNode(call.spec, why, cause));
  }

  #ofNode(router: Router, key: string): string | null {
    const info = router.snapshot.nodes.get(key);
    if (info === undefined) return `${key} is no node of the topology`;
    return unreachable(key, router.stateOf(info).unreachableReason);
  }

  #ofShard(router: Router, shard: number, policy: ReadPolicy | null): string | null {
    const now = clock.now();
    if (now !== this.#at || router !== this.#router) this.#reasons = new Map();
    this.#at = now;
    this.#router = router;
    const byShard = this.#reasons.get(policy) ?? new Map<number, string | null>();
    this.#reasons.set(policy, byShard);
    let reason = byShard.get(shard);
    if (reason === undefined) {
      reason = policy === null ? this.#ofPrimary(router, shard) : readReason(router, shard, policy);
      const name = router.snapshot.shards[shard]?.member?.name;
      if (reason !== null && name !== undefined) reason = `member ${name}: ${reason}`;
      byShard.set(shard, reason);
    }
    return reason;
  }

  #ofPrimary(router: Router, shard: number): string | null {
    const knowledge = this.#knowledge();
    const primary = router.snapshot.shards[shard]?.primary ?? null;
    if (primary === null) return `no primary is known${knowledge.addresses.leftOut}`;
    if (knowledge.facts.leadsToReplica({ node: primary.key })) return `${primary.key} leads to a replica, which takes no writes`;
    return unreachable(`the primary ${primary.key}`, router.stateOf(primary).unreachableReason);
  }
}

/** `why`: the last failure; null: it can be reached. */
function unreachable(node: string, why: string | null): string | null {
  return why === null ? null : `${node} cannot be reached (${why})`;
}
