import type { ClusterGroup } from '../servers/cluster/cluster-group.js';
import type { ClusterMember } from '../servers/cluster/cluster-member.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import { knowsEpochOf, type SlotMove, SlotMover } from './slot-mover.js';

/** An operator tries again after this long, in ms. */
const AGAIN_MS = 200;
/** From one command to the next, in ms. */
const STEP_MS = { least: 1, most: 20 };
/** How long slots are left half moved. */
const ABANDONED_MS = { least: 300, most: 3_000 };
/** How long the keys of an atomic move are copied, and then writes wait. */
const COPY_MS = { least: 20, most: 1_000 };
const SWITCH_MS = { least: 2, most: 30 };
const PAUSE = 'migration';
/** After so many looks a server that is still needed stays. */
const MOST_LOOKS = 20;

/** What operators do to a cluster, in their own time: step by step, and again where a node does not answer. */
export class ClusterOperator {
  /** What goes on. */
  underWay = 0;
  readonly #mover: SlotMover;
  /** Slots are on their way: another move waits, as `redis-cli` refuses it. */
  #isMoving = false;

  constructor(
    private readonly world: World,
    private readonly group: ClusterGroup,
    /** A new server that runs; null: there are enough. */
    private readonly newServer: () => ClusterMember | null,
  ) {
    this.#mover = new SlotMover(group);
  }

  readonly operations: Readonly<Record<string, (random: Random) => void>> = {
    clusterFailover: (random) => this.#failover(random, null),
    clusterFailoverForce: (random) => this.#failover(random, 'FORCE'),
    clusterTakeover: (random) => this.#failover(random, 'TAKEOVER'),
    reshard: (random) => this.#reshard(random, Number.POSITIVE_INFINITY),
    reshardAbandoned: (random) => this.#reshard(random, random.integer(0, 3)),
    reshardAtomic: (random) => this.#reshardAtomic(random),
    addReplica: (random) => this.#addReplica(random),
    removeReplica: (random) => this.#removeReplica(random),
    addShard: (random) => this.#addShard(random),
    removeShard: (random) => this.#removeShard(random),
  };

