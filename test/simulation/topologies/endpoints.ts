import { endpoints as endpointsTopology } from '../../../lib/index.js';
import { KeyProxy, type ProxyDialect } from '../servers/proxy/key-proxy.js';
import { TcpProxy } from '../servers/proxy/tcp-proxy.js';
import { Alone } from '../servers/redis/parts.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import type { ServerProcess } from '../servers/server-process.js';
import { hashOf, type Random } from '../time/random.js';
import type { World } from '../world.js';
import type { Deployment, DeploymentPlan, EndpointsPlan } from './deployment.js';
import { EndpointSource } from './endpoint-source.js';
import { ReplicaGroup } from './replica-group.js';
import { Operator } from './replication.js';

const PORT = 22_121;
const SERVER_PORT = 6379;
/** Between two looks of proxies at who is the primary, in ms (`inter`). */
const LOOK_MS = { least: 50, most: 2_000 };
/** Proxies that operators may add. */
const MOST_NEW = 3;

/** Errors of nutcracker 0.5.0, which was asked: those of errno, and one for a server that closes. https://github.com/twitter/twemproxy/blob/v0.5.0/src/nc_message.c (`msg_get_error`) */
const TWEMPROXY: ProxyDialect = {
  atUnknown: 'closes',
  errors: {
    refused: 'ERR Connection refused',
    ended: 'ERR unknown',
    reset: 'ERR Connection reset by peer',
    'timed out': 'ERR Connection timed out',
    unreadable: 'ERR Invalid argument',
  },
  unreadable: /^-(?:OOM|LOADING|BUSY) /,
};
/** Of nobody: what a client cannot know. */
const PLAIN: ProxyDialect = {
  atUnknown: 'refuses',
  errors: {
    refused: 'ERR no server',
    ended: 'ERR lost server',
    reset: 'ERR lost server',
    'timed out': 'ERR slow server',
    unreadable: 'ERR',
  },
  unreadable: null,
};

/** Servers behind proxies. */
interface Servers {
  readonly all: readonly RedisServer[];
  start(): void;
  isSettled(): boolean;
  primaryOf(key: string): RedisServer | null;
  readonly operations: Deployment['operations'];
}

/** Proxies, each of which serves all keys, in front of servers. */
export function deployEndpoints(world: World, plan: DeploymentPlan): Deployment {
  const { endpoints } = plan;
  if (endpoints === undefined) throw new Error('endpoints without a plan');
  const servers = plan.replicas > 0 ? groupOf(world, plan) : independentServers(world, plan, endpoints);
  const proxies = new Proxies(world, endpoints, servers);
  return {
    kind: 'endpoints',
    servers: servers.all,
    sentinels: [],
    proxies: proxies.all,
    topology: endpointsTopology(proxies.list as string[], endpoints.options),
    start: () => {
      servers.start();
      proxies.start();
    },
    isSettled: () => servers.isSettled() && proxies.areSettled(),
    primaryOf: (key) => servers.primaryOf(key),
    operations: { ...servers.operations, ...proxies.operations },
  };
}

function groupOf(world: World, plan: DeploymentPlan): Servers {
  const group = new ReplicaGroup(world, plan);
  const operator = new Operator(group);
  return {
    all: group.servers,
    start: () => {
      group.start();
      group.goOnUntil(() => group.isSettled());
    },
    isSettled: () => group.isSettled(),
    primaryOf: () => group.primaryNow(),
    operations: {
      handover: (random) => operator.handover(random),
      operatorPromotes: (random) => operator.promote(random),
    },
  };
}

function independentServers({ network, books }: World, plan: DeploymentPlan, { servers: count }: EndpointsPlan): Servers {
  const all = Array.from({ length: count }, (_, at) => {
    const server = new RedisServer(network, { host: `10.0.0.${at + 1}`, port: SERVER_PORT }, plan, books);
    // Each has a history of its own, which it may lose.
    server.replication = new Alone(String(at + 1).padStart(40, '0'));
    return server;
  });
  const isUp = ({ state, isLoading }: RedisServer): boolean => state === 'running' && !isLoading;
  return {
    all,
    start: () => {
      for (const server of all) server.start();
    },
    isSettled: () => all.every(isUp),
    primaryOf: (key) => all[hashOf(key) % all.length] ?? null,
    operations: {},
  };
}

