import type { Books } from '../../books.js';
import type { Network } from '../../network/network.js';
import type { ServerEnd } from '../../network/tcp.js';
import { hashOf } from '../../time/random.js';
import { encode, Failure, Raw, type ReplyValue, Status } from '../resp.js';
import { type Answer, LATER, RespServer, Session } from '../resp-server.js';
import { Backend, type Trouble } from './backend.js';
import { itemsOf } from './raw-replies.js';

/** What a proxy makes of what it does not pass on. */
export interface ProxyDialect {
  /** At a command that it does not know. */
  readonly atUnknown: 'closes' | 'refuses';
  readonly errors: Readonly<Record<Trouble, string>>;
  /** Replies that it cannot read; null: it reads all. */
  readonly unreadable: RegExp | null;
}

export interface KeyProxyOptions {
  /** Those over which the keys are spread, as `host:port`. */
  readonly servers: readonly string[];
  /** How long a server may take for a reply, in ms. */
  readonly timeoutMs: number;
  readonly dialect: ProxyDialect;
}

/** A place in the order of a client's replies. */
interface Slot {
  reply: ReplyValue | null;
}

/** A client's connection. */
class ProxySession extends Session {
  readonly slots: Slot[] = [];
}

/** Places of the first key, of commands that do not begin with it. */
const FIRST_KEY: Readonly<Record<string, number>> = { EVAL: 3, EVALSHA: 3 };

/** What it passes on of what programs send; a part of https://github.com/twitter/twemproxy/blob/v0.5.0/notes/redis.md */
const PASSED: ReadonlySet<string> = new Set(
  [
    'APPEND DEL DUMP EVAL EVALSHA EXISTS EXPIRE GET GETDEL GETEX HDEL HGET HGETALL HINCRBY HKEYS HLEN HMGET HSCAN HSET HVALS INCR INCRBY',
    'LLEN LMOVE LPOP LPUSH LRANGE MGET MSET PERSIST PEXPIRE PTTL RPOP RPUSH SADD SCARD SET SISMEMBER SMEMBERS SREM SSCAN STRLEN TOUCH TTL',
    'TYPE UNLINK ZADD ZCARD ZPOPMIN ZRANGE ZREM ZSCAN ZSCORE',
  ].flatMap((line) => line.split(' ')),
);

/** How the replies of the parts of a command become one. */
const SPLIT: Readonly<Record<string, 'items' | 'status' | 'sum'>> = {
  MGET: 'items',
  MSET: 'status',
  DEL: 'sum',
  UNLINK: 'sum',
  TOUCH: 'sum',
};

/** A part of a command, for one server. */
interface Part {
  readonly backend: number;
  readonly words: readonly string[];
  /** Places of its keys among those of the command. */
  readonly places: readonly number[];
}

/**
 * Spreads keys over servers that it knows alone, and speaks RESP2 of single commands: as twemproxy (nutcracker) 0.5.0, which was run to see what
 * it does. It keeps nothing: a client may go on with another one that has the same servers.
 */
export class KeyProxy extends RespServer<ProxySession> {
  readonly #backends: readonly Backend[];
  readonly #dialect: ProxyDialect;

  constructor(
    network: Network,
    { host, port }: { readonly host: string; readonly port: number },
    { servers, timeoutMs, dialect }: KeyProxyOptions,
    private readonly books: Books,
  ) {
    super(network, host, port);
    this.#dialect = dialect;
    this.#backends = servers.map((server) => new Backend(this, server, timeoutMs, dialect.unreadable));
  }

  protected newSession(end: ServerEnd, id: number): ProxySession {
    return new ProxySession(end, id);
  }

  protected isHeld(): boolean {
    return false;
  }

  protected execute(session: ProxySession, words: string[]): Answer {
    const [name = ''] = words;
    const slot: Slot = { reply: null };
    session.slots.push(slot);
    if (name === 'PING') slot.reply = new Status('PONG');
    else if (PASSED.has(name)) this.#pass(session, slot, words);
    else if (this.#dialect.atUnknown === 'closes') this.drop(session.end);
    else slot.reply = this.#failure(words, `ERR unknown command '${session.nameAsSent}'`);
    this.#answer(session);
    return LATER;
  }

  #pass(session: ProxySession, slot: Slot, words: readonly string[]): void {
    const parts = this.#partsOf(words);
    const replies: (string | null)[] = parts.map(() => null);
    let left = parts.length;
    let trouble: Trouble | null = null;
    const over = (): void => {
      left--;
      if (left > 0) return;
      slot.reply = trouble === null ? joined(words, parts, replies as string[]) : this.#failure(words, this.#dialect.errors[trouble]);
      this.#answer(session);
    };
    for (const [place, part] of parts.entries()) {
      const bytes = Buffer.from(encode(part.words, 2), 'latin1');
      this.#backends[part.backend]?.send(bytes, session.sentAt, {
        answered: (reply) => {
          replies[place] = reply;
          over();
        },
        failed: (why) => {
          trouble ??= why;
          over();
        },
      });
    }
  }

  /** One part a server; of what is not split, the server of the first key gets it all. */
  #partsOf(words: readonly string[]): Part[] {
    const [name = ''] = words;
    if (SPLIT[name] === undefined) return [{ backend: this.#backendOf(words[FIRST_KEY[name] ?? 1] ?? ''), words, places: [] }];
    const step = name === 'MSET' ? 2 : 1;
    const parts = new Map<number, { words: string[]; places: number[] }>();
    for (let at = 1, place = 0; at < words.length; at += step, place++) {
      const backend = this.#backendOf(words[at] ?? '');
      const part = parts.get(backend) ?? { words: [name], places: [] };
      parts.set(backend, part);
      part.words.push(...words.slice(at, at + step));
      part.places.push(place);
    }
    return [...parts].map(([backend, part]) => ({ backend, ...part }));
  }

  /** With `hash_tag: "{}"`. */
  #backendOf(key: string): number {
    const tag = /\{([^}]+)\}/.exec(key)?.[1] ?? key;
    return hashOf(tag) % this.#backends.length;
  }

  #failure(words: readonly string[], text: string): Failure {
    this.books.answeredByProxy(this.name, words, text);
    return new Failure(text);
  }

  /** Replies leave in the order of the commands: those of one server wait for those of another. */
  #answer(session: ProxySession): void {
    const { slots } = session;
    if (session.end.isClosed) return;
    while (slots[0] !== undefined && slots[0].reply !== null) {
      this.send(session, slots[0].reply);
      slots.shift();
    }
  }

  protected disconnected(): void {
    // What servers answer to commands of its client nobody gets.
  }

  protected started(): void {
    // It keeps nothing.
  }

  protected died(): void {
    for (const backend of this.#backends) backend.died();
  }
}

/** One reply of those to the parts. An error of one is the whole's. */
function joined([name = '']: readonly string[], parts: readonly Part[], replies: readonly string[]): ReplyValue {
  const [first = ''] = replies;
  const error = replies.find((reply) => reply.startsWith('-'));
  if (parts.length === 1 || error !== undefined) return new Raw(error ?? first);
  const how = SPLIT[name];
  if (how === 'status') return new Raw(first);
  if (how === 'sum') return replies.reduce((sum, reply) => sum + Number(reply.slice(1)), 0);
  const items: string[] = [];
  for (const [at, reply] of replies.entries()) {
    for (const [place, item] of itemsOf(reply).entries()) items[parts[at]?.places[place] ?? 0] = item;
  }
  return new Raw(`*${items.length}\r\n${items.join('')}`);
}
