import { RedisServer } from '../servers/redis/redis-server.js';
import type { History } from '../servers/replication/history.js';
import { type Address, keyOf } from '../servers/replication/messages.js';
import type { ReplicationOptions } from '../servers/replication/options.js';
import { PrimaryLog } from '../servers/replication/primary-log.js';
import { Replication } from '../servers/replication/replication.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import type { DeploymentPlan } from './deployment.js';

const PORT = 6379;
/** Things that happen until servers are ready, at most. */
const MOST_STEPS = 100_000;

/** A server of data with its part in replication. */
export interface Member {
  readonly server: RedisServer;
  readonly replication: Replication;
}

/** A primary with its replicas: each on a host of its own. */
export class ReplicaGroup {
  readonly log: PrimaryLog<RedisServer>;
  readonly members: Member[] = [];
  readonly servers: RedisServer[] = [];
  readonly random: Random;
  readonly #options: Partial<ReplicationOptions>;
  #created = 0;

  constructor(
    readonly world: World,
    private readonly plan: DeploymentPlan,
  ) {
    const { place } = plan;
    this.random = world.random.fork(place === undefined ? 'replica group' : `replica group ${place}`);
    this.log = new PrimaryLog((address) => this.#primaryAt(address));
    this.#options = drawOptions(this.random);
    const primary = this.#add();
    for (let count = 0; count < plan.replicas; count++) this.#add().replication.begin(primary.replication);
  }

  get addresses(): Address[] {
    return this.servers.map(({ host, port }) => ({ host, port }));
  }

  /** The primary by the servers' own rules: it may be dead. */
  get reigning(): Member | null {
    return this.memberOf(this.log.last?.server);
  }

  memberOf(server: RedisServer | undefined): Member | null {
    return this.members.find((member) => member.server === server) ?? null;
  }

  primaryNow(): RedisServer | null {
    const reign = this.log.last;
    return reign?.until === Number.POSITIVE_INFINITY ? reign.server : null;
  }

  start(): void {
    for (const { server } of this.members) server.start();
  }

  /** Time goes on until this is so, without anybody else. */
  goOnUntil(isReady: () => boolean): void {
    for (let step = 0; !isReady(); step++) {
      if (step > MOST_STEPS) throw new Error('the servers do not become ready');
      this.world.timeline.step();
    }
  }

  /** One primary, whom all others follow, also by way of others. */
  isSettled(): boolean {
    const primary = this.primaryNow();
    if (primary === null) return false;
    return this.members.every(({ server, replication }) => {
      if (server.state !== 'running' || server.isLoading || replication.failover.phase !== 'no-failover') return false;
      if (server === primary) return replication.isPrimary;
      return replication.upstream?.state === 'connected' && replication.lineage.history === this.log.last?.history;
    });
  }

  /** Replicas that run, in an order that chance gives. */
  runningReplicas(random: Random): Member[] {
    return random.shuffled(this.members.filter(({ server, replication }) => server.state === 'running' && !replication.isPrimary));
  }

  /** Those that follow the primary, and not another replica. */
  directReplicas(): RedisServer[] {
    const primary = this.primaryNow()?.host;
    return this.members.flatMap(({ server, replication }) => (replication.upstream?.primary.host === primary ? [server] : []));
  }

  // --- what operators do

  /** A new server, which gets all data first. */
  addReplica(): void {
    const { reigning } = this;
    if (reigning === null) return;
    const { server, replication } = this.#add();
    replication.configure(reigning.server);
    server.start();
  }

  /** A replica that is there no longer. One stays, and nobody takes one away that may be about to become the primary. */
  removeReplica(random: Random): void {
    if (this.members.some(({ replication }) => replication.failover.phase !== 'no-failover')) return;
    const replicas = this.runningReplicas(random);
    const [gone] = replicas;
    if (gone === undefined || replicas.length < 2) return;
    this.members.splice(this.members.indexOf(gone), 1);
    this.servers.splice(this.servers.indexOf(gone.server), 1);
    gone.server.kill();
  }

  /** By hand, at the server. */
  tell(member: Member, command: (replication: Replication) => void): void {
    member.server.enqueue(() => {
      if (!member.server.isLoading) command(member.replication);
    });
  }

  #add(): Member {
    const { world, plan } = this;
    const address = { host: `10.${plan.place ?? 0}.0.${++this.#created}`, port: PORT };
    const server = new RedisServer(world.network, address, plan, world.books);
    const replication = new Replication(server, this.log, this.#options);
    server.replication = replication;
    if (plan.hasTls) server.tls = 'ok';
    this.members.push({ server, replication });
    this.servers.push(server);
    return { server, replication };
  }

  #primaryAt(address: Address): { readonly server: RedisServer; readonly history: History } | null {
    const member = this.members.find(({ server }) => server.name === keyOf(address));
    if (member === undefined || !member.replication.isPrimary || member.server.state === 'dead') return null;
    return { server: member.server, history: member.replication.lineage.history };
  }
}

/** Options of the servers: mostly the defaults, and those that change what clients see. */
function drawOptions(random: Random): Partial<ReplicationOptions> {
  return {
    servesStaleData: random.chance(0.75),
    // Small ones make replicas begin anew after a short cut.
    backlogBytes: random.pick([1_048_576, 1_048_576, 16_384, 2_048]),
    timeoutMs: random.pick([60_000, 10_000, 5_000]),
  };
}
