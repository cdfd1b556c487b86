import type { Random } from '../../time/random.js';
import type { ClusterPart } from '../redis/parts.js';
import type { RedisServer } from '../redis/redis-server.js';
import type { CommandRule } from '../redis/rules.js';
import type { RedisSession } from '../redis/session.js';
import type { Replication } from '../replication/replication.js';
import { Failure } from '../resp.js';
import type { ClusterDirectory } from './cluster-node.js';
import { ClusterNode } from './cluster-node.js';
import { moveKey } from './key-move.js';
import type { KnownNode, NodeIdentity } from './known-node.js';
import { hostOf } from './member-host.js';
import { type Redirect, redirectOf } from './redirect.js';
import { endpointOf } from './replies.js';
import { rangesOf, type SlotRange, slotOf } from './slots.js';

const NO_SLOT: ReadonlySet<number> = new Set();

/** Nodes by number and by address. */
export interface MemberDirectory extends ClusterDirectory {
  member(address: string): ClusterMember | undefined;
  /** Numbers of its own for each node. */
  random(ordinal: number): Random;
}

/** A server as a member of a cluster: what its node says goes for its commands, and what becomes of the node goes for its data. */
export class ClusterMember implements ClusterPart {
  readonly node: ClusterNode;
  #isFirstStart = true;

  constructor(
    readonly server: RedisServer,
    readonly replication: Replication,
    readonly identity: NodeIdentity,
    readonly directory: MemberDirectory,
  ) {
    this.node = new ClusterNode(server, identity, hostOf(this, directory.random(identity.ordinal)), directory);
    server.cluster = this;
    server.replication = replication;
  }

  started(): void {
    this.node.started(this.#isFirstStart);
    this.#isFirstStart = false;
  }

  died(): void {
    this.node.died();
  }

  /** It was taken out of the cluster. */
  get isApart(): boolean {
    return this.node.isApart;
  }

  infoLines(): readonly string[] {
    return [];
  }

  /** A replica that has the data of its primary, and hears of changes. */
  get isLinked(): boolean {
    return this.replication.upstream?.state === 'connected' && !this.server.isLoading;
  }

  // --- commands

  refusal(session: RedisSession, rule: CommandRule, _words: readonly string[], named: readonly string[]): Failure | null {
    // MIGRATE has '' in place of its key where it names several.
    const keys = rule.name === 'MIGRATE' ? named.filter((key) => key !== '') : named;
    if (keys.length === 0) return null;
    const isExec = rule.name === 'EXEC';
    const redirect = redirectOf(
      { table: this.node.table, state: this.node.state, settings: this.node.settings, hasKey: this.#hasKey, targetOf: this.#targetOf },
      {
        name: rule.name,
        keys,
        isWrite: rule.kind === 'write' || (isExec && (session.queued ?? []).some((each) => each.rule.kind === 'write')),
        isSharded: rule.name === 'SPUBLISH' || rule.name === 'SSUBSCRIBE' || rule.name === 'SUNSUBSCRIBE',
        isAsking: session.isAsking || rule.name === 'RESTORE-ASKING',
        isReadonly: session.isReadonly,
        isQueued: session.queued !== null && !isExec && this.isValkey9,
      },
    );
    return redirect === null ? null : this.#failureOf(session, redirect);
  }

  /** Differs from Redis in what replicas know of moves, in what it queues, and in whom it tells of a demotion. */
  get isValkey9(): boolean {
    return this.server.options.product === 'valkey' && this.server.isAtLeast(9, 0);
  }

  #targetOf = (slot: number): KnownNode | undefined => {
    const { table } = this.node;
    const { primary } = table.myself;
    if (primary === null) return table.migrating.get(slot);
    if (!this.isValkey9) return undefined;
    const target = this.directory.node(primary.ordinal)?.table.migrating.get(slot);
    return target === undefined ? undefined : table.node(target.ordinal);
  };

  #hasKey = (key: string): boolean => this.server.keyspace.database(0).has(key);

  #failureOf(session: RedisSession, redirect: Redirect): Failure {
    if ('text' in redirect) return new Failure(redirect.text);
    const { kind, slot, node } = redirect;
    if (kind === 'MOVED') {
      session.whenRead.push(() =>
        this.server.books.toldRole(session, {
          teller: this.server.name,
          node: node.address,
          isPrimary: true,
          slots: [[slot, slot]],
          epoch: null,
        }),
      );
    }
    return new Failure(`${kind} ${slot} ${endpointOf(this.node, node) ?? ''}:${node.identity.port}`);
  }

  /** A reply that says who has which role is on its way to this client. */
  tellsRoles(session: RedisSession): void {
    const { table } = this.node;
    const words = table.nodes
      .filter(({ isInHandshake }) => !isInHandshake)
      .map((node) => ({
        teller: this.server.name,
        node: node.address,
        isPrimary: node.isPrimary,
        slots: node.isPrimary ? (rangesOf(table.slotsOf(node)) as readonly SlotRange[]) : null,
        epoch: node.owner.configEpoch,
      }));
    session.whenRead.push(() => {
      for (const word of words) this.server.books.toldRole(session, word);
    });
  }

  /** Those who wait for keys that this server does not serve any more. Redis looks at its clients ten times a second. */
  redirectBlocked(): void {
    if (this.server.blocked.sessions.size === 0) return;
    this.server.unblockAll((session) => {
      const { blocked } = session;
      return blocked?.on !== 'keys' ? null : this.refusal(session, blocked.rule, blocked.words, blocked.keys);
    });
  }

