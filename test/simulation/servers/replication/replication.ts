import type { Random } from '../../time/random.js';
import type { CommandCall } from '../redis/command-call.js';
import type { ReplicationPart } from '../redis/parts.js';
import type { RedisServer } from '../redis/redis-server.js';
import type { CommandRule } from '../redis/rules.js';
import type { RedisSession } from '../redis/session.js';
import { Failure, type ReplyValue } from '../resp.js';
import type { Answer } from '../resp-server.js';
import { ObservedNode } from '../sentinel/observed-node.js';
import { acceptLink } from './accept-link.js';
import { Downstream } from './downstream.js';
import type { History } from './history.js';
import { infoLines } from './info.js';
import { Lineage } from './lineage.js';
import type { LinkEnd } from './link.js';
import { ManualFailover } from './manual-failover.js';
import { type Address, type DataSet, keyOf } from './messages.js';
import { CRON_MS, DEFAULTS, GETACK_BYTES, PING_BYTES, PING_MS, type ReplicationOptions } from './options.js';
import type { PrimaryLog } from './primary-log.js';
import { Upstream } from './upstream.js';
import { WaitingClients } from './waiting-clients.js';

/** https://github.com/redis/redis/blob/7.0/src/blocked.c (`disconnectAllBlockedClients`) */
const UNBLOCKED = new Failure('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)');
const READONLY = new Failure("READONLY You can't write against a read only replica.");
const NOREPLICAS = new Failure('NOREPLICAS Not enough good replicas to write.');
const MASTERDOWN = new Failure("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.");

/** A server as a primary or a replica. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ */
export class Replication implements ReplicationPart {
  readonly options: ReplicationOptions;
  readonly lineage: Lineage;
  readonly downstream: Downstream;
  readonly failover: ManualFailover;
  readonly waiting: WaitingClients;
  readonly observed: ObservedNode;
  /** The link to its primary; null: it is a primary. */
  upstream: Upstream | null = null;
  /** `min-replicas-to-write` */
  minReplicas = 0;
  servesStaleData: boolean;
  #lagMs = 0;
  /** As its configuration file says after a restart: CONFIG REWRITE follows each change. */
  #configured: Address | null = null;
  #pingedAt = 0;
  readonly #random: Random;

  constructor(
    readonly server: RedisServer,
    /** Log of the group; null: nobody keeps one. */
    private readonly log: PrimaryLog<RedisServer> | null,
    options: Partial<ReplicationOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
    this.servesStaleData = this.options.servesStaleData;
    this.#random = server.random.fork('replication');
    this.lineage = new Lineage(server, this.#random, this.options.backlogBytes);
    this.downstream = new Downstream(server, this);
    this.failover = new ManualFailover(server, this);
    this.waiting = new WaitingClients(server, this);
    this.observed = new ObservedNode(server, this);
    this.downstream.onAck = () => {
      this.waiting.check();
      this.failover.check();
    };
  }

  get isPrimary(): boolean {
    return this.upstream === null;
  }

  get helloRole(): 'master' | 'replica' {
    return this.isPrimary ? 'master' : 'replica';
  }

  get offset(): number {
    return this.lineage.offset;
  }

  /** Id of its history: `master_replid`. */
  get history(): string {
    return this.lineage.history.id;
  }

  /** A replica is behind by this, besides what the network takes, in ms. */
  get lagMs(): number {
    return this.#lagMs;
  }

  set lagMs(ms: number) {
    this.#lagMs = ms;
    this.upstream?.slowDown(ms);
  }

  draw(what: 'saving' | 'loading'): number {
    const { least, most } = this.options[what];
    return this.#random.skewed(least, most);
  }

  // --- what clients are answered

  redirect(session: RedisSession, rule: CommandRule, isWrite: boolean): Failure | null {
    const { upstream } = this;
    if (upstream === null || !(isWrite || (rule.kind === 'readonly' && !session.isReadonly))) return null;
    const { primary } = upstream;
    this.#tells(session, this.server.name, false);
    this.#tells(session, keyOf(primary), true);
    return new Failure(`REDIRECT ${primary.host}:${primary.port}`);
  }

  lacksReplicas(): Failure | null {
    if (this.minReplicas === 0 || !this.isPrimary) return null;
    return this.downstream.countGood(this.options.maxLagMs) < this.minReplicas ? NOREPLICAS : null;
  }

  readOnly(session: RedisSession): Failure | null {
    if (this.isPrimary) return null;
    this.#tells(session, this.server.name, false);
    return READONLY;
  }

  stale(session: RedisSession): Failure | null {
    if (this.upstream === null || this.upstream.state === 'connected' || this.servesStaleData) return null;
    this.#tells(session, this.server.name, false);
    return MASTERDOWN;
  }

  loading(): Failure | null {
    // The server says it itself.
    return null;
  }

  #tells(session: RedisSession, node: string, isPrimary: boolean): void {
    const { server } = this;
    session.whenRead.push(() => server.books.toldRole(session, { teller: server.name, node, isPrimary, slots: null, epoch: null }));
  }

