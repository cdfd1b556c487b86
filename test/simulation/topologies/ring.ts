import {
  type RingMemberOptions,
  type RingOptions,
  type RingPlacement,
  ring as ringTopology,
  type TopologyOptions,
} from '../../../lib/index.js';
import { placementOf } from '../../../lib/options/ring.js';
import type { RedisServer } from '../servers/redis/redis-server.js';
import { hashOf, type Random } from '../time/random.js';
import type { World } from '../world.js';
import type { Deploy, Deployment, DeploymentPlan, JoinedClient, MemberKind, MemberList, MemberPlan, RingPlan } from './deployment.js';
import { deployReplication } from './replication.js';
import { deploySentinel } from './sentinel.js';
import { deploySingle } from './single.js';

const DEPLOY: Readonly<Record<MemberKind, Deploy>> = { single: deploySingle, replication: deployReplication, sentinel: deploySentinel };
/** How long after another the clients of a ring are given its new members, in ms: their programs are started anew one by one. */
const ROLL_OUT_MS = { least: 1, most: 2_000 };

/** A member with its servers. */
interface Member {
  readonly plan: MemberPlan;
  readonly deployment: Deployment;
}

/** Servers and groups that know nothing of each other. Who has a key is a matter of clients. */
export function deployRing(world: World, plan: DeploymentPlan): Deployment {
  const { ring } = plan;
  if (ring === undefined) throw new Error('a ring without members');
  const members = ring.members.map((member): Member => ({ plan: member, deployment: DEPLOY[member.servers.kind](world, member.servers) }));
  const operator = new RingOperator(world, ring, members);
  return {
    kind: 'ring',
    get servers() {
      return members.flatMap(({ deployment }) => deployment.servers);
    },
    get sentinels() {
      return members.flatMap(({ deployment }) => deployment.sentinels);
    },
    topology: operator.topology,
    memberLists: operator.lists,
    start: () => {
      for (const { deployment } of members) deployment.start();
    },
    isSettled: () => members.every(({ deployment }) => deployment.isSettled()),
    primaryOf: (key) => primaryIn(members, key),
    operations: operator.operations,
    joined: (client) => operator.joined(client),
  };
}

function primaryIn(members: readonly Member[], key: string): RedisServer | null {
  return members[hashOf(key) % members.length]?.deployment.primaryOf(key) ?? null;
}

/** As `ring()` takes it: a function and a pattern are no part of a plan. */
function ringOptionsOf({ placement, onDown, eject, sameMember }: RingPlan): RingPlacement & RingOptions {
  const { as, ...words } = placement;
  const others = { onDown, sameMember, ...(onDown === 'eject' ? { eject } : {}) };
  if (as === 'function')
    return { place: (key, names) => hashOf(Buffer.from(key).toString('latin1')) % names.length, hashTag: '{}', ...others };
  const tag = as === 'redis-rb' ? { tag: /\{(.+?)\}/ } : {};
  // Drawn, and checked by `ring()`.
  return { as, ...words, ...tag, ...others } as RingPlacement & RingOptions;
}

/** Who looks after a ring: what is done to its groups, and the members that clients are given. */
class RingOperator {
  readonly operations: Readonly<Record<string, (random: Random) => void>>;
  readonly topology: TopologyOptions;
  readonly lists: MemberList[] = [];
  readonly #clients: JoinedClient[] = [];
  #current: readonly MemberPlan[];

  constructor(
    private readonly world: World,
    private readonly ring: RingPlan,
    private readonly members: readonly Member[],
  ) {
    this.#current = ring.members.slice(0, ring.first);
    this.topology = this.#topologyOf(this.#current);
    this.lists.push(this.#listOf(this.#current, null));
    const ofMembers = members.flatMap(({ deployment }) => Object.keys(deployment.operations));
    const operations = [...new Set(ofMembers)].map((name) => [name, (random: Random) => this.#operate(name, random)] as const);
    const own = ring.changesMembers ? [['setMembers', (random: Random) => this.#changeMembers(random)] as const] : [];
    this.operations = Object.fromEntries([...operations, ...own]);
  }

  joined(client: JoinedClient): void {
    this.#clients.push(client);
  }

  #topologyOf(plans: readonly MemberPlan[]): TopologyOptions {
    return ringTopology(this.#optionsOf(plans), ringOptionsOf(this.ring));
  }

  #listOf(plans: readonly MemberPlan[], client: string | null): MemberList {
    const topology = this.#topologyOf(plans);
    if (topology.kind !== 'ring') throw new Error('a ring is one');
    const placement = placementOf(topology);
    return {
      at: this.world.timeline.now,
      client,
      placeOf: (key) => plans[placement.indexOf(Buffer.from(key, 'latin1'))]?.servers.place ?? 0,
    };
  }

  #optionsOf(plans: readonly MemberPlan[]): RingMemberOptions[] {
    return plans.map((plan) => {
      const { name, weight } = plan;
      const at = this.members.find((member) => member.plan === plan)?.deployment.topology;
      if (at === undefined) throw new Error(`no member ${name}`);
      return weight === 1 ? { at, name } : { at, name, weight };
    });
  }

  /** Of one member that knows how. */
  #operate(name: string, random: Random): void {
    const able = this.members.filter(({ deployment }) => deployment.operations[name] !== undefined);
    random.pick(able).deployment.operations[name]?.(random);
  }

  /** One member more, or one less. The programs of the clients are told one after the other. */
  #changeMembers(random: Random): void {
    const all = this.ring.members;
    const others = all.filter((plan) => !this.#current.includes(plan));
    const isMore = others.length > 0 && (this.#current.length < 3 || random.chance(0.5));
    const [one] = random.shuffled(isMore ? others : this.#current);
    this.#current = all.filter((plan) =>
      isMore ? plan === one || this.#current.includes(plan) : plan !== one && this.#current.includes(plan),
    );
    const { world } = this;
    const members = this.#current;
    const given = this.#optionsOf(members);
    const names = this.#current.map(({ name }) => name).join(', ');
    let afterMs = 0;
    for (const client of this.#clients) {
      world.timeline.after(afterMs, () =>
        world.client.arrive(() => {
          if (client.isEnded) return;
          world.trace.add(client.plan.name, `has the members ${names}`);
          client.redis.setMembers(given);
          this.lists.push(this.#listOf(members, client.plan.name));
        }),
      );
      afterMs += random.skewed(ROLL_OUT_MS.least, ROLL_OUT_MS.most);
    }
  }
}
