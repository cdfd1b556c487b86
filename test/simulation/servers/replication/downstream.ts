import { Database } from '../redis/database.js';
import type { RedisServer } from '../redis/redis-server.js';
import { canContinue } from './history.js';
import type { LinkEnd } from './link.js';
import { type Address, type DataSet, type FromPrimary, type FromReplica, keyOf, type SyncRequest } from './messages.js';
import type { Replication } from './replication.js';

/** A replica, as its primary has it. */
export interface AttachedReplica {
  readonly end: LinkEnd<FromReplica, FromPrimary>;
  readonly address: Address;
  state: 'wait_bgsave' | 'send_bulk' | 'online';
  sentTo: number;
  ackedTo: number;
  /** In ms. */
  ackedAt: number;
}

/** The replicas of a server: they get its stream, and say how far they are. */
export class Downstream {
  readonly replicas = new Map<LinkEnd, AttachedReplica>();
  /** Told when a replica has acknowledged something. */
  onAck: () => void = () => {};
  #isFlushDue = false;
  #asksForAck = false;

  constructor(
    private readonly server: RedisServer,
    private readonly replication: Replication,
  ) {}

  get online(): AttachedReplica[] {
    return [...this.replicas.values()].filter(({ state }) => state === 'online');
  }

  /** Replicas that have said something within this time. */
  countGood(maxLagMs: number): number {
    const since = this.server.now - maxLagMs;
    let count = 0;
    for (const { state, ackedAt } of this.replicas.values()) if (state === 'online' && ackedAt >= since) count++;
    return count;
  }

  countAcked(offset: number): number {
    let count = 0;
    for (const { state, ackedTo } of this.replicas.values()) if (state === 'online' && ackedTo >= offset) count++;
    return count;
  }

  find(address: Address): AttachedReplica | null {
    for (const replica of this.replicas.values()) if (keyOf(replica.address) === keyOf(address)) return replica;
    return null;
  }

  /** A replica wants to follow. */
  psync(end: LinkEnd<FromReplica, FromPrimary>, { id, offset, address }: SyncRequest): void {
    const { server, replication } = this;
    const { lineage } = replication;
    const replica: AttachedReplica = { end, address, state: 'online', sentTo: offset, ackedTo: 0, ackedAt: server.now };
    this.replicas.set(end as LinkEnd, replica);
    if (canContinue(lineage, { id, offset })) {
      end.send({ is: 'continue', history: lineage.history });
      this.flushSoon();
      return;
    }
    lineage.startBacklog();
    replica.state = 'wait_bgsave';
    end.send({ is: 'fullresync' });
    server.after(replication.draw('saving'), () => {
      if (end.isClosed) return;
      const data = this.#dataSet();
      replica.sentTo = data.offset;
      replica.state = 'send_bulk';
      end.send({ is: 'dataset', data });
    });
  }

  /** A replica has the data set. */
  loaded(end: LinkEnd): void {
    const replica = this.replicas.get(end);
    if (replica === undefined) return;
    replica.state = 'online';
    replica.ackedAt = this.server.now;
    this.flushSoon();
  }

  acknowledged(end: LinkEnd, offset: number): void {
    const replica = this.replicas.get(end);
    if (replica === undefined) return;
    replica.ackedTo = Math.max(replica.ackedTo, offset);
    replica.ackedAt = this.server.now;
    this.onAck();
  }

  /** REPLCONF GETACK: with what is sent next. */
  askForAck(): void {
    this.#asksForAck = true;
    this.flushSoon();
  }

  /** What was written goes out when the server has done what it does. */
  flushSoon(): void {
    if (this.#isFlushDue || this.replicas.size === 0) return;
    this.#isFlushDue = true;
    this.server.network.timeline.after(0, () => {
      this.#isFlushDue = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.server.state !== 'running') return;
    const asksForAck = this.#asksForAck;
    this.#asksForAck = false;
    if (asksForAck) this.replication.getAck();
    const { offset } = this.replication;
    for (const replica of this.replicas.values()) {
      if (replica.state !== 'online' || (replica.sentTo >= offset && !asksForAck)) continue;
      const bytes = Math.max(0, offset - replica.sentTo);
      replica.sentTo = offset;
      replica.end.send({ is: 'stream', upTo: offset, asksForAck }, 60 + bytes);
    }
  }

  clear(): void {
    this.replicas.clear();
    this.#isFlushDue = false;
    this.#asksForAck = false;
  }

  forget(end: LinkEnd): void {
    this.replicas.delete(end);
  }

  /** Replicas that were not heard of for this long are given up. */
  dropSilent(timeoutMs: number): void {
    for (const { end, ackedAt, state } of this.replicas.values()) {
      if (state === 'online' && this.server.now - ackedAt > timeoutMs) this.#drop(end as LinkEnd);
    }
  }

  /** They come again, and learn of another history. */
  dropAll(): void {
    for (const end of this.replicas.keys()) this.#drop(end);
  }

  #drop(end: LinkEnd): void {
    this.replicas.delete(end);
    end.close();
  }

  #dataSet(): DataSet {
    const { history, offset } = this.replication.lineage;
    const databases = this.server.keyspace.databases
      .filter(({ values }) => values.size > 0)
      .map((database) => {
        const copy = new Database(database.index, DETACHED);
        copy.copyFrom(database);
        return copy;
      });
    return { history, offset, databases };
  }
}

/** A copy of data that no server has: nothing ends in it. */
const DETACHED = { now: 0, expiryMode: 'ignore', expired: () => {}, modified: () => {}, mayExpireAt: () => {} } as const;
