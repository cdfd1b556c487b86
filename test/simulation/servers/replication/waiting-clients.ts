import type { CommandCall } from '../redis/command-call.js';
import type { RedisServer } from '../redis/redis-server.js';
import type { RedisSession } from '../redis/session.js';
import type { Answer } from '../resp-server.js';
import type { Replication } from './replication.js';

/** Clients that WAIT for replicas. https://redis.io/docs/latest/commands/wait/ */
export class WaitingClients {
  readonly #waiting = new Map<RedisSession, { readonly replicas: number; readonly offset: number }>();

  constructor(
    private readonly server: RedisServer,
    private readonly replication: Replication,
  ) {}

  wait(call: CommandCall, replicas: number, timeoutMs: number): Answer {
    const { downstream } = this.replication;
    const { session } = call;
    const offset = session.writtenOffset;
    const acked = downstream.countAcked(offset);
    if (acked >= replicas || call.origin !== 'client') return acked;
    this.#waiting.set(session, { replicas, offset });
    downstream.askForAck();
    return call.block({
      ...{ on: 'replicas', keys: [], timeoutMs },
      onTimeout: () => downstream.countAcked(offset),
      ended: () => this.#waiting.delete(session),
    });
  }

  /** A replica has said how far it is. */
  check(): void {
    for (const [session, { replicas, offset }] of this.#waiting) {
      const acked = this.replication.downstream.countAcked(offset);
      if (acked >= replicas) this.server.blocked.answer(session, acked);
    }
  }

  clear(): void {
    this.#waiting.clear();
  }
}
