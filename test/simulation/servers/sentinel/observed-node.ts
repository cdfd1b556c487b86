import type { RedisServer } from '../redis/redis-server.js';
import type { LinkEnd } from '../replication/link.js';
import type { Replication } from '../replication/replication.js';
import { type NodeReport, PONG, type SentinelMessage } from './messages.js';

type SentinelEnd = LinkEnd<SentinelMessage, SentinelMessage>;

/** A server of data, as sentinels have it. */
export class ObservedNode {
  /** They listen on the channel of hellos. */
  readonly #sentinels = new Set<LinkEnd>();

  constructor(
    private readonly server: RedisServer,
    private readonly replication: Replication,
  ) {}

  received(end: SentinelEnd, message: SentinelMessage): void {
    this.#sentinels.add(end as LinkEnd);
    switch (message.is) {
      case 'ping':
        end.send(PONG);
        break;
      case 'info':
        end.send({ is: 'report', report: this.#report() }, 500);
        break;
      case 'hello':
        for (const each of this.#sentinels) each.send(message);
        break;
      case 'slaveof':
        // A server that loads refuses it.
        if (!this.server.isLoading) this.#slaveof(message.primary);
    }
  }

  /** In one transaction with CLIENT KILL TYPE normal and pubsub: clients come again, and find out about the role. */
  #slaveof(primary: { readonly host: string; readonly port: number } | null): void {
    const { server, replication } = this;
    if (primary === null) replication.promote();
    else if (replication.upstream?.primary.host !== primary.host || replication.upstream.primary.port !== primary.port) {
      replication.follow(primary);
    }
    for (const { end } of [...server.connections.values()]) server.drop(end);
  }

  #report(): NodeReport {
    const { server, replication } = this;
    const { upstream, offset, downstream, options } = replication;
    return {
      runId: server.runId,
      role: upstream === null ? 'master' : 'slave',
      replicas: [...downstream.replicas.values()].map(({ address }) => address),
      primary: upstream?.primary ?? null,
      isLinkUp: upstream?.state === 'connected',
      linkDownMs: upstream === null || upstream.state === 'connected' ? 0 : Math.floor((server.now - upstream.downSince) / 1_000) * 1_000,
      offset,
      priority: options.priority,
    };
  }

  forget(end: LinkEnd): void {
    this.#sentinels.delete(end);
  }

  clear(): void {
    this.#sentinels.clear();
  }
}
