import { replication as replicationTopology } from '../../../lib/index.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import type { Deployment, DeploymentPlan } from './deployment.js';
import { type Member, ReplicaGroup } from './replica-group.js';

/** How often an operator looks whether a server follows whom it should, in ms, and how often in all. */
const LOOK_MS = 500;
const LOOKS = 240;

/** A primary with replicas, and an operator in place of sentinels. */
export function deployReplication(world: World, plan: DeploymentPlan): Deployment {
  const group = new ReplicaGroup(world, plan);
  const operator = new Operator(group);
  return {
    kind: 'replication',
    servers: group.servers,
    sentinels: [],
    topology: replicationTopology(group.addresses),
    start: () => {
      group.start();
      group.goOnUntil(() => group.isSettled());
    },
    isSettled: () => group.isSettled(),
    primaryOf: () => group.primaryNow(),
    operations: {
      handover: (random) => operator.handover(random),
      operatorPromotes: (random) => operator.promote(random),
      addReplica: () => group.addReplica(),
      removeReplica: (random) => group.removeReplica(random),
      cascade: (random) => operator.cascade(random),
    },
  };
}

/** Who runs commands on the servers, one after another, as people and their scripts do. */
export class Operator {
  /** Which server is looked after, so that it follows the primary. */
  readonly #following = new Set<Member>();

  constructor(private readonly group: ReplicaGroup) {}

  /** FAILOVER, where the primary can; else as after its death. */
  handover(random: Random): void {
    const { group } = this;
    const { reigning } = group;
    const [target] = group.runningReplicas(random);
    if (reigning?.server.state !== 'running' || target === undefined || !isAtLeast(reigning, 6, 2)) {
      this.promote(random);
      return;
    }
    const { host, port } = target.server;
    const isForced = random.chance(0.2);
    const timeoutMs = isForced || random.chance(0.5) ? random.integer(50, 5_000) : null;
    const hasTarget = isForced || random.chance(0.5);
    group.tell(reigning, ({ failover }) => void failover.begin({ target: hasTarget ? { host, port } : null, isForced, timeoutMs }));
    // A failover that cannot end keeps writes waiting: somebody notices.
    group.world.timeline.after(random.integer(5_000, 10_000), () => {
      if (reigning.replication.failover.phase !== 'no-failover') group.tell(reigning, ({ failover }) => void failover.abort());
    });
    this.#lookAfterAll();
  }

  /** REPLICAOF NO ONE on the replica that has most; the others follow it some time later, one after another. */
  promote(random: Random): void {
    const { group } = this;
    const best = mostOf(group.runningReplicas(random));
    if (best === undefined) return;
    group.tell(best, (replication) => replication.promote());
    group.world.timeline.after(random.skewed(10, 3_000), () => this.#lookAfterAll());
  }

  /** A replica of a replica. */
  cascade(random: Random): void {
    const { group } = this;
    const [first, second] = group.runningReplicas(random);
    if (first === undefined || second === undefined || first.replication.upstream?.primary.host === second.server.host) return;
    const { host, port } = first.server;
    group.tell(second, (replication) => replication.follow({ host, port }));
    // Two that follow each other would never come out of it.
    this.#lookAfterAll();
  }

  #lookAfterAll(): void {
    for (const member of this.group.members) this.#lookAfter(member, LOOKS);
  }

  /** A server that does not follow the primary, also by way of others, is told to, as soon as it runs. */
  #lookAfter(member: Member, looks: number): void {
    const { group } = this;
    if (this.#following.has(member) || looks === 0) return;
    this.#following.add(member);
    group.world.timeline.after(LOOK_MS, () => {
      this.#following.delete(member);
      const { reigning } = group;
      const isUnderWay = group.members.some(({ replication }) => replication.failover.phase !== 'no-failover');
      if (reigning !== null && !isUnderWay) {
        if (member === reigning) this.#crown(reigning);
        else this.#guide(member, reigning);
      }
      this.#lookAfter(member, looks - 1);
    });
  }

  #guide(member: Member, reigning: Member): void {
    const { group } = this;
    const { host, port } = reigning.server;
    if (this.#follows(member)) return;
    group.tell(member, (replication) => {
      if (group.reigning === reigning && !this.#follows(member)) replication.follow({ host, port });
    });
  }

  /** A primary that died in FAILOVER comes back as a replica of one that has not taken over: each follows the other, until one is told to lead. */
  #crown(reigning: Member): void {
    const { group } = this;
    const isHeadless = (): boolean => group.reigning === reigning && !reigning.replication.isPrimary;
    const best = mostOf(group.members.filter(({ server }) => server.state === 'running'));
    if (reigning.server.state !== 'running' || !isHeadless() || best === undefined) return;
    group.tell(best, (replication) => {
      if (isHeadless()) replication.promote();
    });
  }

  #follows(member: Member): boolean {
    const { group } = this;
    let at: Member | null = member;
    for (let hops = 0; at !== null && hops < group.members.length; hops++) {
      if (at === group.reigning) return true;
      const primary: string | undefined = at.replication.upstream?.primary.host;
      at = group.members.find(({ server }) => server.host === primary) ?? null;
    }
    return false;
  }
}

function mostOf(members: readonly Member[]): Member | undefined {
  return [...members].sort((a, b) => b.replication.offset - a.replication.offset)[0];
}

function isAtLeast({ server }: Member, major: number, minor: number): boolean {
  return server.options.product === 'valkey' || server.isAtLeast(major, minor);
}
