import { Push } from '../resp.js';
import { globMatches } from './glob.js';
import type { RedisServer } from './redis-server.js';
import type { RedisSession } from './session.js';

export type ChannelKind = 'channels' | 'patterns' | 'shardChannels';

/** Who is subscribed to what. https://redis.io/docs/latest/develop/pubsub/ */
export class PubSub {
  readonly channels = new Map<string, Set<RedisSession>>();
  readonly patterns = new Map<string, Set<RedisSession>>();
  readonly shardChannels = new Map<string, Set<RedisSession>>();

  constructor(private readonly server: RedisServer) {}

  subscribe(session: RedisSession, kind: ChannelKind, name: string): void {
    session[kind].add(name);
    const sessions = this[kind].get(name) ?? new Set();
    this[kind].set(name, sessions.add(session));
  }

  unsubscribe(session: RedisSession, kind: ChannelKind, name: string): void {
    if (!session[kind].delete(name)) return;
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
    let receivers = this.#send(this.channels.get(channel), ['message', channel, message]);
    for (const [pattern, sessions] of this.patterns) {
      if (globMatches(pattern, channel)) receivers += this.#send(sessions, ['pmessage', pattern, channel, message]);
    }
    return receivers;
  }

  publishSharded(channel: string, message: string): number {
    return this.#send(this.shardChannels.get(channel), ['smessage', channel, message]);
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

  clear(): void {
    this.channels.clear();
    this.patterns.clear();
    this.shardChannels.clear();
  }

  #send(sessions: ReadonlySet<RedisSession> | undefined, items: readonly string[]): number {
    if (sessions === undefined) return 0;
    for (const session of sessions) this.server.push(session, new Push(items));
    return sessions.size;
  }
}
