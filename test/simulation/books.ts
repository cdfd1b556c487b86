import type { RedisServer } from './servers/redis/redis-server.js';
import type { CommandRule } from './servers/redis/rules.js';
import type { RedisSession } from './servers/redis/session.js';
import type { Answer } from './servers/resp-server.js';
import type { Timeline } from './time/timeline.js';

/**
 * A command that came to a server, and what came of it. One that blocks has its record when it is answered, at that moment, and none if its
 * connection ended before. Commands that MULTI queued have none; their EXEC has one, with all effects.
 */
export interface Execution {
  readonly server: RedisServer;
  readonly session: RedisSession;
  /** When it ran, and when it left the client, in ms. */
  readonly at: number;
  readonly sentAt: number;
  /** Its name in capitals. */
  readonly words: readonly string[];
  /** null: the server does not know the command. */
  readonly rule: CommandRule | null;
  readonly reply: Answer;
  /** When the client's program had read that it was refused, in ms; Infinity: it was not, or the program has not read it. */
  readonly readAt: number;
  /** The server did not run it: of EXEC, nothing of the transaction; of a command that blocked, the server let it go. */
  readonly isRefused: boolean;
  /** What it changed, as it is handed on to replicas: SET, DEL, LPOP for BLPOP. None: nothing. */
  readonly effects: readonly (readonly string[])[];
  /** Where the history of the server ends after it, in bytes. */
  readonly offset: number;
  /** The history's id (`master_replid`). */
  readonly history: string;
  /** By the server's own view at that moment. */
  readonly isPrimary: boolean;
  readonly db: number;
}

/** A span of a history that the servers themselves threw away. */
export interface Discarded {
  readonly at: number;
  readonly server: string;
  readonly history: string;
  /** The last byte that was kept; what has a greater offset is gone. */
  readonly fromOffset: number;
}

/** A key went from one shard of a cluster to another, with what it held: RESTORE there, DEL here. Positions are those behind the two. */
export interface KeyMove {
  readonly at: number;
  readonly key: string;
  readonly from: { readonly server: string; readonly history: string; readonly offset: number };
  readonly to: { readonly server: string; readonly history: string; readonly offset: number };
}

/** A word of a server about the role of a node, when the client's program had read it. */
export interface RoleWord {
  readonly at: number;
  /** What the connection of its reader is called: several clients live in one process. */
  readonly reader: string;
  /** Host of the proxy by which it came; `client` where it came without one. */
  readonly way?: string;
  /** Addresses, as they can be connected to. */
  readonly teller: string;
  readonly node: string;
  readonly isPrimary: boolean;
  /** Of which slots, both ends included; null: of the whole group. */
  readonly slots: readonly (readonly [number, number])[] | null;
  /** Config epoch; null: the word has none, as MOVED and READONLY. */
  readonly epoch: number | null;
}

/** A server has taken a role. */
export interface RoleTurn {
  readonly at: number;
  readonly server: string;
  readonly isPrimary: boolean;
}

/** A message that a server hands to those who are subscribed at it: it was published there, or came by the bus or the stream of replication. */
export interface Publication {
  readonly at: number;
  readonly server: RedisServer;
  readonly isSharded: boolean;
  readonly channel: string;
  readonly message: string;
  /** Once for each subscription that matches. */
  readonly receivers: readonly RedisSession[];
  /** Those whose client had closed the connection already: a server that stood still hands out what waited, before it reads of the end. */
  readonly closed: readonly RedisSession[];
}

export type SubscriptionKind = 'channel' | 'pattern' | 'shard';

/** A subscription of a connection begins, or ends: it was left, dropped by the server, or the connection ended. */
export interface SubscriptionTurn {
  readonly at: number;
  readonly server: RedisServer;
  readonly session: RedisSession;
  readonly kind: SubscriptionKind;
  readonly name: string;
  readonly isOn: boolean;
}

/** An error that a proxy has made itself, in place of a server's reply. */
export interface ProxyError {
  readonly at: number;
  readonly proxy: string;
  readonly words: readonly string[];
  readonly text: string;
}

/** The host by which a connection comes: of the client, or of a proxy. */
export function wayOf({ end }: Pick<RedisSession, 'end'>): string {
  return end.connection.client.host;
}

/** What the servers did, as they themselves know it: the truth that clients are held to. Times are set here. */
export class Books {
  readonly executions: Execution[] = [];
  readonly discards: Discarded[] = [];
  readonly keyMoves: KeyMove[] = [];
  readonly roleWords: RoleWord[] = [];
  readonly roleTurns: RoleTurn[] = [];
  readonly publications: Publication[] = [];
  readonly subscriptionTurns: SubscriptionTurn[] = [];
  readonly proxyErrors: ProxyError[] = [];

  constructor(private readonly timeline: Timeline) {}

  executed(execution: Execution): void {
    this.executions.push(execution);
  }

  /** Of the history with this id, this server throws away what lies behind this offset. */
  discarded(server: string, history: string, fromOffset: number): void {
    this.discards.push({ at: this.timeline.now, server, history, fromOffset });
  }

  keyMoved({ key, from, to }: Omit<KeyMove, 'at'>): void {
    this.keyMoves.push({ at: this.timeline.now, key, from, to });
  }

  /** Called when the client's program has read the word: from `session.whenRead`. */
  toldRole(
    reader: Pick<RedisSession, 'name' | 'end'>,
    { teller, node, isPrimary, slots, epoch }: Omit<RoleWord, 'at' | 'reader' | 'way'>,
  ): void {
    this.roleWords.push({ at: this.timeline.now, reader: reader.name, way: wayOf(reader), teller, node, isPrimary, slots, epoch });
  }

  /** A server has taken a role; also at its start. */
  tookRole(server: string, isPrimary: boolean): void {
    this.roleTurns.push({ at: this.timeline.now, server, isPrimary });
  }

  published({ server, isSharded, channel, message, receivers }: Omit<Publication, 'at' | 'closed'>): void {
    const closed = receivers.filter(({ end }) => end.isPeerClosed);
    this.publications.push({ at: this.timeline.now, server, isSharded, channel, message, receivers, closed });
  }

  /** A proxy answers for servers that it does not reach, or that have not answered it. */
  answeredByProxy(proxy: string, words: readonly string[], text: string): void {
    this.proxyErrors.push({ at: this.timeline.now, proxy, words, text });
  }

  subscribed(server: RedisServer, session: RedisSession, kind: SubscriptionKind, name: string, isOn: boolean): void {
    this.subscriptionTurns.push({ at: this.timeline.now, server, session, kind, name, isOn });
  }
}
