import assert from 'node:assert/strict';
import sinon from 'sinon';
import { ClosedError } from '../../../lib/errors.js';
import { DEFAULTS } from '../../../lib/options/defaults.js';
import type { ReadMode, ReadRequest } from '../../../lib/options/reads.js';
import type { Fallback, ReplicaSet } from '../../../lib/options/replica-sets.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { Node } from '../../../lib/pool/node.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';
import type { KeyPrefix, ReplyKey } from '../../../lib/routing/keys/key-prefix.js';
import { policyOf, type ReadPolicy } from '../../../lib/routing/reads/read-preference.js';
import { type NodeState, UNKNOWN_STATE } from '../../../lib/routing/reads/selection.js';
import { type NodeSource, Router } from '../../../lib/routing/router.js';
import { SlotMap } from '../../../lib/topology/slot-map.js';
import { makeTopology, type NodeInfo, type Role, type Shard } from '../../../lib/topology/snapshot.js';
import { clock } from '../../../lib/util/clock.js';
import { quickConfig } from '../../integration/connection/opened.js';

const info = (name: string, role: Role, tags: Record<string, string> = {}, usable = true): NodeInfo => {
  const port = Number(name.slice(1));
  return {
    id: name,
    key: `10.0.0.1:${port}`,
    address: { host: '10.0.0.1', port },
    role,
    usable,
    replicaOf: role === 'replica' ? 'p' : null,
    depth: role === 'replica' ? 1 : 0,
    priority: 100,
    tags,
  };
};

const policy = (facts: Partial<ReadPolicy>): ReadPolicy => ({ ...policyOf(DEFAULTS, null, {}), ...facts });

/** These nodes, of which some are unreachable. */
const without = (nodes: NodeTable, ...down: readonly string[]): NodeSource => ({
  nodeOf: nodes.of,
  stateOf: (node) => ({ ...UNKNOWN_STATE, unreachableReason: down.includes(nameOf(nodes.of(node)) ?? '') ? 'down' : null }),
});

const nameOf = (node: Node | null): string | null => (node === null ? null : `n${node.key.split(':')[1]}`);

/** Real nodes, which open nothing until something is sent. */
class NodeTable {
  readonly #nodes = new Map<string, Node>();

  readonly of = ({ key, address }: NodeInfo): Node => {
    let node = this.#nodes.get(key);
    if (node === undefined) {
      const config = {
        connection: { ...quickConfig, address },
        shared: 1,
        maxExclusive: 1,
        minExclusive: 0,
        maxConnecting: 1,
        idleMs: 1_000,
        maxLifetimeMs: 0,
        acquireTimeoutMs: 0,
        reconnect: { minMs: 1, maxMs: 1 },
      };
      const silent = (): void => {};
      node = new Node(key, config, { up: silent, down: silent, lost: silent, suspect: silent, overdue: silent, backoffEnded: silent });
      this.#nodes.set(key, node);
    }
    return node;
  };
}

const shard: Shard = {
  primary: info('n1', 'primary'),
  replicas: [info('n2', 'replica', { use: 'video' }), info('n3', 'replica'), info('n4', 'replica', {}, false)],
};

interface ReadCase {
  readonly reads: ReadMode;
  readonly replicas?: readonly ReplicaSet[];
  readonly fallback?: readonly Fallback[];
  /** Unreachable nodes. */
  readonly down?: readonly string[];
  /** All nodes that may be chosen; empty: none. */
  readonly chosen: readonly string[];
}

// n4 has lost its link to the primary: never.
const readCases: readonly ReadCase[] = [
  { reads: 'primary', chosen: ['n1'] },
  { reads: 'primary', down: ['n1'], chosen: [] },
  { reads: 'primaryPreferred', chosen: ['n1'] },
  { reads: 'primaryPreferred', down: ['n1'], chosen: ['n2', 'n3'] },
  { reads: 'replica', chosen: ['n2', 'n3'] },
  { reads: 'replica', down: ['n2'], chosen: ['n3'] },
  { reads: 'replica', down: ['n2', 'n3'], chosen: [] },
  { reads: 'replica', down: ['n2', 'n3'], fallback: ['primary'], chosen: ['n1'] },
  { reads: 'replicaPreferred', chosen: ['n2', 'n3'] },
  { reads: 'replicaPreferred', down: ['n2', 'n3'], chosen: ['n1'] },
  { reads: 'replicaPreferred', down: ['n1', 'n2', 'n3'], chosen: [] },
  { reads: 'nearest', chosen: ['n1', 'n2', 'n3'] },
  { reads: 'nearest', down: ['n1'], chosen: ['n2', 'n3'] },
  { reads: 'replica', replicas: [{ tags: { use: 'video' } }], chosen: ['n2'] },
  { reads: 'replica', replicas: [{ tags: { use: 'video' } }], down: ['n2'], chosen: [] },
  { reads: 'replica', replicas: [{ tags: { use: 'video' } }], down: ['n2'], fallback: ['anyReplica'], chosen: ['n3'] },
  { reads: 'replica', replicas: [{ tags: { use: 'video' } }, { addresses: ['10.0.0.1:3'] }], down: ['n2'], chosen: ['n3'] },
  { reads: 'replica', replicas: [{ tags: { use: 'no' } }], fallback: ['anyReplica', 'primary'], down: ['n2', 'n3'], chosen: ['n1'] },
];

