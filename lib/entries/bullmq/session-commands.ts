import { Readable } from 'node:stream';
import { DataCommands } from './data-commands.js';
import { asBullError, closedError } from './errors.js';
import { toPopped, toStreams } from './replies.js';
import type { Session } from './session.js';
import { clientListAt, keysOfShards } from './shards.js';
import type { PageOptions, RawEntry } from './types.js';

/** Keys that `scanStream` gives at a time. */
const KEYS_AT_A_TIME = 100;

/** Commands that block, and those about servers and connections. */
export abstract class SessionCommands extends DataCommands {
  /** Runs what needs an open connection. */
  async #withSession<T>(run: (session: Session) => Promise<T>): Promise<T> {
    if (this.session === null) throw closedError();
    try {
      return await run(this.session);
    } catch (error) {
      throw asBullError(error);
    }
  }

  bzpopmin(key: string, timeout: number): Promise<[key: string, member: string, score: string] | null> {
    return this.#withSession(async (session) => toPopped(await session.callBlocking(key, ['BZPOPMIN', key, timeout])));
  }

  xread(
    streams: readonly { key: string; id: string }[],
    { BLOCK, COUNT }: { BLOCK?: number; COUNT?: number } = {},
  ): Promise<[stream: string, entries: RawEntry[]][] | null> {
    const block = BLOCK === undefined ? [] : ['BLOCK', BLOCK];
    const count = COUNT === undefined ? [] : ['COUNT', COUNT];
    const [{ key } = { key: '' }] = streams;
    return this.#withSession(async (session) => {
      const from = BLOCK === undefined ? streams : await Promise.all(streams.map((stream) => this.#fromNow(stream, session)));
      const words = ['XREAD', ...block, ...count, 'STREAMS', ...from.map((each) => each.key), ...from.map(({ id }) => id)] as const;
      return toStreams(await (BLOCK === undefined ? session.viewFor(true).call(...words) : session.callBlocking(key, words)));
    });
  }

  /**
   * `$` as the id of the last entry of now. A server would take it for the last one at the moment when the command arrives there, which may be
   * after a connection was opened, or another primary was found: what is added meanwhile would be missed.
   */
  async #fromNow(stream: { readonly key: string; readonly id: string }, session: Session): Promise<{ key: string; id: string }> {
    if (stream.id !== '$') return stream;
    const [last] = ((await session.viewFor(true).call('XREVRANGE', stream.key, '+', '-', 'COUNT', 1)) ?? []) as RawEntry[]; // the server's form
    return { key: stream.key, id: last?.[0] ?? '0-0' };
  }

  info(): Promise<string> {
    return this.#withSession(async (session) => String(await session.ask('INFO')));
  }

  /** Names the connection that this one has for itself, which BullMQ looks for in the lists of clients. */
  clientSetName(name: string): Promise<unknown> {
    return this.#withSession((session) => session.setName(name));
  }

  clientInfo(): Promise<string> {
    return this.#withSession(async (session) => String(await session.own().call('CLIENT', 'INFO')));
  }

  /** The clients of all primaries. */
  clientList(): Promise<string> {
    return this.#withSession(async (session) => {
      if (!session.isSharded) return String(await session.ask('CLIENT', 'LIST'));
      const lists = await Promise.all(keysOfShards(session.native).map((key) => clientListAt(session.native, key)));
      return lists.join('');
    });
  }

  /** One page, of the servers that have the keys: of several those that the hash tag of the pattern names. */
  scan(cursor: string | number, { MATCH, COUNT }: PageOptions = {}): Promise<[cursor: string, keys: string[]]> {
    const words = [cursor, ...(MATCH === undefined ? [] : ['MATCH', MATCH]), ...(COUNT === undefined ? [] : ['COUNT', COUNT])];
    return this.#withSession(async (session) => {
      const page = session.isSharded
        ? await session.native.lease((one) => one.call('SCAN', ...words), { key: MATCH ?? '' })
        : await session.viewFor(true).call('SCAN', ...words);
      return page as [string, string[]]; // by the server's documentation
    });
  }

  /** The keys of all servers, in lists. */
  scanStream({ match, count }: { match: string; count?: number }): Readable {
    const { session } = this;
    if (session === null) throw closedError();
    return Readable.from(lists(session.native.scanKeys({ MATCH: match, ...(count === undefined ? {} : { COUNT: count }) }), count));
  }
}

async function* lists(keys: AsyncIterable<string>, length = KEYS_AT_A_TIME): AsyncGenerator<string[]> {
  let list: string[] = [];
  for await (const key of keys) {
    list.push(key);
    if (list.length < length) continue;
    yield list;
    list = [];
  }
  if (list.length > 0) yield list;
}
