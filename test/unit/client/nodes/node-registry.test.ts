import assert from 'node:assert/strict';
import sinon from 'sinon';
import { NodeRegistry } from '../../../../lib/client/nodes/node-registry.js';
import { ClosedError } from '../../../../lib/errors.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import type { Call } from '../../../../lib/protocol/call.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import { makeTopology, type TopologySnapshot, withMoved } from '../../../../lib/topology/snapshot.js';
import { at, keyOf, primaryNode, replicaNode } from '../../topology/nodes.js';

const nothing = (): void => {};
const events = { up: nothing, down: nothing, suspect: nothing, stalling: nothing, lost: nothing, overdue: nothing, backoffEnded: nothing };
const clusterOf = (...ports: readonly number[]): TopologySnapshot =>
  makeTopology(
    'cluster',
    ports.map((port) => ({ primary: primaryNode(port), replicas: [] })),
    SlotMap.fromRanges([{ start: 0, end: 16_383, shard: 0 }]),
  );

describe('NodeRegistry, of nodes that only redirections name', () => {
  const known = clusterOf(7000, 7001);
  let time: sinon.SinonFakeTimers;
  let registry: NodeRegistry;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    registry = new NodeRegistry(resolveOptions({}), events);
    registry.adopt(known, null);
  });
  afterEach(() => {
    registry.destroy(new ClosedError('the test is over'));
    sinon.restore();
  });

  const keys = (): string[] => registry.all().map(({ key }) => key);

  it('lets them go once nothing has used them for a while, and leaves the others', async () => {
    registry.redirected(at(7000));
    registry.redirected(at(7009));
    assert.deepEqual(keys(), [keyOf(7000), keyOf(7009)]);
    await time.tickAsync(4_000);
    assert.deepEqual(keys(), [keyOf(7000)]);
    assert.equal(time.countTimers(), 0);
  });

  it('keeps one that is used, with its backoff, however often it is named', () => {
    const node = registry.redirected(at(7009));
    for (let times = 0; times < 10; times++) {
      time.tick(1_900);
      if (node !== null) node.sent++;
      assert.equal(registry.redirected(at(7009)), node);
    }
    time.tick(4_000);
    assert.deepEqual(keys(), []);
  });

  it('has a bounded number of them, of which those go first that nothing uses', () => {
    for (let port = 8_000; port < 8_100; port++) assert.notEqual(registry.redirected(at(port)), null);
    assert.equal(keys().length, 16);
    assert.ok(keys().includes(keyOf(8_099)));
  });

  it('gives none where all of them are used', () => {
    const used = Array.from({ length: 16 }, (_, index) => registry.redirected(at(8_000 + index)));
    for (const node of used) if (node !== null) sinon.stub(node, 'isIdle').value(false);
    assert.equal(registry.redirected(at(8_016)), null);
    assert.equal(registry.redirected(at(8_015)), used[15]);
    assert.notEqual(registry.redirected(at(7000)), null, 'known nodes are not counted');
  });

  it('keeps the backoff of one that MOVED names and views deny in turn', () => {
    const moved = withMoved(known, [{ slot: 1, address: at(7009) }]);
    registry.adopt(moved, known);
    const node = registry.redirected(at(7009));
    time.tick(10_000);
    assert.equal(registry.get(keyOf(7009)), node, 'the snapshot has it');
    registry.adopt(known, moved);
    assert.equal(registry.redirected(at(7009)), node);
    time.tick(4_000);
    assert.equal(registry.get(keyOf(7009)), undefined);
  });

  it('has a bounded number of them, however many MOVED and views come in turn', () => {
    let previous = known;
    for (let round = 0; round < 20; round++) {
      const patches = Array.from({ length: 16 }, (_, slot) => ({ slot, address: at(8_000 + 16 * round + slot) }));
      for (const next of [withMoved(known, patches), known]) {
        // A MOVED on a lease makes a snapshot, and nothing is sent there.
        if (round % 2 === 0) for (const { address } of patches) registry.redirected(address);
        // As the router of a snapshot makes the nodes of its primaries.
        for (const { address } of next.nodes.values()) registry.at(address);
        registry.adopt(next, previous);
        previous = next;
        assert.ok(registry.all().length <= 2 + 32, `${registry.all().length} nodes in round ${round}`);
      }
    }
  });

  it('keeps one for good that a view names', () => {
    const node = registry.redirected(at(7002));
    registry.adopt(clusterOf(7000, 7001, 7002), known);
    time.tick(10_000);
    assert.equal(registry.get(keyOf(7002)), node);
    assert.equal(time.countTimers(), 0);
  });
});

describe('NodeRegistry, of nodes whose role or place changes', () => {
  const former = primaryNode(7000);
  const before = makeTopology('replication', [{ primary: former, replicas: [replicaNode(7001, 7000)] }], null);
  const demoted = makeTopology('replication', [{ primary: primaryNode(7001), replicas: [replicaNode(7000, 7001)] }], null);
  const without = makeTopology('replication', [{ primary: primaryNode(7001), replicas: [] }], null);
  const waiting = [{}] as unknown as Call[]; // they are only handed on
  let time: sinon.SinonFakeTimers;
  let registry: NodeRegistry;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    registry = new NodeRegistry(resolveOptions({}), events);
    registry.adopt(before, null);
  });
  afterEach(() => {
    registry.destroy(new ClosedError('the test is over'));
    sinon.restore();
  });

  const cases: readonly (readonly [what: string, next: TopologySnapshot, isReturned: boolean])[] = [
    ['is still the primary', before, false],
    ['is a replica now', demoted, true],
    ['has left', without, true],
  ];
  for (const [what, next, isReturned] of cases) {
    it(`${isReturned ? 'gives back' : 'leaves alone'} what waits on one that ${what}`, () => {
      const node = registry.at(former.address);
      sinon.stub(node, 'takeUnwritten').returns(waiting);
      assert.deepEqual(registry.adopt(next, before), isReturned ? waiting : []);
    });
  }

  it('lets one that has left answer what it was sent, for five seconds', async () => {
    const node = registry.at(former.address);
    sinon.stub(node, 'close').returns(new Promise(() => {}));
    const destroy = sinon.spy(node, 'destroy');
    registry.adopt(without, before);
    assert.equal(registry.presentOrLeaving(node.key), node);
    await time.tickAsync(4_990);
    assert.equal(destroy.callCount, 0);
    await time.tickAsync(20);
    assert.equal(destroy.callCount, 1);
    assert.equal(registry.presentOrLeaving(node.key), null);
  });
});
