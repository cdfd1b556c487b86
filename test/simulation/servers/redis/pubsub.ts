import { Push } from '../resp.js';
import { globMatches } from './glob.js';
import type { RedisServer } from './redis-server.js';
import type { RedisSession } from './session.js';

export type ChannelKind = 'channels' | 'patterns' | 'shardChannels';

const KINDS = { channels: 'channel', patterns: 'pattern', shardChannels: 'shard' } as const;

/** Who is subscribed to what. https://redis.io/docs/latest/develop/pubsub/ */
export class PubSub {
  readonly channels = new Map<string, Set<RedisSession>>();
  readonly patterns = new Map<string, Set<RedisSession>>();
  readonly shardChannels = new Map<string, Set<RedisSession>>();

  constructor(private readonly server: RedisServer) {}

  subscribe(session: RedisSession, kind: ChannelKind, name: string): void {
    if (!session[kind].has(name)) this.server.books.subscribed(this.server, session, KINDS[kind], name, true);
    session[kind].add(name);
    const sessions = this[kind].get(name) ?? new Set();
    this[kind].set(name, sessions.add(session));
  }

  unsubscribe(session: RedisSession, kind: ChannelKind, name: string): void {
    if (!session[kind].delete(name)) return;
    this.server.books.subscribed(this.server, session, KINDS[kind], name, false);
    const sessions = this[kind].get(name);
    sessions?.delete(session);
    if (sessions?.size === 0) this[kind].delete(name);
  }

  unsubscribeAll(session: RedisSession): void {
    for (const kind of ['channels', 'patterns', 'shardChannels'] as const) {
      for (const name of [...session[kind]]) this.unsubscribe(session, kind, name);
    }
  }

  /** To the subscribers of this server. Returns how many got it. */
  publish(channel: string, message: string): number {
    const receivers: RedisSession[] = [];
    this.#send(receivers, this.channels.get(channel), ['message', channel, message]);
    for (const [pattern, sessions] of this.patterns) {
      if (globMatches(pattern, channel)) this.#send(receivers, sessions, ['pmessage', pattern, channel, message]);
    }
    this.server.books.published({ server: this.server, isSharded: false, channel, message, receivers });
    return receivers.length;
  }

  publishSharded(channel: string, message: string): number {
    const receivers: RedisSession[] = [];
    this.#send(receivers, this.shardChannels.get(channel), ['smessage', channel, message]);
    this.server.books.published({ server: this.server, isSharded: true, channel, message, receivers });
    return receivers.length;
  }

  /** A server that no longer serves the slot of a channel ends its subscriptions. https://redis.io/docs/latest/develop/pubsub/#sharded-pubsub */
  dropShardChannels(isGone: (channel: string) => boolean): void {
    for (const [channel, sessions] of [...this.shardChannels]) {
      if (!isGone(channel)) continue;
      for (const session of [...sessions]) {
        this.unsubscribe(session, 'shardChannels', channel);
        this.server.sendNow(session, new Push(['sunsubscribe', channel, session.shardChannels.size]));
      }
    }
  }

  #send(receivers: RedisSession[], sessions: ReadonlySet<RedisSession> | undefined, items: readonly string[]): void {
    if (sessions === undefined) return;
    const push = new Push(items);
    for (const session of sessions) {
      this.server.push(session, push);
      receivers.push(session);
    }
  }
}
