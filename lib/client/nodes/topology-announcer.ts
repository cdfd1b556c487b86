import { failoverChannel, log, topologyChannel } from '../../diagnostics.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';
import type { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import { FailoverEvents } from './failover-events.js';

/** Announcer of every snapshot to users: log, diagnostics channels, and the client's events `topology` and `failover`. */
export class TopologyAnnouncer {
  readonly #events: Emitter<ClientEvents>;
  readonly #failovers = new FailoverEvents();

  constructor(events: Emitter<ClientEvents>) {
    this.#events = events;
  }

  announce(next: TopologySnapshot, previous: TopologySnapshot | null): void {
    const primaries = next.shards.flatMap((shard) => (shard.primary === null ? [] : [shard.primary.key]));
    log.topology('%s: primaries %o', next.kind, primaries);
    if (topologyChannel.hasSubscribers) {
      const replicas = next.shards.flatMap((shard) => shard.replicas.map((node) => node.key));
      topologyChannel.publish({ kind: next.kind, primaries, replicas });
    }
    this.#events.emit('topology', next);
    for (const change of this.#failovers.between(previous, next)) {
      if (failoverChannel.hasSubscribers) failoverChannel.publish(change);
      this.#events.emit('failover', change);
    }
  }
}