  publish(channel: string, message: string, isSharded: boolean): void {
    const { node } = this;
    const { table } = node;
    const word = { kind: 'publish', header: node.header(), channel, message, isSharded } as const;
    for (const other of table.nodes) {
      if (other === table.myself || other.isInHandshake || (isSharded && other.owner !== table.myself.owner)) continue;
      node.send(other, word);
    }
  }

  /** A command that it sends to that one would be carried out. */
  reaches({ server: other }: ClusterMember): boolean {
    const { server } = this;
    const { network, host } = server;
    return other.state === 'running' && !network.isCut(host, other.host) && !network.isCut(other.host, host) && other.replication.isPrimary;
  }

  // --- slots

  get isEmpty(): boolean {
    return this.server.keyspace.databases.every(({ values }) => values.size === 0);
  }

  keysIn(slot: number): string[] {
    return this.server.keyspace
      .database(0)
      .keys()
      .filter((key) => slotOf(key) === slot);
  }

  slotsWithKeys(): number[] {
    return [...new Set(this.server.keyspace.database(0).keys().map(slotOf))];
  }

  /** Whether it serves all of these slots, and none is on its way. */
  serves(slots: readonly number[]): boolean {
    const { table } = this.node;
    return this.replication.isPrimary && slots.every((slot) => table.ownerOf(slot) === table.myself && !table.migrating.has(slot));
  }

  /** An atomic move ends: that one has the slots from now on, with their keys. */
  handOver(target: ClusterMember, slots: readonly number[]): void {
    const { node } = this;
    const there = target.node.table;
    const known = node.table.node(target.identity.ordinal);
    if (known === undefined) return;
    for (const slot of slots) {
      for (const key of this.keysIn(slot)) moveKey(this, target, key);
      target.node.setOwner(slot, there.myself);
    }
    target.node.claims.bumpEpoch();
    target.node.pongToAll();
    known.configEpoch = Math.max(known.configEpoch, there.myself.configEpoch);
    for (const slot of slots) node.setOwner(slot, known);
    this.#afterLoss(known);
    target.node.settle();
  }

  #afterLoss(to: KnownNode): void {
    const { node } = this;
    if (node.table.myself.slotCount === 0) node.follow(to);
    this.slotsLeft();
    node.updateState();
    node.settle();
  }

  /** CLUSTER RESET, of one that leaves the cluster. */
  reset(): void {
    const { node, server, replication } = this;
    if (!replication.isPrimary) {
      replication.promote();
      server.keyspace.clear();
    }
    node.reset();
  }

  meetAddress(host: string, port: number): void {
    const { directory, node } = this;
    const other = directory.member(`${host}:${port}`);
    if (other !== undefined) node.meet(other.node.table.myself.ordinal);
  }

  /** CLUSTER SETSLOT MIGRATING, IMPORTING and NODE. Returns why not. https://redis.io/docs/latest/commands/cluster-setslot/ */
  setSlot(slot: number, how: 'MIGRATING' | 'IMPORTING' | 'NODE', id: string): string | null {
    const { table } = this.node;
    const isOwner = table.ownerOf(slot) === table.myself;
    if (how === 'MIGRATING' && !isOwner) return `ERR I'm not the owner of hash slot ${slot}`;
    if (how === 'IMPORTING' && isOwner) return `ERR I'm already the owner of hash slot ${slot}`;
    const other = table.byId(id);
    if (other === undefined) return how === 'NODE' ? `ERR Unknown node ${id}` : `ERR I don't know about node ${id}`;
    if (!other.isPrimary) return 'ERR Target node is not a master';
    if (how === 'NODE') return this.#give(slot, other);
    this.node.mark(slot, how === 'MIGRATING' ? 'migrating' : 'importing', other);
    return null;
  }

  /** https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterCommand`, "SETSLOT <SLOT> NODE") */
  #give(slot: number, to: KnownNode): string | null {
    const { node } = this;
    const { table } = node;
    const { myself } = table;
    const wasMine = table.ownerOf(slot) === myself;
    if (wasMine && to !== myself) {
      if (this.keysIn(slot).length > 0) {
        return `ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`;
      }
      node.mark(slot, 'migrating', null);
    }
    node.setOwner(slot, to);
    if (to === myself && table.importing.has(slot)) {
      node.mark(slot, 'importing', null);
      node.claims.bumpEpoch();
      node.pongToAll();
    }
    if (wasMine && to !== myself) this.#afterLoss(to);
    node.updateState();
    node.settle();
    return null;
  }

  /**
   * Subscriptions end to channels of slots that this shard does not have, or that another of its servers has taken over.
   * https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterDelSlot`)
   */
  slotsLeft(slots: ReadonlySet<number> = NO_SLOT): void {
    const { table } = this.node;
    const hasLeft = (slot: number): boolean => slots.has(slot) || table.ownerOf(slot) !== table.myself.owner;
    this.server.pubsub.dropShardChannels((channel) => hasLeft(slotOf(channel)));
  }

  /** Keys of slots that another node has taken. */
  deleteKeys(slots: ReadonlySet<number>): void {
    const { keyspace } = this.server;
    const database = keyspace.database(0);
    for (const key of database.keys()) {
      if (!slots.has(slotOf(key))) continue;
      database.remove(key);
      this.replication.append(0, ['DEL', key]);
      keyspace.modified(database, key);
    }
  }
}
