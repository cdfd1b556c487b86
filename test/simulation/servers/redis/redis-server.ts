import type { Books, Execution } from '../../books.js';
import type { Network } from '../../network/network.js';
import type { ServerEnd } from '../../network/tcp.js';
import type { Random } from '../../time/random.js';
import type { LinkEnd } from '../replication/link.js';
import { Failure, Push, type ReplyValue, Status } from '../resp.js';
import { type Answer, LATER, RespServer } from '../resp-server.js';
import { DEFAULT_USER, freshUser, type User } from './access.js';
import { findRule, type Refusal, refusalOf } from './admission.js';
import { BlockedClients } from './blocked-clients.js';
import { CommandCall, type Origin } from './command-call.js';
import { commandTables } from './commands/index.js';
import { type Dialect, dialectOf } from './dialect.js';
import { Keyspace } from './keyspace.js';
import { Alone, type ClusterPart, type ReplicationPart } from './parts.js';
import { Pause } from './pause.js';
import { PubSub } from './pubsub.js';
import { ReplayedStream } from './replayed-stream.js';
import { type CommandRule, type Rules, rulesOf } from './rules.js';
import { ScriptCache } from './scripts.js';
import { RedisSession } from './session.js';

export interface RedisOptions {
  readonly version: string;
  readonly product: 'redis' | 'valkey';
  /** What is left after the process died: all that was written (`appendfsync always`), or nothing. Default: `none`. */
  readonly persistence?: 'all' | 'none';
  /** `requirepass`. */
  readonly password?: string;
  /** Besides the default user. */
  readonly users?: Readonly<Record<string, User>>;
  /** `notify-keyspace-events`. */
  readonly notifications?: string;
  /** Valkey: `availability-zone`. */
  readonly zone?: string;
}

type Outcome = Pick<Execution, 'words' | 'rule' | 'reply' | 'isRefused' | 'effects'>;

const AFTER_COMMAND = { on: 'on', off: 'off', 'skip next': 'skip', skip: 'on' } as const;
const QUEUED = new Status('QUEUED');
const rulesByVersion = new Map<string, Rules>();

/** A model of a Redis or Valkey server: its answers, as far as a client can tell, in memory. */
export class RedisServer extends RespServer<RedisSession> {
  rules: Rules;
  readonly keyspace = new Keyspace(this);
  readonly pubsub = new PubSub(this);
  readonly blocked = new BlockedClients(this);
  readonly pause = new Pause(this);
  readonly scripts: ScriptCache;
  readonly dialect: Dialect;
  readonly users = new Map<string, User>();
  /** Put in place by who makes the deployment, before the start. */
  cluster: ClusterPart | null = null;
  replication: ReplicationPart = new Alone();
  notifications: string;
  isOutOfMemory = false;
  cannotSave = false;
  startedAt = 0;
  /** Number of a start, as 40 hexadecimal digits: it differs after each. */
  runId = '';
  readonly random: Random;
  readonly #stream = new ReplayedStream(this);
  #loadingUntil = 0;

  constructor(
    network: Network,
    { host, port }: { readonly host: string; readonly port: number },
    readonly options: RedisOptions,
    readonly books: Books,
  ) {
    super(network, host, port);
    const { product, version } = options;
    const rules = rulesByVersion.get(`${product} ${version}`) ?? rulesOf(product, version, commandTables);
    rulesByVersion.set(`${product} ${version}`, rules);
    this.rules = rules;
    this.random = network.random.fork(`server ${host}:${port}`);
    this.dialect = dialectOf(product, (major, minor) => this.isAtLeast(major, minor));
    this.scripts = new ScriptCache();
    this.users.set(DEFAULT_USER, { password: options.password ?? null });
    for (const [name, user] of Object.entries(options.users ?? {})) this.users.set(name, user);
    this.notifications = options.notifications ?? '';
  }

  get mode(): 'standalone' | 'cluster' | 'sentinel' {
    return this.cluster === null ? 'standalone' : 'cluster';
  }

  get isLoading(): boolean {
    return this.now < this.#loadingUntil;
  }

  /** Answers LOADING for this long. */
  load(ms: number): void {
    this.#loadingUntil = this.now + ms;
  }

  isAtLeast(major: number, minor: number): boolean {
    const [ownMajor = 0, ownMinor = 0] = this.options.version.split('.').map(Number);
    return ownMajor > major || (ownMajor === major && ownMinor >= minor);
  }

  protected newSession(end: ServerEnd, id: number): RedisSession {
    return new RedisSession(end, id, this.now, freshUser(this.users));
  }

  sessionById(id: number): RedisSession | undefined {
    for (const session of this.connections.values()) if (session.id === id) return session;
    return undefined;
  }

  protected isHeld(session: RedisSession): boolean {
    return session.blocked !== null || session.postponed !== null;
  }

  protected execute(session: RedisSession, words: string[]): Answer {
    const rule = findRule(this, session, words);
    if (rule instanceof Failure) return this.#refuse(session, words, null, { failure: rule, isRedirect: false });
    session.lastCommand = rule.name;
    const refusal = refusalOf(this, session, rule, words);
    if (refusal !== null) return this.#refuse(session, words, rule, refusal);
    if (this.pause.holds(session, rule)) {
      session.postponed = words;
      this.pause.postpone(session);
      return LATER;
    }
    if (session.queued !== null && !rule.notQueued) {
      session.queued.push({ words, rule });
      return QUEUED;
    }
    const call = this.run(session, words, rule, 'client');
    if (session.blocked === null) this.completed(session, call);
    if (rule.name !== 'ASKING' && session.queued === null) session.isAsking = false;
    session.writtenOffset = this.replication.offset;
    this.blocked.serve();
    return call.reply;
  }

