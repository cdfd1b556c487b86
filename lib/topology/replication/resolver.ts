import { TopologyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { type Answer, askSeveral } from '../ask-several.js';
import { bounded, LIMITS, tooLarge } from '../limits.js';
import { type Cause, causesOf, checkDataServer, failure, isNotPermitted, notPermitted } from '../probe-error.js';
import { modeOf } from '../replies.js';
import type { ProbeFocus, ReplicaListener, Resolver, ResolverContext } from '../resolver-api.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../snapshot.js';
import { buildGroup, type Group, type GroupNode, MEMBER_COMMANDS, type Member, type MemberReply, parseMember } from './group.js';

/** How long slow members are waited for once the primary has answered, in ms: it names its replicas itself. */
const GRACE_MS = 100;

/** How many members are asked at the same time. */
const ASKED_AT_ONCE = 50;
/** What the user must be allowed to find out who the primary is. */
const RIGHTS = '+role or +info';

/** Resolver of a primary with its replicas, found from any member: each one asked names its primary and its replicas, until none is new. */
export class ReplicationResolver implements Resolver {
  readonly #context: ResolverContext;
  readonly #seeds: readonly Address[];
  /** Members that let this user ask neither for their role nor for INFO, in this probe. */
  readonly #notPermitted: Cause[] = [];

  constructor(context: ResolverContext, seeds: readonly Address[]) {
    this.#context = context;
    this.#seeds = seeds;
  }

  async probe(previous: TopologySnapshot | null, _?: ProbeFocus, onReplica?: ReplicaListener): Promise<TopologySnapshot> {
    const known = [...(previous?.nodes.values() ?? [])].map(({ address }) => address);
    const { replies, causes: failed } = await this.#crawl([...known, ...this.#seeds], previous === null, onReplica);
    const causes = [...this.#notPermitted, ...failed];
    if (replies.every(({ member }) => member === null)) {
      throw failure('ERR_NO_SEED_REACHABLE', 'no member of the replication group could be asked', causes);
    }
    const group = buildGroup(replies, this.#seeds, (announced) => this.#reachable(announced));
    const primary = group.primary === null ? null : this.#info(group.primary);
    const replicas = group.replicas.map((node) => this.#info(node));
    return makeTopology('replication', [{ primary, replicas }], null, problemOf(group, causes, this.#context.rules.leftOut));
  }

  async #crawl(
    start: readonly Address[],
    isFirst: boolean,
    onReplica?: ReplicaListener,
  ): Promise<{ replies: MemberReply[]; causes: Cause[] }> {
    this.#notPermitted.length = 0;
    const replies = new Map<string, MemberReply>();
    const answers: Answer<Address, Member | null>[] = [];
    let hasPrimary = false;
    for (let wave = start; wave.length > 0; ) {
      const unknown = [...new Map(wave.map((address) => [addressKey(address), address]))].filter(([key]) => !replies.has(key));
      // Chains of replicas may be long as well as broad.
      const unasked = unknown.slice(0, Math.max(0, LIMITS.replicas + this.#seeds.length - replies.size));
      for (const [key, address] of unasked) replies.set(key, { address, member: null, failed: false });
      const addresses = unasked.map(([, address]) => address);
      const round = await askSeveral(addresses, (address) => this.#ask(address, isFirst, onReplica), {
        want: addresses.length,
        atOnce: ASKED_AT_ONCE,
        graceMs: GRACE_MS,
        counts: (member) => hasPrimary || member?.role === 'primary',
      });
      for (const answer of round) {
        const member = answer.ok ? answer.value : null;
        replies.set(addressKey(answer.item), { address: answer.item, member, failed: !answer.ok });
        hasPrimary ||= member?.role === 'primary';
      }
      answers.push(...round);
      if (unasked.length < unknown.length) {
        this.#context.report(
          'too many members',
          tooLarge('the group', 'replicas', replies.size + unknown.length - unasked.length, 'the first ones count'),
        );
        return { replies: this.#among(replies), causes: causesOf(answers) };
      }
      wave = round.flatMap((answer) => (answer.ok && answer.value !== null ? this.#neighbours(answer.value) : []));
    }
    return { replies: [...replies.values()], causes: causesOf(answers) };
  }

  /** The replies, in which only those are named that were asked: there are more than are believed. */
  #among(replies: ReadonlyMap<string, MemberReply>): MemberReply[] {
    return [...replies.values()].map(({ member, ...reply }) => {
      if (member === null) return { ...reply, member };
      const replicas = member.replicas.filter(({ announced }) => replies.has(addressKey(this.#reachable(announced))));
      return { ...reply, member: { ...member, replicas } };
    });
  }

  async #ask(address: Address, isFirst: boolean, onReplica?: ReplicaListener): Promise<Member | null> {
    const { control, firstTimeoutMs } = this.#context;
    const replies = await control.send(address, MEMBER_COMMANDS, isFirst ? { timeoutMs: firstTimeoutMs } : {});
    const node = addressKey(address);
    checkDataServer(node, modeOf(null, replies.at(-1)));
    const member = parseMember(replies);
    if (member?.role === 'replica') onReplica?.(node);
    if (member !== null) return this.#withoutRefused(member, node);
    const refusal = replies.find(isNotPermitted);
    if (refusal !== undefined) this.#notPermitted.push({ node, error: notPermitted(node, refusal, RIGHTS) });
    return null;
  }

  /** Addresses that are refused do not exist for us, and no more replicas than are believed. */
  #withoutRefused(member: Member, node: string): Member {
    const { rules, report } = this.#context;
    return {
      ...member,
      primary: member.primary === null || rules.address(member.primary) === null ? null : member.primary,
      replicas: bounded(member.replicas, 'replicas', node, report).filter(({ announced }) => rules.address(announced) !== null),
    };
  }

  #reachable(announced: Address): Address {
    return this.#context.rules.address(announced) ?? announced; // refused ones were left out
  }

  #neighbours({ primary, replicas }: Member): Address[] {
    const announced = [...(primary === null ? [] : [primary]), ...replicas.map((replica) => replica.announced)];
    return announced.map((address) => this.#reachable(address));
  }

  #info({ address, names, replicaOf, usable, depth, priority }: GroupNode): NodeInfo {
    const role = depth === 0 ? 'primary' : 'replica';
    return this.#context.rules.node({ id: null, address, names, role, usable, replicaOf, depth, priority });
  }
}

function problemOf(group: Group, causes: readonly Cause[], leftOut: string): TopologyError | null {
  if (group.primary === null && group.primaries.length > 1) {
    return new TopologyError(
      'ERR_SPLIT_GROUP',
      `several nodes call themselves primary: ${[...group.primaries].sort().join(' and ')}`,
      causes,
    );
  }
  if (group.verified) return null;
  const name = group.primary === null ? 'no member is a primary' : `the primary ${addressKey(group.primary.address)} is not reachable`;
  return new TopologyError('ERR_PRIMARY_UNREACHABLE', `${name}${leftOut}`, causes);
}
