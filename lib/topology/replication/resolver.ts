import { TopologyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { type Answer, askSeveral } from '../ask-several.js';
import type { NodeRules } from '../node-rules.js';
import { type Cause, causesOf, failure } from '../probe-error.js';
import type { ControlChannel, Resolver, SendOptions } from '../resolver-api.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../snapshot.js';
import { buildGroup, type Group, type GroupNode, MEMBER_COMMANDS, type Member, type MemberReply, parseMember } from './group.js';

/** How long members that are slow to answer are waited for once the primary has spoken: it names its replicas itself. */
const GRACE_MS = 100;

/** A primary with its replicas, found from any member: each one asked names its primary and its replicas, until there is nobody new. */
export class ReplicationResolver implements Resolver {
  readonly #seeds: readonly Address[];
  readonly #rules: NodeRules;
  readonly #firstTimeoutMs: number;

  constructor(seeds: readonly Address[], rules: NodeRules, firstTimeoutMs: number) {
    this.#seeds = seeds;
    this.#rules = rules;
    this.#firstTimeoutMs = firstTimeoutMs;
  }

  async probe(asker: ControlChannel, previous: TopologySnapshot | null): Promise<TopologySnapshot> {
    const known = [...(previous?.nodes.values() ?? [])].map(({ address }) => address);
    const { sightings, causes } = await this.#crawl(
      asker,
      [...known, ...this.#seeds],
      previous === null ? { timeoutMs: this.#firstTimeoutMs } : {},
    );
    if (sightings.every(({ member }) => member === null)) {
      throw failure('ERR_NO_SEED_REACHABLE', 'no member of the replication group could be asked', causes);
    }
    const group = buildGroup(sightings, this.#seeds, (announced) => this.#rules.address(announced));
    const primary = group.primary === null ? null : this.#info(group.primary);
    const replicas = group.replicas.map((node) => this.#info(node));
    return makeTopology('replication', [{ primary, replicas }], null, problemOf(group, causes));
  }

  async #crawl(
    asker: ControlChannel,
    start: readonly Address[],
    options: SendOptions,
  ): Promise<{ sightings: MemberReply[]; causes: Cause[] }> {
    const sightings = new Map<string, MemberReply>();
    const answers: Answer<Address, Member | null>[] = [];
    let hasPrimary = false;
    for (let wave = start; wave.length > 0; ) {
      const unasked = [...new Map(wave.map((address) => [addressKey(address), address]))].filter(([key]) => !sightings.has(key));
      for (const [key, address] of unasked) sightings.set(key, { address, member: null, failed: false });
      const addresses = unasked.map(([, address]) => address);
      const round = await askSeveral(addresses, (address) => ask(asker, address, options), {
        want: addresses.length,
        graceMs: GRACE_MS,
        counts: (member) => hasPrimary || member?.role === 'primary',
      });
      for (const answer of round) {
        const member = answer.ok ? answer.value : null;
        sightings.set(addressKey(answer.item), { address: answer.item, member, failed: !answer.ok });
        hasPrimary ||= member?.role === 'primary';
      }
      answers.push(...round);
      wave = round.flatMap((answer) => (answer.ok && answer.value !== null ? this.#neighbours(answer.value) : []));
    }
    return { sightings: [...sightings.values()], causes: causesOf(answers) };
  }

  #neighbours({ primary, replicas }: Member): Address[] {
    const announced = [...(primary === null ? [] : [primary]), ...replicas.map((replica) => replica.announced)];
    return announced.map((address) => this.#rules.address(address));
  }

  #info({ address, names, replicaOf, usable, depth, priority }: GroupNode): NodeInfo {
    return this.#rules.node({ id: null, address, names, role: depth === 0 ? 'primary' : 'replica', usable, replicaOf, depth, priority });
  }
}

async function ask(asker: ControlChannel, address: Address, options: SendOptions): Promise<Member | null> {
  const member = parseMember(await asker.send(address, MEMBER_COMMANDS, options));
  const node = addressKey(address);
  if (member?.mode === 'sentinel') {
    throw new TopologyError('ERR_IS_A_SENTINEL', `${node} is a sentinel, not a data server: use sentinel([…], 'name')`, [], { node });
  }
  if (member?.mode === 'cluster') {
    throw new TopologyError('ERR_IS_A_CLUSTER', `${node} is a node of a cluster: use cluster([…])`, [], { node });
  }
  return member;
}

function problemOf(group: Group, causes: readonly Cause[]): TopologyError | null {
  if (group.primary === null && group.primaries.length > 1) {
    return new TopologyError(
      'ERR_SPLIT_GROUP',
      `several nodes call themselves primary: ${[...group.primaries].sort().join(' and ')}`,
      causes,
    );
  }
  if (group.verified) return null;
  const name = group.primary === null ? 'no member is a primary' : `the primary ${addressKey(group.primary.address)} is not reachable`;
  return new TopologyError('ERR_PRIMARY_UNREACHABLE', name, causes);
}
