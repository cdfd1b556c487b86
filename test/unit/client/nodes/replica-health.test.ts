import assert from 'node:assert/strict';
import sinon from 'sinon';
import { ReplicaHealth, samplingMs } from '../../../../lib/client/nodes/replica-health.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Address } from '../../../../lib/options/address.js';
import { DEFAULTS } from '../../../../lib/options/defaults.js';
import type { Node } from '../../../../lib/pool/node.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { policyOf, type ReadPolicy } from '../../../../lib/routing/reads/read-preference.js';
import type { NodeState } from '../../../../lib/routing/reads/selection.js';
import type { ControlChannel } from '../../../../lib/topology/resolver-api.js';
import { makeTopology, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { primaryNode, replicaNode } from '../../topology/nodes.js';

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

const snapshotOf = (primary: number, ...replicas: readonly number[]): TopologySnapshot =>
  makeTopology('replication', [{ primary: primaryNode(primary), replicas: replicas.map((port) => replicaNode(port, primary)) }], null);

interface ScriptedServer {
  offset: number;
  replid: string;
  link: 'up' | 'down';
  /** More lines of INFO. */
  more: string;
  role: 'master' | 'slave';
  down: boolean;
}

/** A primary, 1, and its replicas, 2 and 3, as far as samples and reads are concerned. */
class ScriptedGroup implements ControlChannel {
  readonly servers = new Map<number, ScriptedServer>();
  readonly changed: number[] = [];
  readonly woken: string[] = [];
  readonly demoted: string[] = [];
  readonly nodes = new Map<
    string,
    { key: string; unreachableReason: null; avoidUntil: number; replies: number; isAlive: boolean; ping(): Promise<boolean> }
  >();
  readonly health: ReplicaHealth;
  snapshot = snapshotOf(1, 2, 3);

  constructor() {
    for (const port of [1, 2, 3]) {
      this.servers.set(port, { offset: 0, replid: 'h', link: 'up', more: '', role: port === 1 ? 'master' : 'slave', down: false });
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
    this.health = new ReplicaHealth(this, 1_000, (key) => this.nodes.get(key) as Node | undefined, {
      changed: (shard) => this.changed.push(shard),
      contradicted: (key, reason) => this.woken.push(`${key}: ${reason}`),
      demoted: (key) => this.demoted.push(key),
    });
    this.health.follow(this.snapshot);
  }

  server(port: number): ScriptedServer {
    return this.servers.get(port) ?? assert.fail();
  }

  node(port: number): Node {
    return this.nodes.get(`127.0.0.1:${port}`) as unknown as Node; // it has the fields that are read
  }

  async send(address: Address): Promise<Raw[]> {
    const server = this.server('port' in address ? address.port : 0);
    if (server.down) throw new Error('refused');
    const offsets = server.role === 'master' ? `master_repl_offset:${server.offset}` : `slave_repl_offset:${server.offset}`;
    return [
      `role:${server.role}\r\nmaster_replid:${server.replid}\r\n${offsets}\r\nmaster_link_status:${server.link}\r\n${server.more}`,
      null,
    ];
  }

  connected(): { zone: string | null } {
    return { zone: null };
  }

  state(port: number): NodeState {
    const own = this.snapshot.nodes.get(`127.0.0.1:${port}`) ?? assert.fail();
    return this.health.stateOf(own, this.node(port));
  }

  /** How old a replica is at most, in ms. */
  age(port: number): number | null {
    const { freshAt } = this.state(port);
    return freshAt === null ? null : performance.now() - freshAt;
  }
}

describe('ReplicaHealth', () => {
  for (const [facts, everyMs] of NEEDS) {
    it(`samples ${everyMs === null ? 'never' : `every ${everyMs} ms`} for ${JSON.stringify(facts)}`, () =>
      assert.equal(samplingMs(policy(facts), 1_000), everyMs));
  }

  let time: sinon.SinonFakeTimers;
  let group: ScriptedGroup;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    group = new ScriptedGroup();
  });
  afterEach(() => {
    group.health.stop();
    time.restore();
  });
  const limited = policy({ maxLagMs: 1_000 });

  it('measures the age of replicas by the offsets of the primary over time', async () => {
    assert.equal(group.age(2), null);
    group.health.used(0, limited);
    const writing = setInterval(() => {
      group.server(1).offset += 10;
      group.server(2).offset += 10;
    }, 10);
    await time.tickAsync(10_000);
    clearInterval(writing);
    assert.ok((group.age(2) ?? 9_999) <= 250);
    // Replica 3 has none of the writes.
    assert.ok(Math.abs((group.age(3) ?? 0) - 10_000) <= 250);
    assert.ok((group.state(3).lagBytes ?? 0) >= 9_700);
    assert.equal(group.state(2).lagBytes, 0);
  });

  it('lets age grow while the primary does not answer, and drops what was known with its replication id', async () => {
    group.health.used(0, limited);
    await time.tickAsync(1_000);
    group.server(1).down = true;
    await time.tickAsync(3_000);
    assert.ok((group.age(2) ?? 0) >= 2_900);
    group.server(1).down = false;
    group.server(1).replid = 'new';
    await time.tickAsync(500);
    assert.equal(group.age(2), null);
    group.server(2).replid = 'new';
    await time.tickAsync(500);
    assert.ok((group.age(2) ?? 9_999) <= 250);
  });

  it('starts without samples after a change of the primary', async () => {
    group.health.used(0, limited);
    await time.tickAsync(1_000);
    assert.notEqual(group.age(3), null);
    group.server(2).role = 'master';
    group.server(1).down = true;
    group.snapshot = snapshotOf(2, 3);
    group.health.follow(group.snapshot);
    group.server(3).replid = 'of another one';
    await time.tickAsync(1_000);
    assert.equal(group.age(3), null);
  });

  it('takes a replica that lost its primary out, but not while the primary itself does not answer', async () => {
    group.health.used(0, policy({}));
    await time.tickAsync(1_500);
    assert.equal(group.state(2).linked, true);
    group.server(2).link = 'down';
    await time.tickAsync(1_000);
    assert.equal(group.state(2).linked, false);
    assert.equal(group.health.statsOf('127.0.0.1:2').ejections, 1);
    group.server(2).link = 'up';
    await time.tickAsync(2_000);
    assert.equal(group.state(2).linked, true);
    assert.ok(group.state(2).share < 0.5);
    group.server(1).down = true;
    group.server(3).link = 'down';
    await time.tickAsync(3_000);
    assert.equal(group.state(3).linked, true);
    // Long after the last state of its link that counts, the topology decides.
    await time.tickAsync(12_000);
    assert.equal(group.state(3).linked, null);
  });

  for (const more of ['master_link_down_since_seconds:-1\r\n', 'master_sync_in_progress:1\r\n']) {
    it(`takes out a replica that may have nothing at all though the primary does not answer: ${more.trim()}`, async () => {
      group.health.used(0, policy({}));
      await time.tickAsync(1_500);
      group.server(1).down = true;
      Object.assign(group.server(2), { link: 'down', more });
      await time.tickAsync(3_000);
      assert.deepEqual([group.state(2).linked, group.state(3).linked], [false, true]);
    });
  }

  it('tells which node contradicts the topology', async () => {
    group.health.used(0, policy({}));
    await time.tickAsync(500);
    assert.deepEqual(group.woken, []);
    group.server(2).role = 'master';
    await time.tickAsync(1_000);
    assert.deepEqual(group.woken, ['127.0.0.1:2: 127.0.0.1:2 says that it is a primary']);
    assert.deepEqual(group.demoted, []);
  });

  it('tells of a primary that says that it is none', async () => {
    group.health.used(0, policy({}));
    await time.tickAsync(500);
    group.server(1).role = 'slave';
    await time.tickAsync(1_000);
    assert.equal(group.demoted[0], '127.0.0.1:1');
  });

  it('opens the breaker of a replica whose calls are given up, probes it by itself, and reports both', () => {
    const node = group.node(2) as unknown as { isAlive: boolean };
    node.isAlive = false;
    for (let i = 0; i < 3; i++) group.health.failed(group.node(2));
    assert.equal(group.state(2).tripped, true);
    assert.deepEqual(group.changed, [0]);
    return (async () => {
      await time.tickAsync(1_300);
      assert.equal(group.state(2).tripped, true);
      node.isAlive = true;
      await time.tickAsync(2_500);
      assert.equal(group.state(2).tripped, false);
      assert.ok(group.state(2).share < 0.5);
      assert.deepEqual(group.health.statsOf('127.0.0.1:2').ejections, 1);
    })();
  });

  it('counts refusals that are about the node, and not those about the command', () => {
    const say = (text: string): void => {
      (group.node(2) as unknown as { replies: number }).replies++;
      group.health.refused(group.node(2), new ReplyError(text.split(' ')[0] ?? '', text));
    };
    for (let i = 0; i < 9; i++) say('WRONGTYPE Operation against a key');
    assert.equal(group.state(2).tripped, false);
    for (let i = 0; i < 3; i++) say('BUSY Redis is busy running a script');
    assert.equal(group.state(2).tripped, true);
  });

  it('has no breaker for a primary', () => {
    for (let i = 0; i < 9; i++) group.health.failed(group.node(1));
    assert.equal(group.state(1).tripped, false);
    assert.equal(group.health.statsOf('127.0.0.1:1').breaker, 'closed');
  });

  it('opens the breaker of a replica that does not answer samples, unless it has no connection', async () => {
    group.health.used(0, policy({}));
    group.server(2).down = true;
    Object.assign(group.node(2), { isAlive: false });
    group.server(3).down = true;
    Object.assign(group.node(3), { unreachableReason: new Error('refused') });
    await time.tickAsync(3_000);
    assert.equal(group.state(2).tripped, true);
    assert.equal(group.state(3).tripped, false);
  });

  it('ends sampling a minute after the last read, but never for the limit of a domain', async () => {
    const counted = async (used: ReadPolicy): Promise<boolean> => {
      group.health.used(0, used);
      await time.tickAsync(70_000);
      const before = group.changed.length;
      await time.tickAsync(5_000);
      return group.changed.length > before;
    };
    assert.equal(await counted(policy({})), false);
    assert.equal(await counted(policy({ maxLagMs: 500, passing: true })), false);
    assert.equal(await counted(policy({ maxLagMs: 500 })), true);
  });

  it('lets a node that joins warm up, and forgets one that leaves', () => {
    group.snapshot = snapshotOf(1, 2);
    group.health.follow(group.snapshot);
    assert.equal(group.state(2).share, 1);
    group.snapshot = snapshotOf(1, 2, 3);
    group.health.follow(group.snapshot);
    assert.equal(group.state(2).share, 1);
    assert.ok(group.state(3).share < 0.2);
  });
});
