import assert from 'node:assert/strict';
import sinon from 'sinon';
import { needMs, ReplicaHealth } from '../../../../lib/client/nodes/replica-health.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Address } from '../../../../lib/options/address.js';
import { DEFAULTS } from '../../../../lib/options/defaults.js';
import type { Node } from '../../../../lib/pool/node.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { policyOf, type ReadPolicy } from '../../../../lib/routing/reads/read-preference.js';
import type { NodeState } from '../../../../lib/routing/reads/selection.js';
import type { ControlChannel } from '../../../../lib/topology/resolver-api.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { at, rules } from '../../topology/picture.js';

const policy = (facts: Partial<ReadPolicy>): ReadPolicy => ({ ...policyOf(DEFAULTS, null, {}), reads: 'replica', ...facts });

const NEEDS: readonly (readonly [facts: Partial<ReadPolicy>, everyMs: number | null])[] = [
  [{}, 1_000],
  [{ reads: 'replicaPreferred' }, 1_000],
  [{ reads: 'primaryPreferred' }, null],
  [{ reads: 'primaryPreferred', maxLagMs: 2_000 }, 500],
  [{ windowMs: 1 }, 500],
  [{ maxLagMs: 2_000 }, 500],
  [{ maxLagMs: 1_000 }, 250],
  [{ maxLagMs: 10 }, 100],
  [{ maxLagMs: 60_000 }, 1_000],
  [{ maxLagBytes: 9 }, 500],
  [{ maxLagBytes: 9, maxLagMs: 400 }, 100],
  [{ maxLagMs: 4_000, windowMs: 1 }, 500],
];

const info = (port: number, role: 'primary' | 'replica', replicaOf: number): NodeInfo =>
  rules.node({
    id: null,
    address: at(port),
    names: [],
    role,
    usable: true,
    replicaOf: role === 'primary' ? null : `127.0.0.1:${replicaOf}`,
    depth: role === 'primary' ? 0 : 1,
    priority: 100,
  });
const of = (primary: number, ...replicas: readonly number[]): TopologySnapshot =>
  makeTopology(
    'replication',
    [{ primary: info(primary, 'primary', primary), replicas: replicas.map((port) => info(port, 'replica', primary)) }],
    null,
  );

interface Fake {
  offset: number;
  history: string;
  link: 'up' | 'down';
  role: 'master' | 'slave';
  down: boolean;
}

/** A primary, 1, and its replicas, 2 and 3, as far as looks and reads are concerned. */
class World implements ControlChannel {
  readonly servers = new Map<number, Fake>();
  readonly changed: number[] = [];
  readonly woken: string[] = [];
  readonly nodes = new Map<
    string,
    { key: string; unreachableReason: null; avoidUntil: number; replies: number; isAlive: boolean; ping(): Promise<boolean> }
  >();
  readonly watch: ReplicaHealth;
  snapshot = of(1, 2, 3);

  constructor() {
    for (const port of [1, 2, 3]) {
      this.servers.set(port, { offset: 0, history: 'h', link: 'up', role: port === 1 ? 'master' : 'slave', down: false });
      const own = {
        key: `127.0.0.1:${port}`,
        unreachableReason: null,
        avoidUntil: 0,
        replies: 0,
        isAlive: true,
        ping: async () => own.isAlive,
      };
      this.nodes.set(own.key, own);
    }
    this.watch = new ReplicaHealth(this, 1_000, (key) => this.nodes.get(key) as Node | undefined, {
      changed: (shard) => this.changed.push(shard),
      wake: (reason) => this.woken.push(reason),
    });
    this.watch.follow(this.snapshot);
  }

  server(port: number): Fake {
    return this.servers.get(port) ?? assert.fail();
  }

  node(port: number): Node {
    return this.nodes.get(`127.0.0.1:${port}`) as unknown as Node; // what is asked of it is there
  }

  async send(address: Address): Promise<Raw[]> {
    const server = this.server('port' in address ? address.port : 0);
    if (server.down) throw new Error('refused');
    const offsets = server.role === 'master' ? `master_repl_offset:${server.offset}` : `slave_repl_offset:${server.offset}`;
    return [`role:${server.role}\r\nmaster_replid:${server.history}\r\n${offsets}\r\nmaster_link_status:${server.link}\r\n`, null];
  }

  connected(): { zone: string | null } {
    return { zone: null };
  }

  state(port: number): NodeState {
    const own = this.snapshot.nodes.get(`127.0.0.1:${port}`) ?? assert.fail();
    return this.watch.stateOf(own, this.node(port));
  }

  /** How old a replica is at most, in ms. */
  age(port: number): number | null {
    const { freshAt } = this.state(port);
    return freshAt === null ? null : performance.now() - freshAt;
  }
}