  #say(what: string, detail: string): void {
    this.world.trace.add('operator', what, detail);
  }

  #later(random: Random, { least, most }: typeof STEP_MS, run: () => void): void {
    this.underWay++;
    this.world.timeline.after(random.skewed(least, most), () => {
      this.underWay--;
      run();
    });
  }

  /** Goes on until a step says that it was the last one. */
  #steps(random: Random, step: () => 'more' | 'again' | 'done'): void {
    const next = (): void => {
      const result = step();
      if (result !== 'done') this.#later(random, result === 'more' ? STEP_MS : { least: AGAIN_MS, most: AGAIN_MS }, next);
    };
    this.#later(random, STEP_MS, next);
  }

  // --- failovers

  #failover(random: Random, mode: 'FORCE' | 'TAKEOVER' | null): void {
    // A new one that does not know yet which slots its primary has would take over none.
    const replicas = this.#mover.active.filter(({ node }) => (node.table.myself.primary?.slotCount ?? 0) > 0);
    if (replicas.length === 0) return;
    const chosen = random.pick(replicas);
    this.#say(mode === null ? 'CLUSTER FAILOVER' : `CLUSTER FAILOVER ${mode}`, chosen.server.name);
    this.#later(random, STEP_MS, () => chosen.server.enqueue(() => void chosen.node.failover(mode)));
  }

  // --- slots

  /** `abandonAfter`: keys that have moved before it is left for a while. */
  #reshard(random: Random, abandonAfter: number): void {
    const move = this.#isMoving ? null : this.#mover.draw(random);
    if (move === null) return;
    this.#say('moves slots', `${move.slots.join(' ')} from ${move.source.server.name} to ${move.target.server.name}`);
    this.#move(random, move, abandonAfter);
  }

  #move(random: Random, move: SlotMove, abandonAfter: number, then: () => void = () => undefined): void {
    const left = [...move.slots];
    let moved = 0;
    this.#isMoving = true;
    this.#steps(random, () => {
      const [slot] = left;
      if (slot === undefined) {
        this.#isMoving = false;
        then();
        return 'done';
      }
      const result = this.#mover.step(slot, move.target, random);
      if (result === 'done') left.shift();
      if (result === 'moved') moved++;
      if (moved < abandonAfter) return result === 'again' ? 'again' : 'more';
      this.#say('leaves slots half moved', left.join(' '));
      this.#later(random, ABANDONED_MS, () => this.#move(random, { ...move, slots: left }, Number.POSITIVE_INFINITY));
      return 'done';
    });
  }

  /**
   * As CLUSTER MIGRATESLOTS of Valkey 9 and CLUSTER MIGRATION of Redis 8.4: the target has all keys before it has the slots, and writes wait
   * for the moment in which it gets them. https://valkey.io/topics/atomic-slot-migration/
   */
  #reshardAtomic(random: Random): void {
    const move = this.#isMoving ? null : this.#mover.draw(random);
    if (move === null) return;
    const { slots, source, target } = move;
    this.#isMoving = true;
    this.#say('moves slots at once', `${slots.join(' ')} from ${source.server.name} to ${target.server.name}`);
    this.#later(random, COPY_MS, () => {
      if (source.server.state === 'running') source.server.pause.begin(PAUSE, SWITCH_MS.most * 2, 'write');
      this.#later(random, SWITCH_MS, () => {
        this.#isMoving = false;
        if (source.server.state !== 'running') return;
        if (source.reaches(target) && source.serves(slots) && knowsEpochOf(target, source)) source.handOver(target, slots);
        source.server.pause.end(PAUSE);
      });
    });
  }

  // --- members

  #addReplica(random: Random): void {
    this.#join(random, (member) => {
      const primaries = this.#mover.primaries.filter((other) => other !== member && other.node.table.myself.slotCount > 0);
      if (primaries.length === 0) return 'again';
      const primary = member.node.table.byId(random.pick(primaries).identity.id);
      if (primary === undefined || !primary.isPrimary) return 'again';
      member.node.follow(primary);
      member.node.settle();
      this.#say('adds a replica', `${member.server.name} of ${primary.address}`);
      return 'done';
    });
  }

  #addShard(random: Random): void {
    this.#join(random, (member) => {
      const move = this.#isMoving ? null : this.#mover.draw(random, member);
      if (move === null) return 'again';
      this.#say('adds a shard', `${member.server.name} gets ${move.slots.join(' ')} of ${move.source.server.name}`);
      this.#move(random, move, Number.POSITIVE_INFINITY);
      return 'done';
    });
  }

  /** A new server meets one of the others, and waits until all know it. */
  #join(random: Random, then: (member: ClusterMember) => 'again' | 'done'): void {
    const member = this.newServer();
    if (member === null) return;
    this.#steps(random, () => {
      const { table } = member.node;
      const others = this.#mover.active.filter((other) => other !== member);
      if (member.server.state !== 'running' || others.length === 0) return 'again';
      if (table.nodes.length < 2) member.node.meet(random.pick(others).identity.ordinal);
      const isKnown = others.every(
        ({ identity, node }) =>
          table.node(identity.ordinal)?.isInHandshake === false && node.table.node(member.identity.ordinal)?.isInHandshake === false,
      );
      return isKnown ? then(member) : 'again';
    });
  }

  /** CLUSTER RESET, and CLUSTER FORGET at all others. */
  #removeReplica(random: Random): void {
    const isSpare = ({ node: { table } }: ClusterMember): boolean =>
      table.myself.primary !== null && table.replicasOf(table.myself.primary).length > 1;
    const replicas = this.#mover.active.filter(isSpare);
    if (replicas.length === 0) return;
    const gone = random.pick(replicas);
    this.#say('removes a replica', gone.server.name);
    this.#remove(random, gone);
  }

  /** Slots with keys go key by key, those without all at once: thousands of steps would show nothing new. Then the servers leave. */
  #removeShard(random: Random): void {
    const move = this.#isMoving ? null : this.#mover.drawShard(random);
    if (move === null) return;
    const { source, target, slots } = move;
    const leaving = this.group.members.filter(
      ({ node, isApart }) => !isApart && node.table.myself.owner.ordinal === source.identity.ordinal,
    );
    this.#say('removes a shard', `${leaving.map(({ server }) => server.name).join(' ')}: ${target.server.name} gets all slots`);
    this.#isMoving = true;
    this.#later(random, STEP_MS, () => {
      this.#isMoving = false;
      const isReady = source.server.state === 'running' && this.#mover.isAgreedOn(source) && this.#mover.isAgreedOn(target);
      if (!isReady || !source.serves(slots.empty) || !source.reaches(target) || !knowsEpochOf(target, source)) return;
      source.handOver(target, slots.empty);
      this.#move(random, { source, target, slots: slots.withKeys }, Number.POSITIVE_INFINITY, () => {
        for (const member of leaving) this.#leave(random, member);
      });
    });
  }

  /** Waits until all know that the member follows another, as the last of its slots has made it. */
  #leave(random: Random, member: ClusterMember): void {
    let looks = 0;
    this.#steps(random, () => {
      const { table } = member.node;
      // Who follows it cannot forget it, whatever the member itself has heard of that.
      const isFollowed = this.#mover.active.some(({ node }) => node.table.myself.primary?.ordinal === member.identity.ordinal);
      const isNeeded = table.myself.isPrimary || table.replicasOf(table.myself).length > 0 || isFollowed;
      if (member.server.state !== 'running' || isNeeded) return ++looks < MOST_LOOKS ? 'again' : 'done';
      this.#say('removes a server of an empty shard', member.server.name);
      this.#remove(random, member);
      return 'done';
    });
  }

  #remove(random: Random, gone: ClusterMember): void {
    gone.reset();
    const knows = ({ node, isApart }: ClusterMember): boolean => !isApart && node.table.node(gone.identity.ordinal) !== undefined;
    this.#steps(random, () => {
      const next = this.group.members.find(knows);
      if (next === undefined) return 'done';
      if (next.server.state !== 'running') return 'again';
      const known = next.node.table.node(gone.identity.ordinal);
      if (known !== undefined) next.node.forget(known);
      return 'more';
    });
  }
}