  /** Runs a command that nothing speaks against. What it changed goes to the replicas, unless it is a part of something that tells it. */
  run(session: RedisSession, words: readonly string[], rule: CommandRule, origin: Origin): CommandCall {
    const call = new CommandCall(this, session, words, rule, origin);
    if (rule.run === null) throw new Error(`the model of a server does not have ${rule.name}`);
    try {
      call.reply = rule.run(call);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      call.reply = error;
    }
    if (origin === 'client') this.#propagate(call);
    return call;
  }

  #propagate({ effects, db }: CommandCall): void {
    if (effects.length === 0) return;
    const { replication } = this;
    const isTransaction = effects.length > 1;
    if (isTransaction) replication.append(db.index, ['MULTI']);
    for (const effect of effects) replication.append(db.index, effect);
    if (isTransaction) replication.append(db.index, ['EXEC']);
  }

  /** Enters what came of a command into the books. */
  completed(session: RedisSession, { words, rule, reply, effects }: CommandCall): void {
    this.record(session, { words, rule, reply, isRefused: false, effects });
  }

  #refuse(session: RedisSession, words: readonly string[], rule: CommandRule | null, { failure, isRedirect }: Refusal): Failure {
    let reply = failure;
    if (rule?.name === 'EXEC' && session.queued !== null) {
      session.dropMulti();
      this.keyspace.unwatch(session);
      if (!isRedirect) reply = new Failure(`EXECABORT Transaction discarded because of: ${failure.text}`);
    } else if (session.queued !== null) session.isSpoilt = true;
    // It lasts until EXEC: https://github.com/redis/redis/blob/7.2/src/networking.c (`resetClient`)
    if (session.queued === null) session.isAsking = false;
    this.record(session, { words, rule, reply, isRefused: true, effects: [] });
    return reply;
  }

  record(session: RedisSession, { words, rule, reply, isRefused, effects }: Outcome): void {
    const { replication } = this;
    const execution = {
      server: this,
      session,
      at: this.now,
      sentAt: session.sentAt,
      words,
      rule,
      reply,
      readAt: Number.POSITIVE_INFINITY,
      isRefused,
      effects,
      offset: replication.offset,
      history: replication.history,
      isPrimary: replication.isPrimary,
      db: session.database,
    };
    if (isRefused) {
      session.whenRead.push(() => {
        execution.readAt = this.now;
      });
    }
    this.books.executed(execution);
  }

  /** A command that blocked has its reply. What came after it runs next. */
  answer(session: RedisSession, reply: ReplyValue): void {
    this.send(session, reply);
    this.proceedLater(session);
  }

  /** A pause is over. */
  release(session: RedisSession): void {
    session.isResumed = true;
    this.proceedLater(session);
  }

  override proceed(session: RedisSession): void {
    const words = session.isResumed ? session.postponed : null;
    if (words !== null) {
      session.isResumed = false;
      session.postponed = null;
      this.answerNext(session, words);
    }
    super.proceed(session);
  }

  protected override answerNext(session: RedisSession, words: string[]): void {
    super.answerNext(session, words);
    session.replies = AFTER_COMMAND[session.replies];
  }

  /** CLIENT REPLY OFF and SKIP keep replies from a client, but no messages. */
  override send(session: RedisSession, value: ReplyValue | Push): void {
    if (session.replies === 'on' || session.replies === 'skip next' || value instanceof Push) super.send(session, value);
  }

  /** Ends all that blocks: the role changes, or the data set. `reason` may choose; null: it waits on. */
  unblockAll(reason: Failure | ((session: RedisSession) => Failure | null), closes = false): void {
    for (const session of [...this.blocked.sessions]) {
      const failure = typeof reason === 'function' ? reason(session) : reason;
      if (failure === null) continue;
      this.blocked.answer(session, failure);
      if (closes) session.closesAfterReply = true;
    }
    this.flushAll();
  }

  /** A command of the stream that a replica gets from its primary. Commands between MULTI and EXEC take effect together. */
  replay(database: number, words: readonly string[]): void {
    this.#stream.add(database, words);
  }

  protected override received(session: RedisSession, bytes: Buffer, sentAt: number): void {
    session.lastAt = this.now;
    super.received(session, bytes, sentAt);
  }

  override linked(end: LinkEnd): void {
    this.replication.linked?.(end);
  }

  protected disconnected(session: RedisSession): void {
    this.forget(session);
  }

  /** What a session holds of the server, other sessions do not have to know any more. */
  forget(session: RedisSession): void {
    this.blocked.forget(session);
    this.pause.forget(session);
    session.postponed = null; // never runs
    this.keyspace.unwatch(session);
    this.pubsub.unsubscribeAll(session);
  }

  protected started(): void {
    this.startedAt = this.now;
    this.runId = `${this.life.toString(16).padStart(8, '0')}${Buffer.from(this.name).toString('hex').padEnd(32, '0').slice(0, 32)}`;
    this.replication.started?.();
    this.cluster?.started?.();
    this.keyspace.resumeExpiry();
  }

  protected died(): void {
    for (const session of this.connections.values()) this.forget(session);
    this.blocked.clear();
    this.pause.clear();
    this.keyspace.died();
    this.scripts.clear();
    this.#stream.clear();
    this.#loadingUntil = 0;
    if ((this.options.persistence ?? 'none') === 'none') this.#lose();
    this.replication.died?.();
    this.cluster?.died?.();
  }

  /** What was written is gone. Where there are replicas, their part knows what that means for the group. */
  #lose(): void {
    this.keyspace.clear();
    if (this.replication instanceof Alone) this.books.discarded(this.name, this.replication.history, -1);
  }
}