describe('the router', () => {
  for (const { reads, replicas = [], fallback = [], down = [], chosen } of readCases) {
    const names = [reads, ...replicas.map((set) => JSON.stringify(set)), ...fallback.map((step) => `else ${step}`)].join(' ');
    it(`sends reads with ${names}${down.length > 0 ? ` without ${down.join(', ')}` : ''} to ${chosen.join(', ') || 'nobody'}`, () => {
      const router = new Router(makeTopology('replication', [shard], null), without(new NodeTable(), ...down));
      const own = policy({ reads, replicas, fallback });
      const seen = new Set(Array.from({ length: 200 }, () => nameOf(router.pickerOf(0, own).pick())));
      assert.deepEqual([...seen].sort(), chosen.length === 0 ? [null] : [...chosen]);
    });
  }

  const primaries = ['n1', 'n2', 'n3'].map((name): Shard => ({ primary: info(name, 'primary'), replicas: [] }));
  const slots = SlotMap.fromRanges([
    { start: 0, end: 5_000, shard: 0 },
    { start: 5_001, end: 10_000, shard: 1 },
    { start: 10_001, end: 10_001, shard: 0 },
    { start: 12_000, end: 16_383, shard: 2 },
  ]);

  it('finds the shard of a slot, and none where nobody owns it', () => {
    const router = new Router(makeTopology('cluster', primaries, slots), without(new NodeTable()));
    assert.deepEqual(
      [0, 5_000, 5_001, 10_001, 11_000, 16_383].map((slot) => router.shardFor(slot)),
      [0, 0, 1, 0, -1, 2],
    );
    assert.equal(router.primaryOf(-1), null);
    assert.equal(nameOf(router.primaryOf(2)), 'n3');
  });

  it('spreads what has no slot over the shards that can be reached', () => {
    const router = new Router(makeTopology('cluster', primaries, slots), without(new NodeTable(), 'n2'));
    const counts = [0, 0, 0];
    for (let i = 0; i < 60; i++) {
      const at = router.shardFor(-1);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    assert.deepEqual(counts, [30, 0, 30]);
  });

  it('still names a shard when none can be reached: there the command waits', () => {
    const router = new Router(makeTopology('cluster', primaries, slots), without(new NodeTable(), 'n1', 'n2', 'n3'));
    assert.ok(router.shardFor(-1) >= 0);
  });

  it('knows one slot of each shard that has any', () => {
    const empty: Shard = { primary: info('n9', 'primary'), replicas: [] };
    const router = new Router(makeTopology('cluster', [...primaries, empty], slots), without(new NodeTable()));
    assert.deepEqual(router.slotOfEachShard(), [0, 5_001, 12_000]);
    assert.deepEqual(router.primariesWithoutSlots(), [empty.primary?.key]);
    assert.ok(
      Array.from({ length: 50 }, () => router.shardFor(-1)).every((at) => at < 3),
      'what has no keys goes to those that have slots',
    );
    const apart = new Router(makeTopology('cluster', [...primaries, empty], slots), without(new NodeTable(), 'n9'));
    assert.deepEqual(apart.primariesWithoutSlots(), []);
  });

  it('sends what has no keys to anybody while nobody has slots', () => {
    const router = new Router(makeTopology('cluster', primaries, SlotMap.fromRanges([])), without(new NodeTable()));
    assert.deepEqual([1, 2, 3].map(() => router.shardFor(-1)).sort(), [0, 1, 2]);
  });

  it('sends everything to the one shard where there are no slots', () => {
    const router = new Router(makeTopology('single', [shard], null), without(new NodeTable()));
    assert.deepEqual([router.shardFor(-1), router.shardFor(77)], [0, 0]);
    assert.deepEqual(router.slotOfEachShard(), [-1]);
  });

  it('knows no primary where the topology names none', () => {
    const router = new Router(makeTopology('sentinel', [{ primary: null, replicas: shard.replicas }], null), without(new NodeTable()));
    assert.equal(router.primaryOf(0), null);
    assert.ok(router.pickerOf(0, policy({ reads: 'replicaPreferred' })).pick() !== null);
  });

  it('chooses the less loaded of two', () => {
    const nodes = new NodeTable();
    const router = new Router(makeTopology('replication', [shard], null), without(nodes));
    const [busy] = shard.replicas;
    assert.ok(busy !== undefined);
    const node = nodes.of(busy);
    Object.defineProperty(node, 'load', { get: () => 100 });
    const own = policy({ reads: 'replica' });
    const seen = new Set(Array.from({ length: 100 }, () => nameOf(router.pickerOf(0, own).pick())));
    assert.deepEqual([...seen], ['n3']);
    node.destroy(new ClosedError('over'));
  });

  describe('keeps the candidates of a policy and shard', () => {
    let asked: number;
    let states: Record<string, Partial<NodeState>>;
    let router: Router;
    let used: [shard: number, policy: ReadPolicy][];
    afterEach(() => {
      sinon.restore();
      clock.expireNow();
    });
    beforeEach(() => {
      asked = 0;
      states = {};
      used = [];
      const nodes = new NodeTable();
      router = new Router(makeTopology('replication', [shard, { primary: info('n7', 'primary'), replicas: [] }], null), {
        nodeOf: nodes.of,
        stateOf: (node) => {
          asked++;
          return { ...UNKNOWN_STATE, ...states[nameOf(nodes.of(node)) ?? ''] };
        },
        used: (at, own) => used.push([at, own]),
      });
    });
    const namesOf = (own: ReadPolicy): (string | null)[] => router.pickerOf(0, own).nodes.map(nameOf);

    it('until the states of that shard change', () => {
      const own = policy({ reads: 'replica' });
      assert.deepEqual(namesOf(own), ['n2', 'n3']);
      const before = asked;
      states = { n2: { unreachableReason: 'gone' } };
      for (let i = 0; i < 100; i++) assert.deepEqual(namesOf(own), ['n2', 'n3']);
      router.invalidate(1);
      assert.deepEqual(namesOf(own), ['n2', 'n3']);
      assert.equal(asked, before);
      router.invalidate(0);
      assert.deepEqual(namesOf(own), ['n3']);
      assert.deepEqual(used, [
        [0, own],
        [0, own],
      ]);
    });

    it('and tells nobody that a shard is used which nobody has: of a slot without an owner', () => {
      assert.deepEqual(router.pickerOf(-1, policy({ reads: 'replica' })).nodes, []);
      assert.deepEqual(used, []);
    });

    it('until one of them is too far behind, though there was no sample of it', () => {
      const time = sinon.useFakeTimers({ toFake: ['performance'] });
      const own = policy({ reads: 'replica', maxLagMs: 60 });
      states = { n2: { freshAt: performance.now() }, n3: { freshAt: performance.now() + 60_000 } };
      assert.deepEqual(namesOf(own), ['n2', 'n3']);
      time.tick(80);
      clock.expireNow();
      assert.deepEqual(namesOf(own), ['n3']);
    });

    it('until the health of any node changes', () => {
      const own = policy({ reads: 'replica' });
      assert.deepEqual(namesOf(own), ['n2', 'n3']);
      states = { n2: { unreachableReason: 'gone' } };
      router.invalidateAll();
      assert.deepEqual(namesOf(own), ['n3']);
    });

    it('and tells whether somebody may have waited for a change', () => {
      states = { n2: { unreachableReason: 'gone' }, n3: { unreachableReason: 'gone' } };
      assert.deepEqual(namesOf(policy({ reads: 'replica' })), []);
      assert.deepEqual(namesOf(policy({ reads: 'primary' })), ['n1']);
      assert.deepEqual([router.invalidate(1), router.invalidate(0), router.invalidate(0)], [false, true, false]);
    });

    it('and tells whether only a fallback serves', () => {
      const own = policy({ reads: 'replica', replicas: [{ tags: { use: 'video' } }], fallback: ['primary'] });
      assert.deepEqual([router.pickerOf(0, own).isFallback, router.pickerOf(0, own).step?.name], [false, 'replica']);
      states = { n2: { unreachableReason: 'gone' } };
      router.invalidate(0);
      assert.deepEqual([router.pickerOf(0, own).isFallback, router.pickerOf(0, own).step?.name], [true, 'primary']);
    });

    it('describes them to a function, with the keys as the program names them', () => {
      const requests: ReadRequest[] = [];
      const choose = (read: ReadRequest): string => {
        requests.push(read);
        return read.candidates[1]?.key ?? '';
      };
      states = { n2: { rttMs: 0.5, zone: 'x', lagBytes: 7 } };
      const own = policy({ reads: 'nearest', choose });
      const [video = null] = resolveOptions({ domains: { video: {} } }).domains;
      const prefix: KeyPrefix = { of: () => 'app:', strip: <T extends ReplyKey>(key: T): T => key.toString().slice(4) as T };
      const { spec, args } = specOf(['GET', 'app:k']);
      assert.equal(nameOf(router.askFunction(0, spec, args, { policy: own, domain: video, prefix })), 'n2');
      const [request] = requests;
      assert.deepEqual([request?.command, request?.keys, request?.domain], ['GET', ['k'], 'video']);
      assert.deepEqual(request?.candidates[1], {
        key: '10.0.0.1:2',
        address: { host: '10.0.0.1', port: 2 },
        role: 'replica',
        tags: { use: 'video' },
        zone: 'x',
        priority: 0,
        weight: 1,
        rttMs: 0.5,
        lagMs: null,
        lagBytes: 7,
        inFlight: 0,
      });
      assert.ok(request !== undefined && Object.isFrozen(request) && request.candidates.every(Object.isFrozen));
      states = { n1: { unreachableReason: 'x' }, n2: { unreachableReason: 'x' }, n3: { unreachableReason: 'x' } };
      router.invalidate(0);
      assert.equal(router.askFunction(0, spec, args, { policy: own, domain: null, prefix: null }), null);
      assert.equal(requests.length, 1);
    });
  });
});
