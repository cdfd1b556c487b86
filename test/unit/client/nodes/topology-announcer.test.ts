import assert from 'node:assert/strict';
import { Emitter } from '../../../../lib/client/emitter.js';
import type { ClientEvents } from '../../../../lib/client/events.js';
import { TopologyAnnouncer } from '../../../../lib/client/nodes/topology-announcer.js';
import { failoverChannel, topologyChannel } from '../../../../lib/diagnostics.js';
import { makeTopology } from '../../../../lib/topology/snapshot.js';
import { primaryNode, replicaNode } from '../../topology/nodes.js';

describe('TopologyAnnouncer', () => {
  it('announces a snapshot as an event and to its channel, and a failover after it', () => {
    const events = new Emitter<ClientEvents>();
    const announced: unknown[] = [];
    const note = (message: unknown): number => announced.push(message);
    events.on('topology', ({ shards }) => announced.push(shards[0]?.primary?.key));
    events.on('failover', ({ from, to }) => announced.push(`${from} to ${to}`));
    for (const channel of [topologyChannel, failoverChannel]) channel.subscribe(note);
    try {
      const announcer = new TopologyAnnouncer(events);
      const before = makeTopology('sentinel', [{ primary: primaryNode(1), replicas: [replicaNode(2, 1)] }], null);
      const after = makeTopology('sentinel', [{ primary: primaryNode(2), replicas: [replicaNode(1, 2)] }], null);
      announcer.announce(before, null);
      announcer.announce(after, before);
    } finally {
      for (const channel of [topologyChannel, failoverChannel]) channel.unsubscribe(note);
    }
    assert.deepEqual(announced, [
      { kind: 'sentinel', primaries: ['127.0.0.1:1'], replicas: ['127.0.0.1:2'] },
      '127.0.0.1:1',
      { kind: 'sentinel', primaries: ['127.0.0.1:2'], replicas: ['127.0.0.1:1'] },
      '127.0.0.1:2',
      { from: '127.0.0.1:1', to: '127.0.0.1:2' },
      '127.0.0.1:1 to 127.0.0.1:2',
    ]);
  });
});
