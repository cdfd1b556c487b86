import assert from 'node:assert/strict';
import { ChannelState } from '../../../../lib/client/pubsub/channel.js';
import { ChannelPlacer } from '../../../../lib/client/pubsub/channel-placer.js';
import { SubscriptionGroup } from '../../../../lib/client/pubsub/subscription.js';
import { NoNodeError, type SlotwiseError } from '../../../../lib/errors.js';
import { type Address, addressKey, parseAddress } from '../../../../lib/options/address.js';
import type { Redirection } from '../../../../lib/protocol/resp/reply-error.js';
import type { Placement } from '../../../../lib/routing/pubsub/channel-placement.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { FakeConnection, RecordingHandler, recordingReporter } from './fakes.js';

export const info = (name: string, role: NodeInfo['role'] = 'primary'): NodeInfo => ({
  id: name,
  key: `${name}:1`,
  address: { host: name, port: 1 },
  role,
  usable: true,
  replicaOf: role === 'primary' ? null : 'b',
  depth: role === 'primary' ? 0 : 1,
  priority: 100,
  tags: {},
});

/** A cluster of two shards; `a` owns slots 0 to 99 and `b` 100 to 199, or both `b`. */
export const clusterOf = (a: NodeInfo | null, owner = 0): TopologySnapshot =>
  makeTopology(
    'cluster',
    [
      { primary: a?.role === 'primary' ? a : null, replicas: [] },
      { primary: info('b'), replicas: a?.role === 'replica' ? [a] : [] },
    ],
    SlotMap.fromRanges([
      { start: 0, end: 99, shard: owner },
      { start: 100, end: 199, shard: 1 },
    ]),
  );
export const cluster = clusterOf(info('a'));
export const inSlot: Placement = { bound: 'slot', slot: 5, node: '' };

/** A placer of a cluster whose connections and deployment record what is asked of them. */
export class Placed {
  readonly calls: string[] = [];
  readonly connections = new Map<string, FakeConnection>();
  readonly down = new Set<string>();
  readonly recorded = recordingReporter();
  snapshot: TopologySnapshot | null = cluster;
  topologyError: SlotwiseError | null = null;
  /** Slots of a ring whose member has left; null: it is no ring. */
  gone: Set<number> | null = null;
  readonly placer: ChannelPlacer;

  constructor(failFast = false) {
    const note = (...words: string[]): void => void this.calls.push(words.join(' '));
    const placed = this;
    this.placer = new ChannelPlacer(
      {
        get snapshot() {
          return placed.snapshot;
        },
        confirmedSinceMs: () => 0,
        isReachable: (key) => !this.down.has(key),
        wake: (reason) => note('wake:', reason),
        probeFirst: (key) => note('probe', key),
        suspect: () => {},
        trust: () => {},
        redirect: (_, { host, port }: Redirection) => {
          note('redirect to', `${host}:${port}`);
          return { host, port };
        },
        addresses: {
          knows: (address) => ['a:1', 'b:1'].includes(addressKey(address)),
          leftOut: '',
          known: (key) => (['a:1', 'b:1', 'c:1'].includes(key) ? parseAddress(key, null) : null),
        },
        get topologyError() {
          return placed.topologyError;
        },
        get ring() {
          const { gone } = placed;
          return gone && { whyGone: (slot: number) => (gone.has(slot) ? new NoNodeError('it has left') : null) };
        },
        failures: { failed: () => {}, recovered: () => {} },
      },
      { at: (address) => this.#at(address), isDown: (key) => this.down.has(key) },
      this.recorded.reporter,
      failFast,
    );
  }

  #at(address: Address): FakeConnection | null {
    const key = addressKey(address);
    if (this.down.has(key)) return null;
    const connection = this.connections.get(key) ?? new FakeConnection(key);
    this.connections.set(key, connection);
    return connection;
  }

  channel(placement = inSlot): ChannelState {
    return new ChannelState('shard', Buffer.from('s'), placement, this.placer, this.recorded.reporter);
  }

  /** Where the channel is, as the server of that node. */
  server(channel: ChannelState): FakeConnection {
    return this.connections.get(channel.node ?? '') ?? assert.fail('it has no node');
  }
}

export function listen(channel: ChannelState): RecordingHandler {
  const handler = new RecordingHandler();
  const host = { abandoned: (one: ChannelState) => one.end(), ended: () => {} };
  new SubscriptionGroup('shard', [channel], handler, { timeoutMs: 0, signal: null }, host).start(null);
  return handler;
}
