import assert from 'node:assert/strict';
import { SentinelAccess } from '../../lib/client/nodes/sentinel-access.js';
import { TopologyError } from '../../lib/errors.js';
import { addressKey } from '../../lib/options/address.js';
import type { ClientOptions } from '../../lib/options/client-options.js';
import { resolveOptions } from '../../lib/options/resolve.js';
import { cluster, replication, sentinel, single } from '../../lib/options/topology.js';
import { ControlByAccess } from '../../lib/topology/control/control-by-access.js';
import { ControlConnections } from '../../lib/topology/control/control-connections.js';
import { SentinelConnections } from '../../lib/topology/control/sentinel-connections.js';
import { Monitor } from '../../lib/topology/monitor.js';
import { createResolver } from '../../lib/topology/resolver.js';
import type { NodeInfo, TopologySnapshot } from '../../lib/topology/snapshot.js';
import { clientTls } from '../support/certificates.js';
import { Cluster } from '../support/cluster.js';
import { ReplicationGroup } from '../support/replication.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

/** A monitor over real connections, as the client has one. */
class Watched {
  readonly control: ControlConnections;
  readonly sentinels: SentinelAccess;
  readonly monitor: Monitor;
  readonly errors: unknown[] = [];
  readonly changes: { readonly atMs: number; readonly primaries: readonly string[] }[] = [];
  probes = 0;

  constructor(options: ClientOptions) {
    const resolved = resolveOptions(options);
    this.control = new ControlConnections(resolved);
    this.sentinels = new SentinelAccess(resolved, (error) => this.errors.push(error));
    this.monitor = new Monitor(createResolver(resolved), new ControlByAccess(this.control, this.sentinels.connections), {
      periodMs: resolved.monitor.periodMs,
      onSnapshot: (next) => this.changes.push({ atMs: performance.now(), primaries: primariesOf(next) }),
      onError: (error) => this.errors.push(error),
      onProbe: () => {
        this.probes++;
      },
    });
  }

  static async start(options: ClientOptions): Promise<Watched> {
    const watched = new Watched(options);
    try {
      await watched.monitor.start();
      return watched;
    } catch (error) {
      watched[Symbol.dispose]();
      throw error;
    }
  }

  get snapshot(): TopologySnapshot {
    assert.ok(this.monitor.snapshot !== null);
    return this.monitor.snapshot;
  }

  get replicas(): readonly NodeInfo[] {
    return this.snapshot.shards.flatMap((shard) => shard.replicas);
  }

  /** When the snapshot first had this primary. */
  async sees(primary: string): Promise<number> {
    const change = await until(() => this.changes.find(({ primaries }) => primaries.includes(primary)), {
      timeoutMs: 15_000,
      everyMs: 5,
      what: `${primary} is seen as primary`,
    });
    return change.atMs;
  }

  [Symbol.dispose](): void {
    this.monitor.stop();
    this.control.destroy();
    this.sentinels.destroy();
  }
}

function primariesOf({ shards }: TopologySnapshot): string[] {
  return shards.flatMap(({ primary }) => (primary === null ? [] : [primary.key]));
}

const keysOf = (servers: readonly Server[]): string[] => servers.map(addressKey).sort();
const usable = (nodes: readonly NodeInfo[]): string[] =>
  nodes
    .filter((node) => node.usable)
    .map(({ key }) => key)
    .sort();

/** When the condition first held, asked every few ms beside the monitor. */
async function firstMs(condition: () => Promise<boolean>): Promise<number> {
  await until(condition, { timeoutMs: 20_000, everyMs: 5 });
  return performance.now();
}

/** How long after the servers the monitor may notice. Seen are 5 to 60 ms; two busy cores need room. */
const SOON_MS = 250;

describe('the topology of real servers: single', () => {
  it('is its server, whatever its role', async () => {
    await using group = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = group.replicas;
    assert.ok(replica !== undefined);
    using asPrimary = await Watched.start({ topology: single(`redis://${group.primary.address}`) });
    using asReplica = await Watched.start({ topology: single(`redis://${replica.address}`) });
    assert.deepEqual(asPrimary.snapshot.shards[0]?.primary?.role, 'primary');
    assert.deepEqual([asReplica.snapshot.shards[0]?.primary?.role, asReplica.replicas.length], ['replica', 1]);
  });

  it('is found by a user who may hardly do anything', async () => {
    await using server = await Server.start();
    await server.ask('ACL', 'SETUSER', 'poor', 'on', '>secret', '+get', '~*');
    using watched = await Watched.start({ topology: single(`redis://${server.address}`), username: 'poor', password: 'secret' });
    assert.deepEqual(primariesOf(watched.snapshot), [server.address]);
  });

  it('is found on a socket file', async () => {
    await using server = await Server.start({ unixSocket: true });
    using watched = await Watched.start({ topology: single(`unix://${server.socketPath}`) });
    assert.deepEqual(primariesOf(watched.snapshot), [server.socketPath]);
  });
});

