import type { Random } from '../../time/random.js';
import type { RedisServer } from '../redis/redis-server.js';
import type { Replication } from '../replication/replication.js';
import { ClusterMember, type MemberDirectory } from './cluster-member.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterSettings } from './core.js';
import type { NodeIdentity } from './known-node.js';
import { OwnershipLog } from './ownership.js';
import { rangesOf, SLOT_COUNT, type SlotRange, slotOf, slotsOf } from './slots.js';

const ID_LENGTH = 40;

/** All servers of a cluster, from outside: what no single one of them knows. */
export class ClusterGroup implements MemberDirectory {
  readonly members: ClusterMember[] = [];
  readonly ownership = new OwnershipLog();

  constructor(
    readonly settings: ClusterSettings,
    private readonly numbers: Random,
  ) {}

  /** A server becomes a member. Nobody knows of it yet. */
  add(server: RedisServer, replication: Replication, hostname = ''): ClusterMember {
    const ordinal = this.members.length;
    const identity: NodeIdentity = { ordinal, id: this.#newId(), host: server.host, port: server.port, hostname };
    const member = new ClusterMember(server, replication, identity, this);
    this.members.push(member);
    return member;
  }

  #newId(): string {
    let id = '';
    while (id.length < ID_LENGTH) id += this.numbers.integer(0, 15).toString(16);
    return id;
  }

  /** All know each other; the first ones are primaries with as many slots each, the others their replicas in turn. */
  form(shards: number): void {
    const { members } = this;
    const identities = members.map(({ identity }) => identity);
    const ranges = Array.from(
      { length: shards },
      (_, shard): SlotRange => [Math.floor((shard * SLOT_COUNT) / shards), Math.floor(((shard + 1) * SLOT_COUNT) / shards) - 1],
    );
    const sets = ranges.map((range) => slotsOf([range]));
    for (const { node } of members) {
      const { table } = node;
      const known = identities.map((identity) => table.node(identity.ordinal) ?? table.add(identity));
      known.forEach((each, index) => {
        const shard = index % shards;
        each.configEpoch = shard + 1;
        if (index !== shard) each.primary = known[shard] ?? null;
        else table.assign(each, ranges[shard] as SlotRange, sets[shard] as Uint8Array); // one for each shard
      });
      table.currentEpoch = shards;
    }
    for (const { node, replication } of members) {
      const { primary } = node.table.myself;
      const followed = primary === null ? undefined : members[primary.ordinal]?.replication;
      if (followed !== undefined) replication.begin(followed);
    }
  }

  random(ordinal: number): Random {
    return this.numbers.fork(`node ${ordinal}`);
  }

  identity(ordinal: number): NodeIdentity | undefined {
    return this.members[ordinal]?.identity;
  }

  node(ordinal: number): ClusterNode | undefined {
    return this.members[ordinal]?.node;
  }

  member(address: string): ClusterMember | undefined {
    return this.members.find(({ server }) => server.name === address);
  }

  memberOf(server: RedisServer): ClusterMember | undefined {
    return this.members.find((member) => member.server === server);
  }

  /** Of those that run and serve the slot by their own word, the one with the highest epoch; null: none. */
  primaryOf(key: string): ClusterMember | null {
    return this.ownerOf(slotOf(key));
  }

  ownerOf(slot: number): ClusterMember | null {
    let best: ClusterMember | null = null;
    for (const member of this.members) {
      const { table, state } = member.node;
      if (member.server.state !== 'running' || state !== 'ok' || table.ownerOf(slot) !== table.myself) continue;
      if (best === null || table.myself.configEpoch > best.node.table.myself.configEpoch) best = member;
    }
    return best;
  }

  /** What keeps the cluster from being settled; null: all run and agree, replicas are linked, no slot is on its way. */
  unsettled(): string | null {
    const [first, ...others] = this.members.filter(({ isApart }) => !isApart);
    if (first === undefined) return null;
    for (const member of [first, ...others]) {
      const { node, server, replication } = member;
      const { table } = node;
      if (server.state !== 'running') return `${server.name} is ${server.state}`;
      if (node.state !== 'ok') return `${server.name} says that the cluster is down`;
      if (table.migrating.size + table.importing.size > 0) return `slots are on their way at ${server.name}`;
      if (table.nodes.some(({ isSuspect, isFailed, isInHandshake }) => isSuspect || isFailed || isInHandshake)) {
        return `${server.name} does not hear from all`;
      }
      if (table.nodes.some((other) => other !== table.myself && !node.isLinkedTo(other))) return `${server.name} has no link to all`;
      if (table.myself.isPrimary !== replication.isPrimary) return `${server.name} changes its role`;
      if (!table.myself.isPrimary && !member.isLinked) return `${server.name} is not linked to its primary`;
    }
    const view = viewOf(first);
    const other = others.find((member) => viewOf(member) !== view);
    return other === undefined ? null : `${first.server.name} and ${other.server.name} do not agree`;
  }
}

function viewOf({ node: { table } }: ClusterMember): string {
  const lines = table.nodes.map(
    (node) => `${node.ordinal} ${node.primary?.ordinal ?? '-'} ${node.owner.configEpoch} ${rangesOf(table.slotsOf(node)).join(' ')}`,
  );
  return lines.sort().join('\n');
}