/** The proxies, those who look after them, and what clients know of them. */
class Proxies {
  readonly all: ServerProcess[] = [];
  readonly operations: Deployment['operations'];
  readonly #source: EndpointSource;
  readonly #random: Random;
  /** Where proxies that pass bytes on lead, by the last look. */
  #target: string;
  #created = 0;

  constructor(
    private readonly world: World,
    private readonly plan: EndpointsPlan,
    private readonly servers: Servers,
  ) {
    this.#random = world.random.fork('proxies');
    this.#target = servers.all[0]?.name ?? '';
    for (let count = 0; count < plan.proxies; count++) this.#add();
    this.#source = new EndpointSource(
      world,
      this.all.map(({ name }) => name),
      this.#random.fork('source'),
    );
    const { all } = this;
    const ofFunction: Deployment['operations'] = {
      addProxy: () => {
        if (this.#created < plan.proxies + MOST_NEW) this.#add().start();
        this.#source.addresses = all.map(({ name }) => name);
      },
      removeProxy: (random) => this.#remove(random),
      listFails: (random) => this.#source.misbehave(random),
    };
    this.operations = plan.list === 'function' ? ofFunction : {};
  }

  /** As `endpoints()` takes it. */
  get list(): unknown {
    const { plan, all, world } = this;
    if (plan.list === 'function') return this.#source.ask;
    if (plan.list === 'fixed') return all.map(({ name }) => name);
    // The last has a second name.
    const hosts = [...all, ...all.slice(-1)].map(({ host }) => host);
    return hosts.map((host, at) => {
      const name = `proxy-${at + 1}.example`;
      world.network.names.set(name, [host]);
      return `${name}:${PORT}`;
    });
  }

  start(): void {
    for (const proxy of this.all) proxy.start();
    if (this.plan.proxy === 'tcp') this.#look(this.#random.integer(LOOK_MS.least, LOOK_MS.most));
  }

  areSettled(): boolean {
    const leadsRight = this.plan.proxy !== 'tcp' || this.#target === this.servers.primaryOf('')?.name;
    return leadsRight && this.all.every(({ state }) => state === 'running') && !this.#source.isMisbehaving;
  }

  /** Looks again and again where the primary is. */
  #look(everyMs: number): void {
    const primary = this.servers.primaryOf('');
    if (primary !== null && primary.name !== this.#target) {
      this.#target = primary.name;
      this.world.trace.add('operator', `proxies lead to ${primary.name}`);
      if (this.plan.endsSessions)
        for (const proxy of this.all) if (proxy instanceof TcpProxy && proxy.state === 'running') proxy.keepOnly(primary.name);
    }
    this.world.timeline.after(everyMs, () => this.#look(everyMs));
  }

  #add(): ServerProcess {
    const { world, plan, servers } = this;
    const address = { host: `10.0.2.${++this.#created}`, port: PORT };
    const { network, books } = world;
    const options = {
      servers: servers.all.map(({ name }) => name),
      timeoutMs: plan.timeoutMs,
      dialect: plan.proxy === 'twemproxy' ? TWEMPROXY : PLAIN,
    };
    const proxy =
      plan.proxy === 'tcp'
        ? new TcpProxy(network, address, { target: () => this.#target, connectMs: plan.timeoutMs })
        : new KeyProxy(network, address, options, books);
    this.all.push(proxy);
    return proxy;
  }

  /** One that is there no longer: first it leaves the list, and some time later it ends. Two stay. */
  #remove(random: Random): void {
    if (this.all.length < 3) return;
    const gone = random.pick(this.all);
    this.all.splice(this.all.indexOf(gone), 1);
    this.#source.addresses = this.all.map(({ name }) => name);
    this.world.timeline.after(random.skewed(1, 5_000), () => gone.kill());
  }
}