describe('the topology of real servers: replication', () => {
  let group: ReplicationGroup;
  before(async () => {
    group = await ReplicationGroup.start({ replicas: 2, cascaded: 1 });
  });
  after(() => group.stop());

  it('is found from any member, with replicas of replicas', async () => {
    for (const seed of group.servers) {
      using watched = await Watched.start({ topology: replication([`redis://${seed.address}`]) });
      assert.deepEqual(primariesOf(watched.snapshot), [group.primary.address]);
      assert.deepEqual(usable(watched.replicas), keysOf([...group.replicas, ...group.cascaded]));
      assert.deepEqual(usable(watched.replicas.filter(({ depth }) => depth === 2)), keysOf(group.cascaded));
    }
  });

  it('has each server once, under the name it announces', async () => {
    const seeds = group.servers.flatMap(({ port }) => [`redis://localhost:${port}`, `redis://127.0.0.1:${port}`]);
    using watched = await Watched.start({ topology: replication(seeds) });
    assert.equal(watched.snapshot.nodes.size, group.servers.length);
  });

  it('follows a change of roles that was made by hand, and waits while two call themselves primary', async () => {
    await using other = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = other.replicas;
    assert.ok(replica !== undefined);
    using watched = await Watched.start({ topology: replication([`redis://${other.primary.address}`, `redis://${replica.address}`]) });
    await replica.ask('REPLICAOF', 'NO', 'ONE');
    watched.monitor.wake('test');
    await until(() => watched.snapshot.problem?.code === 'ERR_SPLIT_GROUP');
    assert.deepEqual(primariesOf(watched.snapshot), []);
    await other.primary.ask('REPLICAOF', replica.host, replica.port);
    const servedMs = performance.now();
    const seenMs = await watched.sees(replica.address);
    assert.ok(seenMs - servedMs < SOON_MS, `${seenMs - servedMs} ms`);
    await until(() => usable(watched.replicas).includes(other.primary.address));
    assert.equal(watched.snapshot.problem, undefined);
  });
});

