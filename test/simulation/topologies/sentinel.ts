import { sentinel as sentinelTopology } from '../../../lib/index.js';
import type { GroupSettings } from '../servers/sentinel/group.js';
import { Instance } from '../servers/sentinel/instance.js';
import { SentinelServer } from '../servers/sentinel/sentinel-server.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import type { Deployment, DeploymentPlan } from './deployment.js';
import { ReplicaGroup } from './replica-group.js';

const NAME = 'mymaster';
const PORT = 26_379;

/** A primary with replicas that sentinels watch, each on a host of its own. */
export function deploySentinel(world: World, plan: DeploymentPlan): Deployment {
  const group = new ReplicaGroup(world, plan);
  const sentinels = new Sentinels(group, plan);
  return {
    kind: 'sentinel',
    servers: group.servers,
    sentinels: sentinels.all,
    topology: sentinelTopology(
      sentinels.all.map(({ host, port }) => ({ host, port })),
      NAME,
    ),
    start: () => {
      group.start();
      sentinels.start();
      group.goOnUntil(() => group.isSettled() && sentinels.areSettled());
    },
    isSettled: () => group.isSettled() && sentinels.areSettled(),
    primaryOf: () => group.primaryNow(),
    operations: {
      sentinelFailover: (random) => sentinels.failover(random),
      addReplica: () => group.addReplica(),
      removeReplica: (random) => {
        group.removeReplica(random);
        sentinels.resetLater(random);
      },
      sentinelReset: (random) => sentinels.resetLater(random),
      addSentinel: () => sentinels.add().start(),
      removeSentinel: (random) => sentinels.remove(random),
    },
  };
}

class Sentinels {
  readonly all: SentinelServer[] = [];
  readonly #settings: GroupSettings;
  #created = 0;

  constructor(
    private readonly group: ReplicaGroup,
    private readonly plan: DeploymentPlan,
  ) {
    const { random } = group;
    this.#settings = {
      name: NAME,
      quorum: Math.floor(plan.sentinels / 2) + 1,
      downAfterMs: random.pick([1_000, 1_000, 2_000, 5_000]),
      failoverTimeoutMs: random.pick([6_000, 10_000, 20_000]),
      parallelSyncs: random.pick([1, 1, 2]),
    };
    for (let count = 0; count < plan.sentinels; count++) this.add();
    for (const sentinel of this.all) this.#introduce(sentinel);
  }

  start(): void {
    for (const sentinel of this.all) sentinel.start();
  }

  /** All name the primary that is one, and know it and its replicas, and each other, to be there. */
  areSettled(): boolean {
    const primary = this.group.primaryNow();
    return this.all.every((sentinel) => {
      const watched = sentinel.groups.get(NAME);
      if (sentinel.state !== 'running' || watched === undefined || watched.master.address !== primary?.name) return false;
      if (watched.isFailingOver || sentinel.isTilted || watched.sentinels.size < this.all.length - 1) return false;
      // Sentinels ask the primary alone for its replicas: those of a replica they do not know.
      if (!this.group.directReplicas().every(({ name }) => watched.replicas.has(name))) return false;
      for (const instance of watched.instances()) {
        if (!this.#isThere(instance)) continue;
        if (instance.isDown || !instance.isConnected) return false;
        if (instance.kind === 'master' && instance.report?.role !== 'master') return false;
      }
      return true;
    });
  }

  /** Servers that were taken away stay on the lists until a reset. */
  #isThere({ address }: Instance): boolean {
    return this.all.some(({ name }) => name === address) || this.group.servers.some(({ name }) => name === address);
  }

  add(): SentinelServer {
    const { group, plan } = this;
    const { product, version } = plan;
    const address = { host: `10.${plan.place ?? 0}.1.${++this.#created}`, port: PORT };
    const sentinel = new SentinelServer(group.world.network, address, { product, version }, group.world.books);
    const primary = this.#named() ?? group.servers[0];
    if (primary === undefined) throw new Error('a group without servers');
    sentinel.monitor(this.#settings, primary.host, primary.port);
    this.all.push(sentinel);
    return sentinel;
  }

  /**
   * Whom the sentinels name that are there, for one that is new: a server that one of them has promoted and not told the others of may become a
   * replica again, and with an epoch of 0 the new one would never hear of it.
   */
  #named(): { readonly host: string; readonly port: number } | undefined {
    const groups = this.all.flatMap((sentinel) => (sentinel.state === 'running' ? (sentinel.groups.get(NAME) ?? []) : []));
    return groups.sort((a, b) => b.configEpoch - a.configEpoch)[0]?.announced;
  }

  /** As after they have found each other. */
  #introduce(sentinel: SentinelServer): void {
    const watched = sentinel.groups.get(NAME);
    if (watched === undefined) return;
    const { now } = sentinel;
    for (const { id, host, port } of this.all) {
      if (id !== sentinel.id) watched.sentinels.set(id, new Instance('sentinel', id, host, port, now));
    }
    for (const { name, host, port } of this.group.servers) {
      if (name !== watched.master.address) watched.replicas.set(name, new Instance('slave', name, host, port, now));
    }
  }

  /** SENTINEL FAILOVER, at one that takes it. */
  failover(random: Random): void {
    for (const sentinel of random.shuffled(this.all)) {
      const watched = sentinel.groups.get(NAME);
      if (sentinel.state !== 'running' || watched === undefined) continue;
      sentinel.enqueue(() => sentinel.failover(watched));
      return;
    }
  }

  /** SENTINEL RESET, one after another, so that most of them know each other all the time, and only while all servers are well. */
  resetLater(random: Random): void {
    let afterMs = 0;
    for (const sentinel of this.all) {
      afterMs += random.integer(500, 3_000);
      sentinel.after(afterMs, () => {
        const watched = sentinel.groups.get(NAME);
        // A former primary that does not follow yet would be forgotten, and stay a primary for ever.
        if (watched !== undefined && !watched.isFailingOver && this.group.isSettled()) sentinel.reset(watched);
      });
    }
  }

  /** One that is there no longer. A majority of those that were there first stays. */
  remove(random: Random): void {
    if (this.all.length <= this.#settings.quorum + 1) return;
    const gone = random.pick(this.all);
    this.all.splice(this.all.indexOf(gone), 1);
    gone.kill();
  }
}
