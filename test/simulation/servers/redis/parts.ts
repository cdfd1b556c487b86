import type { LinkEnd } from '../replication/link.js';
import type { Failure, ReplyValue } from '../resp.js';
import type { Answer } from '../resp-server.js';
import type { CommandCall } from './command-call.js';
import type { CommandRule } from './rules.js';
import type { RedisSession } from './session.js';

/** What a server knows as a member of a cluster. */
export interface ClusterPart {
  /** MOVED, ASK, TRYAGAIN, CLUSTERDOWN, CROSSSLOT. Called for commands with keys, and for EXEC with the keys of what was queued. */
  refusal(session: RedisSession, rule: CommandRule, words: readonly string[], keys: readonly string[]): Failure | null;
  /** A message goes to the other nodes: of the shard only, if it is of a sharded channel. */
  publish(channel: string, message: string, isSharded: boolean): void;
  /** Of `INFO cluster`, besides `cluster_enabled`. */
  infoLines?(): readonly string[];
  /** The process started, or died. */
  started?(): void;
  died?(): void;
}

/** What a server knows as a primary or a replica. The refusals are asked in the order of `processCommand`. */
export interface ReplicationPart {
  readonly isPrimary: boolean;
  /** Bytes of its history: what it has written, or applied. */
  readonly offset: number;
  /** Its id: `master_replid`. */
  readonly history: string;
  /** REDIRECT: Valkey, for sessions that take them. */
  redirect(session: RedisSession, rule: CommandRule, isWrite: boolean): Failure | null;
  /** NOREPLICAS, for a write. */
  lacksReplicas(session: RedisSession): Failure | null;
  /** READONLY, for a write. */
  readOnly(session: RedisSession): Failure | null;
  /** MASTERDOWN, for a command that does not run on a replica without its primary. */
  stale(session: RedisSession): Failure | null;
  /** LOADING, during a full synchronisation, for a command that does not run then. */
  loading(session: RedisSession): Failure | null;
  /** A change of the data set, as replicas get it: of a primary. */
  append(database: number, words: readonly string[]): void;
  /** WAIT: answers at once, or by `call.blockOnReplicas`. */
  wait(call: CommandCall, replicas: number, timeoutMs: number): Answer;
  /** Reply of ROLE. */
  role(session: RedisSession): ReplyValue;
  /** Another server has connected. */
  linked?(end: LinkEnd): void;
  /** Of `INFO replication`. */
  infoLines(): readonly string[];
  /** What HELLO says. */
  readonly helloRole: 'master' | 'replica';
  started?(): void;
  died?(): void;
}

/** A server that has no replicas, and is none. */
export class Alone implements ReplicationPart {
  readonly isPrimary = true;
  readonly helloRole = 'master';
  readonly offset = 0;

  constructor(readonly history = '0'.repeat(40)) {}

  redirect(): null {
    return null;
  }

  lacksReplicas(): null {
    return null;
  }

  readOnly(): null {
    return null;
  }

  stale(): null {
    return null;
  }

  loading(): null {
    return null;
  }

  append(): void {
    // Nobody gets it. Without a replica a server has no backlog, and its offset stays: https://github.com/redis/redis/blob/7.2/src/replication.c (`replicationFeedSlaves`)
  }

  wait(call: CommandCall, replicas: number, timeoutMs: number): Answer {
    return replicas <= 0 ? 0 : call.block({ on: 'replicas', keys: [], timeoutMs, onTimeout: (): ReplyValue => 0 });
  }

  role(): ReplyValue {
    return ['master', 0, []];
  }

  infoLines(): readonly string[] {
    return [
      ...['role:master', 'connected_slaves:0', 'master_failover_state:no-failover', `master_replid:${this.history}`],
      ...[`master_replid2:${'0'.repeat(40)}`, 'master_repl_offset:0', 'second_repl_offset:-1', 'repl_backlog_active:0'],
      ...['repl_backlog_size:1048576', 'repl_backlog_first_byte_offset:0', 'repl_backlog_histlen:0'],
    ];
  }
}
