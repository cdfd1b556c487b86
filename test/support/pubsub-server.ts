import type { Answer, FakeServer, Handler } from './fake-server.js';
import type { ReplyValue } from './resp.js';

type Kind = 'channel' | 'pattern' | 'shard';

const KINDS: Readonly<Record<string, { readonly kind: Kind; readonly push: string; readonly joins: boolean }>> = {
  SUBSCRIBE: { kind: 'channel', push: 'subscribe', joins: true },
  UNSUBSCRIBE: { kind: 'channel', push: 'unsubscribe', joins: false },
  PSUBSCRIBE: { kind: 'pattern', push: 'psubscribe', joins: true },
  PUNSUBSCRIBE: { kind: 'pattern', push: 'punsubscribe', joins: false },
  SSUBSCRIBE: { kind: 'shard', push: 'ssubscribe', joins: true },
  SUNSUBSCRIBE: { kind: 'shard', push: 'sunsubscribe', joins: false },
};

type Connection = FakeServer['connections'][number];

/** A push; in RESP2 an array. */
export function push(items: readonly ReplyValue[], protocol: 2 | 3): Uint8Array {
  const body = items.map((item) =>
    typeof item === 'number' ? `:${item}\r\n` : `$${Buffer.byteLength(String(item))}\r\n${String(item)}\r\n`,
  );
  return Buffer.from(`${protocol === 3 ? '>' : '*'}${items.length}\r\n${body.join('')}`);
}

/** Subscriptions of a scripted server: keeps them, confirms them, and delivers what the test publishes. */
export class PubsubScript {
  /** Subscribers by `kind name`. */
  readonly subscribers = new Map<string, Set<Connection>>();
  readonly #known = new WeakSet<Connection>();
  /** The answer instead of a confirmation: an error, or silence. Undefined: the subscription is confirmed. */
  refuse: (command: readonly string[]) => Answer = () => undefined;

  /** Answers subscriptions; all other commands are left to `rest`. */
  handler(rest: Handler = () => undefined): Handler {
    return (command, connection) => {
      const [name = '', channel = ''] = command;
      const entry = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
      if (entry === undefined) return rest(command, connection);
      const refusal = this.refuse(command);
      if (refusal !== undefined) return refusal;
      const all = this.of(entry.kind, channel);
      if (entry.joins) all.add(connection);
      else all.delete(connection);
      if (!this.#known.has(connection)) {
        this.#known.add(connection);
        connection.socket.once('close', () => {
          for (const one of this.subscribers.values()) one.delete(connection);
        });
      }
      return push([entry.push, channel, all.size], connection.protocol);
    };
  }

  of(kind: Kind, channel: string): Set<Connection> {
    const key = `${kind} ${channel}`;
    let all = this.subscribers.get(key);
    if (all === undefined) {
      all = new Set();
      this.subscribers.set(key, all);
    }
    return all;
  }

  /** Delivers a message, and returns how many connections got it. To a pattern, as that of a channel with the pattern's name. */
  publish(channel: string, message: string, kind: Kind = 'channel'): number {
    const all = this.of(kind, channel);
    const head = { channel: ['message'], pattern: ['pmessage', channel], shard: ['smessage'] }[kind];
    for (const one of all) one.send(push([...head, channel, message], one.protocol));
    return all.size;
  }
}