describe('the topology of real servers: sentinel', () => {
  const start = (group: SentinelGroup, sentinels = group.sentinels): Promise<Watched> =>
    Watched.start({ topology: sentinel(keysOf(sentinels), group.name) });

  it('is found from one sentinel', async () => {
    await using group = await SentinelGroup.start();
    using watched = await start(group, group.sentinels.slice(0, 1));
    const primary = await group.primary();
    assert.deepEqual(primariesOf(watched.snapshot), [primary.address]);
    assert.deepEqual(usable(watched.replicas), keysOf(await group.replicas()));
  });

  for (const [how, hurt] of [
    ['killed', (server: Server) => server.kill()],
    ['stopped', async (server: Server) => server.pause()],
  ] as const) {
    it(`is right again soon after the sentinels name a new primary for one that was ${how}`, async () => {
      await using group = await SentinelGroup.start({ downAfterMs: 1_000 });
      using watched = await start(group);
      const old = await group.primary();
      await hurt(old);
      watched.monitor.suspect(old.address);
      let next: Server | undefined;
      const namedMs = await firstMs(async () => {
        const answers = await Promise.all(group.sentinels.map((one) => one.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', group.name)));
        const ports = answers.flatMap((answer) => (Array.isArray(answer) ? [Number(answer[1])] : []));
        next = group.nodes.find(({ port }) => port !== old.port && ports.includes(port));
        return next !== undefined;
      });
      assert.ok(next !== undefined);
      const seenMs = await watched.sees(next.address);
      assert.ok(seenMs - namedMs < SOON_MS, `${Math.round(seenMs - namedMs)} ms`);
      old.resume();
    });
  }

  it('notices SENTINEL FAILOVER by itself, before any node is suspected', async () => {
    await using group = await SentinelGroup.start();
    using watched = await start(group);
    const old = await group.primary();
    const [first] = group.sentinels;
    await first?.ask('SENTINEL', 'FAILOVER', group.name);
    let next: Server | undefined;
    const namedMs = await firstMs(async () => {
      const answers = await Promise.all(group.sentinels.map((one) => one.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', group.name)));
      const ports = answers.flatMap((answer) => (Array.isArray(answer) ? [Number(answer[1])] : []));
      next = group.nodes.find(({ port }) => port !== old.port && ports.includes(port));
      return next !== undefined;
    });
    const seenMs = await watched.sees(next?.address ?? '');
    assert.ok(seenMs - namedMs < SOON_MS, `${Math.round(seenMs - namedMs)} ms`);
  });

  it('survives that all sentinels are restarted', async () => {
    await using group = await SentinelGroup.start();
    using watched = await start(group);
    await Promise.all(group.sentinels.map((one) => one.kill()));
    await until(() => watched.errors.length > 0);
    assert.equal((watched.errors[0] as TopologyError).code, 'ERR_NO_SENTINEL_REACHABLE');
    assert.equal(primariesOf(watched.snapshot).length, 1, 'what was known stays known');
    await Promise.all(group.sentinels.map((one) => one.restart()));
    const before = watched.probes;
    await until(() => watched.probes > before + 1);
    const next = await group.failover();
    await watched.sees(next.address);
  });
});

describe('the topology of real servers: cluster', () => {
  it('has the replicas that nothing was ever written to', async () => {
    await using group = await Cluster.start({ replicasInSlots: false });
    using watched = await Watched.start({ topology: cluster(group.servers.slice(0, 1).map(({ address }) => `redis://${address}`)) });
    await until(() => usable(watched.replicas).length === 3);
    assert.equal(watched.snapshot.shards.length, 3);
    assert.equal(watched.snapshot.slots?.uncovered, 0);
  });

  it('is found although one seed is dead, one no host and one hangs', async () => {
    await using group = await Cluster.start({ replicas: 0 });
    await using hung = await Server.start();
    hung.pause();
    const [first] = group.servers;
    const seeds = ['redis://127.0.0.1:1', 'redis://no-such-host.invalid:7000', `redis://${hung.address}`, `redis://${first?.address}`];
    using watched = await Watched.start({ topology: cluster(seeds) });
    assert.equal(primariesOf(watched.snapshot).length, 3);
  });

  for (const [how, hurt] of [
    ['killed', (server: Server) => server.kill()],
    ['stopped', async (server: Server) => server.pause()],
  ] as const) {
    it(`is right again soon after a replica took over from a primary that was ${how}`, async () => {
      await using group = await Cluster.start({ nodeTimeoutMs: 1_000 });
      using watched = await Watched.start({ topology: cluster(group.servers.map(({ address }) => `redis://${address}`)) });
      await until(() => usable(watched.replicas).length === 3);
      const { primary, replicas } = await group.shardForSlot(0);
      const [heir] = replicas;
      assert.ok(heir !== undefined);
      await hurt(primary);
      watched.monitor.suspect(primary.address);
      const tookOverMs = await firstMs(async () => (await heir.info('replication')).role === 'master');
      const seenMs = await watched.sees(heir.address);
      assert.ok(seenMs - tookOverMs < SOON_MS, `${Math.round(seenMs - tookOverMs)} ms`);
      assert.equal(watched.snapshot.shards[watched.snapshot.slots?.shardOf(0) ?? -1]?.primary?.key, heir.address);
      primary.resume();
    });
  }

  it('knows moved slots after one MOVED, and only patches the slot until then', async () => {
    await using group = await Cluster.start({ replicas: 0 });
    using watched = await Watched.start({ topology: cluster(group.servers.map(({ address }) => `redis://${address}`)) });
    const from = await group.nodeForSlot(0);
    const to = await group.nodeForSlot(16_383);
    await group.moveSlots(from, to, 0, 9);
    const ownerOf = (slot: number): string | undefined =>
      watched.snapshot.shards[watched.snapshot.slots?.shardOf(slot) ?? -1]?.primary?.key;
    assert.equal(ownerOf(3), from.address, 'nobody told the monitor');
    watched.monitor.slotMoved(3, to);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    assert.deepEqual([2, 3, 4].map(ownerOf), [from.address, to.address, from.address]);
    await until(() => ownerOf(9) === to.address, { timeoutMs: 1_000 });
    assert.equal(ownerOf(10), from.address);
  });

  it('is found over TLS, by the TLS ports', async () => {
    await using group = await Cluster.start({ replicas: 0, server: { tls: true } });
    const seeds = group.servers.map(({ tlsPort }) => `rediss://127.0.0.1:${tlsPort}`);
    using watched = await Watched.start({ topology: cluster(seeds.slice(0, 1)), tls: clientTls() });
    assert.deepEqual(primariesOf(watched.snapshot).sort(), seeds.map((seed) => seed.replace('rediss://', '')).sort());
  });
});

describe('control connections', () => {
  let server: Server;
  let control: ControlConnections;
  beforeEach(async () => {
    server = await Server.start();
    control = new ControlConnections(resolveOptions({ topology: single(`redis://${server.address}`), clientName: 'control' }));
  });
  afterEach(async () => {
    control.destroy();
    await server.stop();
  });

  const open = async (): Promise<number> => String(await server.ask('CLIENT', 'LIST')).split('name=control').length - 1;

  it('are one an address, and error replies are values in their place', async () => {
    const [first, second] = await Promise.all([control.send(server, [['PING'], ['NONSENSE'], ['PING']]), control.send(server, [['ROLE']])]);
    assert.deepEqual([first[0], first[1] instanceof Error, first[2], Array.isArray(second[0])], ['PONG', true, 'PONG', true]);
    assert.equal(await open(), 1);
  });

  it('are opened anew after a question that nobody answered', async () => {
    await control.send(server, [['PING']]);
    server.pause();
    await assert.rejects(control.send(server, [['PING']], { timeoutMs: 50 }), { code: 'ERR_TIMEOUT' });
    server.resume();
    assert.deepEqual(await control.send(server, [['PING']]), ['PONG']);
    await until(async () => (await open()) === 1);
  });

  it('close when the node left', async () => {
    await control.send(server, [['PING']]);
    control.forget(server);
    await until(async () => (await open()) === 0);
    assert.deepEqual(await control.send(server, [['PING']]), ['PONG']);
  });

  it('refuse questions after the end', async () => {
    control.destroy();
    await assert.rejects(control.send(server, [['PING']]), { code: 'ERR_CLOSED' });
  });

  it('hear messages from the moment they are ready, and nothing after their end', async () => {
    const messages: string[] = [];
    let end = (): void => {};
    await new Promise<void>((ready, lost) => {
      end = control.subscribe(server, ['a', 'b'], { ready, message: (...words) => messages.push(words.join(' ')), lost });
    });
    assert.equal(await server.ask('PUBLISH', 'b', 'hello'), 1);
    await until(() => messages.length > 0);
    assert.deepEqual(messages, ['b hello']);
    end();
    await until(async () => (await server.ask('PUBLISH', 'b', 'again')) === 0);
    assert.deepEqual(messages, ['b hello']);
  });

  for (const [how, hurt] of [
    ['dies', (one: Server) => one.kill()],
    ['hangs', async (one: Server) => one.pause()],
  ] as const) {
    it(`tell that a subscription is lost when the server ${how}`, async () => {
      let isLost = false;
      await new Promise<void>((ready) => {
        const lost = (): void => {
          isLost = true;
        };
        control.subscribe(server, ['a'], { ready, message: () => {}, lost });
      });
      await hurt(server);
      await until(() => isLost, { timeoutMs: 4_000 });
    });
  }
});

describe('subscriptions to sentinels', () => {
  it('are shared by who listens to the same channels: told to each, lost by each, ended by the last', async () => {
    // Any server publishes.
    await using server = await Server.start();
    const options = resolveOptions({ topology: single(server.address) });
    const connections = new SentinelConnections(options);
    try {
      const heard: string[] = [];
      const listen = (name: string, channel = 'a'): (() => void) =>
        connections.subscribe(server, [channel], {
          ready: () => heard.push(`${name} ready`),
          message: (_channel, payload) => heard.push(`${name} ${payload}`),
          lost: () => heard.push(`${name} lost`),
        });
      const publish = (channel: string, payload: string): Promise<unknown> => server.ask('PUBLISH', channel, payload);
      const leave = listen('one');
      await until(() => heard.length === 1);
      const leaveToo = listen('two');
      listen('other', 'b');
      await until(() => heard.length === 3);
      assert.deepEqual(heard, ['one ready', 'two ready', 'other ready']);
      assert.equal(await publish('a', '1'), 1, 'one connection');
      await until(() => heard.length === 5);
      assert.deepEqual(heard.slice(3), ['one 1', 'two 1']);
      leave();
      leave();
      assert.equal(await publish('a', '2'), 1);
      await until(() => heard.length === 6);
      listen('silent')();
      leaveToo();
      await until(async () => (await publish('a', '3')) === 0, { what: 'nobody listens any more' });
      listen('late');
      listen('later');
      await until(() => heard.length === 8);
      await server.kill();
      await until(() => heard.length === 11);
      assert.deepEqual(heard.slice(5, 8), ['two 2', 'late ready', 'later ready']);
      assert.deepEqual(heard.slice(8).sort(), ['late lost', 'later lost', 'other lost']);
      await server.restart();
      listen('again');
      await until(() => heard.length === 12);
      assert.equal(heard[11], 'again ready');
    } finally {
      connections.destroy();
    }
  });
});

describe('servers of another kind than the topology says', () => {
  let data: Server;
  let member: Cluster;
  let group: SentinelGroup;
  before(async () => {
    [data, member, group] = await Promise.all([
      Server.start({ password: 'secret' }),
      Cluster.start({ replicas: 0 }),
      SentinelGroup.start({ replicas: 1 }),
    ]);
  });
  after(() => Promise.all([data.stop(), member.stop(), group.stop()]));

  const addressOf = (server: Server | undefined): string => `redis://${server?.address}`;
  const cases: readonly (readonly [what: string, options: () => ClientOptions, code: string])[] = [
    ['single at a sentinel', () => ({ topology: single(addressOf(group.sentinels[0])) }), 'ERR_IS_A_SENTINEL'],
    ['single at a cluster node', () => ({ topology: single(addressOf(member.servers[0])) }), 'ERR_IS_A_CLUSTER'],
    ['single where nobody listens', () => ({ topology: single('redis://127.0.0.1:1') }), 'ERR_PRIMARY_UNREACHABLE'],
    ['single without the password', () => ({ topology: single(addressOf(data)) }), 'ERR_AUTH'],
    ['single with a wrong password', () => ({ topology: single(addressOf(data)), password: 'wrong' }), 'ERR_AUTH'],
    ['replication at a sentinel', () => ({ topology: replication([addressOf(group.sentinels[0])]) }), 'ERR_IS_A_SENTINEL'],
    ['replication at a cluster node', () => ({ topology: replication([addressOf(member.servers[0])]) }), 'ERR_IS_A_CLUSTER'],
    ['replication where nobody listens', () => ({ topology: replication(['redis://127.0.0.1:1']) }), 'ERR_NO_SEED_REACHABLE'],
    ['cluster at a server without cluster mode', () => ({ topology: cluster([addressOf(data)]), password: 'secret' }), 'ERR_NOT_A_CLUSTER'],
    ['cluster at a sentinel', () => ({ topology: cluster([addressOf(group.sentinels[0])]) }), 'ERR_IS_A_SENTINEL'],
    [
      'cluster where nobody listens',
      () => ({ topology: cluster(['redis://127.0.0.1:1', 'redis://127.0.0.1:2']) }),
      'ERR_NO_SEED_REACHABLE',
    ],
    ['cluster with a wrong password', () => ({ topology: cluster([addressOf(data)]), password: 'wrong' }), 'ERR_AUTH'],
    ['sentinel at a data server', () => ({ topology: sentinel([group.nodes[0]?.address ?? ''], group.name) }), 'ERR_NOT_A_SENTINEL'],
    ['sentinel with an unknown name', () => ({ topology: sentinel(keysOf(group.sentinels), 'nobody') }), 'ERR_PRIMARY_NAME_UNKNOWN'],
    ['sentinel where nobody listens', () => ({ topology: sentinel(['127.0.0.1:1'], group.name) }), 'ERR_NO_SENTINEL_REACHABLE'],
  ];
  for (const [what, options, code] of cases) {
    it(`${what}: ${code}`, async () => {
      await assert.rejects(Watched.start(options()), (error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error);
        assert.equal(error.code, code, error.message);
        if (error instanceof TopologyError && /UNREACHABLE|REACHABLE$/.test(code)) assert.ok(error.causes.length > 0);
        return true;
      });
    });
  }
});