  wait(call: CommandCall, replicas: number, timeoutMs: number): Answer {
    return this.waiting.wait(call, replicas, timeoutMs);
  }

  /** https://redis.io/docs/latest/commands/role/ */
  role(session: RedisSession): ReplyValue {
    const { upstream, downstream, offset } = this;
    this.#tells(session, this.server.name, upstream === null);
    if (upstream === null) {
      return ['master', offset, downstream.online.map(({ address, ackedTo }) => [address.host, String(address.port), String(ackedTo)])];
    }
    const { primary, state } = upstream;
    this.#tells(session, keyOf(primary), true);
    return ['slave', primary.host, primary.port, state, state === 'connected' ? offset : -1];
  }

  infoLines(): readonly string[] {
    return infoLines(this);
  }

  // --- the stream

  append(database: number, words: readonly string[]): void {
    if (!this.isPrimary) return;
    this.lineage.append(database, words);
    this.downstream.flushSoon();
  }

  /** REPLCONF GETACK is a part of the stream. */
  getAck(): void {
    if (this.isPrimary) this.lineage.skip(GETACK_BYTES);
  }

  /** From the primary: the history goes up to here. */
  replay(upTo: number): void {
    this.lineage.replay(upTo);
    this.downstream.flushSoon();
  }

  /** The primary goes on from where this replica is. */
  continued(history: History): void {
    if (this.lineage.continued(history)) this.downstream.dropAll();
  }

  /** A full synchronisation: all that it had is gone. */
  takeData(data: DataSet): void {
    const { keyspace } = this.server;
    this.downstream.dropAll();
    this.lineage.replaced(data);
    for (const database of keyspace.databases) keyspace.touchAll(database);
    keyspace.clear();
    for (const database of data.databases) keyspace.database(database.index).copyFrom(database);
  }

  // --- roles

  /** At the beginning of a deployment: it has the data of its primary already. */
  begin(primary: Replication): void {
    this.lineage.share(primary.lineage);
    this.configure(primary.server);
  }

  /** `replicaof` of its configuration file. */
  configure({ host, port }: Address): void {
    this.#configured = { host, port };
  }

  /** REPLICAOF host port. */
  follow(primary: Address, onFailover: ((isTaken: boolean) => void) | null = null): void {
    const wasPrimary = this.isPrimary;
    this.upstream?.end();
    this.configure(primary);
    this.upstream = new Upstream(this.server, this, primary, onFailover);
    if (wasPrimary) this.#demoted(primary);
    this.upstream.connect();
  }

  #demoted(primary: Address): void {
    const { server, lineage, log } = this;
    lineage.startBacklog();
    server.books.tookRole(server.name, false);
    log?.demoted(server, primary, server.now);
    this.waiting.clear();
    server.unblockAll(UNBLOCKED);
  }

  /** REPLICAOF NO ONE. */
  promote(): void {
    const { upstream, server, lineage } = this;
    if (upstream === null) {
      // A former primary that has not heard of the other one yet.
      if (this.log !== null && this.log.last?.server !== server) this.#reigns();
      return;
    }
    upstream.end();
    this.upstream = null;
    this.#configured = null;
    lineage.promoted();
    this.downstream.dropAll();
    server.books.tookRole(server.name, true);
    this.#reigns();
  }

  #reigns(): void {
    const { lineage, log, server } = this;
    const before = log?.last?.history;
    log?.began(server, lineage.history, server.now);
    // Also what the former primary goes on to write.
    if (before !== undefined) lineage.lost(lineage.position, { history: before, offset: Number.POSITIVE_INFINITY });
  }

  /** Another server has connected. */
  linked(end: LinkEnd): void {
    acceptLink(this, end);
  }

  // --- the process

  started(): void {
    const { server, log } = this;
    const hasData = server.options.persistence === 'all';
    if (server.life > 1) {
      this.lineage.restarted(hasData);
      if (hasData) server.load(this.draw('loading'));
    }
    this.upstream = this.#configured === null ? null : new Upstream(server, this, this.#configured);
    server.books.tookRole(server.name, this.isPrimary);
    if (this.isPrimary && (log?.last === null || log?.last.server === server)) this.#reigns();
    this.upstream?.connect();
    this.#pingedAt = server.now;
    server.every(CRON_MS, () => this.#tick());
  }

  died(): void {
    const { server, log } = this;
    this.upstream?.end();
    this.upstream = null;
    this.downstream.clear();
    this.failover.clear();
    this.waiting.clear();
    this.observed.clear();
    if (log?.last?.server === server) log.ended(server.now);
  }

  #tick(): void {
    const { server, downstream, options } = this;
    this.upstream?.tick(options.timeoutMs);
    this.failover.check();
    if (downstream.replicas.size === 0) return;
    if (this.isPrimary && server.now - this.#pingedAt >= PING_MS) {
      this.#pingedAt = server.now;
      this.lineage.skip(PING_BYTES);
    }
    downstream.flush();
    downstream.dropSilent(options.timeoutMs);
  }
}
