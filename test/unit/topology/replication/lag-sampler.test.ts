import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Address } from '../../../../lib/options/address.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { type LagSample, LagSampler } from '../../../../lib/topology/replication/lag-sampler.js';
import type { ControlChannel } from '../../../../lib/topology/resolver-api.js';
import { makeTopology, type Shard, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { primaryNode, replicaNode } from '../nodes.js';

const shard = (primary: number, ...replicas: readonly number[]): Shard => ({
  primary: primaryNode(primary),
  replicas: replicas.map((replica) => replicaNode(replica, primary)),
});
const topology = (...shards: readonly Shard[]): TopologySnapshot => makeTopology('cluster', shards, null);

/** Nodes that answer after a while, or never. */
class Nodes implements ControlChannel {
  readonly asked: string[] = [];
  readonly takesMs = new Map<number, number>();
  readonly open = new Set<number>();

  async send(address: Address): Promise<Raw[]> {
    const port = 'port' in address ? address.port : 0;
    this.asked.push(`${performance.now()} ${port}`);
    await new Promise((resolve) => setTimeout(resolve, this.takesMs.get(port) ?? 1));
    if (this.takesMs.get(port) === Number.POSITIVE_INFINITY) throw new Error('no answer');
    this.open.add(port);
    return [`role:master\r\nmaster_replid:h\r\nmaster_repl_offset:${port}\r\n`, null];
  }

  connected(address: Address): { zone: string | null } | null {
    return 'port' in address && this.open.has(address.port) ? { zone: 'a' } : null;
  }

  ports(): number[] {
    return this.asked.splice(0).map((line) => Number(line.split(' ')[1]));
  }
}

describe('LagSampler', () => {
  let time: sinon.SinonFakeTimers;
  let nodes: Nodes;
  let seen: [shard: number, sample: LagSample][];
  let again: boolean;
  let sampler: LagSampler;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    nodes = new Nodes();
    seen = [];
    again = false;
    sampler = new LagSampler(nodes, {
      onSample: (index, sample) => {
        seen.push([index, sample]);
        return again;
      },
    });
  });
  afterEach(async () => {
    sampler.stop();
    nodes.asked.length = 0;
    await time.tickAsync(10_000);
    time.restore();
    assert.deepEqual(nodes.asked, [], 'after stop no node is asked');
  });

  it('samples no node as long as no policy needs it', async () => {
    sampler.follow(topology(shard(1, 2)));
    await time.tickAsync(10_000);
    assert.deepEqual(nodes.asked, []);
  });

  it('samples at once, the primary first, its replicas when that has answered, and no other shard', async () => {
    sampler.follow(topology(shard(1, 2, 3), shard(4, 5)));
    sampler.keepSampling(0, 1_000, 5_000);
    await time.tickAsync(0);
    assert.deepEqual(nodes.asked, ['0 1']);
    await time.tickAsync(2);
    assert.deepEqual(nodes.asked, ['0 1', '1 2', '1 3']);
    assert.deepEqual(
      seen.map(
        ([
          index,
          {
            node: { key },
            sentAt,
            state,
            zone,
          },
        ]) => [index, key, sentAt, state?.offset, zone],
      ),
      [
        [0, '127.0.0.1:1', 0, 1, 'a'],
        [0, '127.0.0.1:2', 1, 2, 'a'],
        [0, '127.0.0.1:3', 1, 3, 'a'],
      ],
    );
  });

  it('samples at the shortest of the intervals, a tenth sooner at most, and until the last one ends', async () => {
    sampler.follow(topology(shard(1)));
    sampler.keepSampling(0, 1_000, 60_000);
    sampler.keepSampling(0, 250, 10_000);
    await time.tickAsync(10_000);
    const often = nodes.ports().length;
    assert.ok(often >= 40 && often <= 46, String(often));
    await time.tickAsync(50_000);
    const seldom = nodes.ports().length;
    assert.ok(seldom >= 48 && seldom <= 57, String(seldom));
    await time.tickAsync(60_000);
    assert.ok(nodes.ports().length <= 2);
  });

  it('never samples more often than every 90 ms', async () => {
    sampler.follow(topology(shard(1)));
    for (let i = 0; i < 50; i++) sampler.keepSampling(0, 1 + i, 1_000);
    await time.tickAsync(1_000);
    assert.ok(nodes.asked.length <= 12, String(nodes.asked.length));
  });

  it('does not measure a round trip that had to connect first; samples again at once where that is wanted', async () => {
    sampler.follow(topology(shard(1)));
    again = true;
    sampler.keepSampling(0, 1_000, 5_000);
    await time.tickAsync(1);
    again = false;
    await time.tickAsync(1);
    assert.deepEqual(
      seen.map(([, { rttMs }]) => rttMs),
      [null, 1],
    );
  });

  it('is not held up by a node that does not answer, which has one request at a time', async () => {
    nodes.takesMs.set(1, 2_500);
    nodes.takesMs.set(3, 700);
    sampler.follow(topology(shard(1, 2, 3)));
    sampler.keepSampling(0, 200, 60_000);
    await time.tickAsync(2_000);
    const ports = nodes.ports();
    assert.equal(ports.filter((port) => port === 1).length, 1);
    assert.ok(ports.filter((port) => port === 2).length >= 8, ports.join());
    assert.ok(ports.filter((port) => port === 3).length <= 3, ports.join());
  });

  it('reports a node that does not answer, and does not ask again at once', async () => {
    nodes.takesMs.set(1, Number.POSITIVE_INFINITY);
    again = true;
    sampler.follow(topology(shard(1)));
    sampler.keepSampling(0, 1_000, 5_000);
    await time.tickAsync(1);
    assert.deepEqual(
      seen.map(([, { state, rttMs }]) => [state, rttMs]),
      [[null, null]],
    );
    assert.equal(nodes.asked.length, 1);
  });

  it('carries the intervals over to the shard that has the nodes now, without an extra sample', async () => {
    sampler.follow(topology(shard(1, 2), shard(3, 4)));
    sampler.keepSampling(1, 1_000, 60_000);
    await time.tickAsync(10);
    nodes.ports();
    // A failover, and another order.
    for (let i = 0; i < 100; i++) sampler.follow(topology(shard(4, 3), shard(1, 2)));
    await time.tickAsync(500);
    assert.deepEqual(nodes.ports(), []);
    await time.tickAsync(550);
    assert.deepEqual(nodes.ports(), [4, 3]);
    assert.equal(seen.at(-1)?.[0], 0);
  });

  it('drops the answer of a node that has left meanwhile', async () => {
    nodes.takesMs.set(1, 50);
    sampler.follow(topology(shard(1)));
    sampler.keepSampling(0, 1_000, 60_000);
    await time.tickAsync(10);
    sampler.follow(topology(shard(2)));
    await time.tickAsync(100);
    assert.deepEqual(seen, []);
  });
});