describe('client/read-watch', () => {
  for (const [facts, everyMs] of NEEDS) {
    it(`looks ${everyMs === null ? 'never' : `every ${everyMs} ms`} for ${JSON.stringify(facts)}`, () =>
      assert.equal(needMs(policy(facts), 1_000), everyMs));
  }

  let time: sinon.SinonFakeTimers;
  let world: World;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    world = new World();
  });
  afterEach(() => {
    world.watch.stop();
    time.restore();
  });
  const limited = policy({ maxLagMs: 1_000 });

  it('measures the age of replicas by what the primary had when', async () => {
    assert.equal(world.age(2), null);
    world.watch.used(0, limited);
    const writing = setInterval(() => {
      world.server(1).offset += 10;
      world.server(2).offset += 10;
    }, 10);
    await time.tickAsync(10_000);
    clearInterval(writing);
    assert.ok((world.age(2) ?? 9_999) <= 250);
    // Replica 3 has nothing of it.
    assert.ok(Math.abs((world.age(3) ?? 0) - 10_000) <= 250);
    assert.ok((world.state(3).lagBytes ?? 0) >= 9_700);
    assert.equal(world.state(2).lagBytes, 0);
  });

  it('lets age grow while the primary is not heard of, and drops what was known with its history', async () => {
    world.watch.used(0, limited);
    await time.tickAsync(1_000);
    world.server(1).down = true;
    await time.tickAsync(3_000);
    assert.ok((world.age(2) ?? 0) >= 2_900);
    world.server(1).down = false;
    world.server(1).history = 'new';
    await time.tickAsync(500);
    assert.equal(world.age(2), null);
    world.server(2).history = 'new';
    await time.tickAsync(500);
    assert.ok((world.age(2) ?? 9_999) <= 250);
  });

  it('begins anew with another primary', async () => {
    world.watch.used(0, limited);
    await time.tickAsync(1_000);
    assert.notEqual(world.age(3), null);
    world.server(2).role = 'master';
    world.server(1).down = true;
    world.snapshot = of(2, 3);
    world.watch.follow(world.snapshot);
    world.server(3).history = 'of another one';
    await time.tickAsync(1_000);
    assert.equal(world.age(3), null);
  });

  it('takes a replica that lost its primary out, but not while the primary itself does not answer', async () => {
    world.watch.used(0, policy({}));
    await time.tickAsync(1_500);
    assert.equal(world.state(2).linked, true);
    world.server(2).link = 'down';
    await time.tickAsync(1_000);
    assert.equal(world.state(2).linked, false);
    assert.equal(world.watch.statsOf('127.0.0.1:2').ejections, 1);
    world.server(2).link = 'up';
    await time.tickAsync(2_000);
    assert.equal(world.state(2).linked, true);
    assert.ok(world.state(2).share < 0.5);
    world.server(1).down = true;
    world.server(3).link = 'down';
    await time.tickAsync(3_000);
    assert.equal(world.state(3).linked, true);
    // Long after its last word that counts, the topology decides.
    await time.tickAsync(12_000);
    assert.equal(world.state(3).linked, null);
  });

  it('wakes the monitor when a node contradicts the topology', async () => {
    world.watch.used(0, policy({}));
    await time.tickAsync(500);
    assert.deepEqual(world.woken, []);
    world.server(2).role = 'master';
    await time.tickAsync(1_000);
    assert.deepEqual(world.woken, ['127.0.0.1:2 says that it is a primary']);
  });

  it('opens the breaker of a replica whose calls are given up, tries it by itself, and tells of both', () => {
    const node = world.node(2) as unknown as { isAlive: boolean };
    node.isAlive = false;
    for (let i = 0; i < 3; i++) world.watch.failed(world.node(2));
    assert.equal(world.state(2).tripped, true);
    assert.deepEqual(world.changed, [0]);
    return (async () => {
      await time.tickAsync(1_300);
      assert.equal(world.state(2).tripped, true);
      node.isAlive = true;
      await time.tickAsync(2_500);
      assert.equal(world.state(2).tripped, false);
      assert.ok(world.state(2).share < 0.5);
      assert.deepEqual(world.watch.statsOf('127.0.0.1:2').ejections, 1);
    })();
  });

  it('counts refusals that are about the node, and not those about the command', () => {
    const say = (text: string): void => {
      (world.node(2) as unknown as { replies: number }).replies++;
      world.watch.refused(world.node(2), new ReplyError(text.split(' ')[0] ?? '', text));
    };
    for (let i = 0; i < 9; i++) say('WRONGTYPE Operation against a key');
    assert.equal(world.state(2).tripped, false);
    for (let i = 0; i < 3; i++) say('BUSY Redis is busy running a script');
    assert.equal(world.state(2).tripped, true);
  });

  it('has no breaker for a primary', () => {
    for (let i = 0; i < 9; i++) world.watch.failed(world.node(1));
    assert.equal(world.state(1).tripped, false);
    assert.equal(world.watch.statsOf('127.0.0.1:1').breaker, 'closed');
  });

  it('opens it for a replica that does not answer looks, unless no connection can be had', async () => {
    world.watch.used(0, policy({}));
    world.server(2).down = true;
    Object.assign(world.node(2), { isAlive: false });
    world.server(3).down = true;
    Object.assign(world.node(3), { unreachableReason: new Error('refused') });
    await time.tickAsync(3_000);
    assert.equal(world.state(2).tripped, true);
    assert.equal(world.state(3).tripped, false);
  });

  it('ends looking a minute after the last read, but never for the limit of a domain', async () => {
    const counted = async (used: ReadPolicy): Promise<boolean> => {
      world.watch.used(0, used);
      await time.tickAsync(70_000);
      const before = world.changed.length;
      await time.tickAsync(5_000);
      return world.changed.length > before;
    };
    assert.equal(await counted(policy({})), false);
    assert.equal(await counted(policy({ maxLagMs: 500, passing: true })), false);
    assert.equal(await counted(policy({ maxLagMs: 500 })), true);
  });

  it('lets a node that joins warm up, and forgets one that leaves', () => {
    world.snapshot = of(1, 2);
    world.watch.follow(world.snapshot);
    assert.equal(world.state(2).share, 1);
    world.snapshot = of(1, 2, 3);
    world.watch.follow(world.snapshot);
    assert.equal(world.state(2).share, 1);
    assert.ok(world.state(3).share < 0.2);
  });
});
