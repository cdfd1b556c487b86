import type { Network } from '../../network/network.js';
import { ServerEnd } from '../../network/tcp.js';
import { LATER } from '../resp-server.js';
import type { RedisServer } from './redis-server.js';
import { RedisSession } from './session.js';

/** What a replica gets from its primary, and applies. */
export class ReplayedStream {
  #session: RedisSession | null = null;
  /** Since MULTI. */
  #transaction: (readonly [number, readonly string[]])[] | null = null;

  constructor(private readonly server: RedisServer) {}

  add(database: number, words: readonly string[]): void {
    const [name] = words;
    if (name === 'MULTI') this.#transaction = [];
    else if (name === 'EXEC') {
      const commands = this.#transaction ?? [];
      this.#transaction = null;
      for (const [db, command] of commands) this.#apply(db, command);
      this.server.blocked.serve();
    } else if (this.#transaction !== null) this.#transaction.push([database, words]);
    else {
      this.#apply(database, words);
      this.server.blocked.serve();
    }
  }

  /** The link is gone: the rest of a transaction never comes. */
  clear(): void {
    this.#transaction = null;
    this.#session = null;
  }

  #apply(database: number, words: readonly string[]): void {
    const { server } = this;
    const [name = ''] = words;
    const rule = server.rules.get(name);
    if (rule === undefined) throw new Error(`a replica got what it does not know: ${words.join(' ')}`);
    this.#session ??= new RedisSession(endOfPrimary(server), 0, server.now, null);
    this.#session.database = database;
    server.keyspace.isReplaying = true;
    try {
      const { reply } = server.run(this.#session, words, rule, 'primary');
      if (reply === LATER) throw new Error(`a replica cannot block: ${words.join(' ')}`);
    } finally {
      server.keyspace.isReplaying = false;
    }
  }
}

/** The replica answers nothing. */
function endOfPrimary({ host, network }: { readonly host: string; readonly network: Network }): ServerEnd {
  const noWay = (): never => {
    throw new Error(`a replica wrote to its primary at ${network.timeline.now} ms`);
  };
  return new ServerEnd(host, noWay as never, 0, 0, { up: null as never, down: null as never });
}
