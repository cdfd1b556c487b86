import { type Client, NOWHERE } from '../client/client.js';
import { runTransaction } from '../client/lease/batch.js';
import { leaseKeysOf } from '../client/lease/lease-keys.js';
import { LeasedConnection } from '../client/lease/leased-connection.js';
import { runPipeline } from '../client/lease/pipeline.js';
import { type Watching, type WatchOptions, watch } from '../client/lease/watch.js';
import { newLife } from '../client/life.js';
import { memberOf, placeOfMember, setMembers } from '../client/ring/members.js';
import type { ClientStats } from '../client/stats.js';
import { type Source, type StreamOptions, stream } from '../client/stream.js';
import type { View } from '../client/view.js';
import type { ScoredMember } from '../commands/data/scored-member.js';
import type { Key, OneOrMore } from '../commands/group.js';
import type { Direct, MODE } from '../commands/mode.js';
import { isList } from '../commands/tokens.js';
import { OptionsError } from '../errors.js';
import type { GroupOptions } from '../options/access.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import type { ViewOptions } from '../options/client-options.js';
import { resolveGroup, resolveView } from '../options/resolve.js';
import type { RingMemberOptions } from '../options/ring.js';
import type { Arg, CommandSpec, Decode, Raw } from '../protocol/command-spec.js';
import type { Explanation } from '../routing/reads/explanation.js';
import type { TopologySnapshot } from '../topology/snapshot.js';
import { REDIS_FORMS } from './call-forms.js';
import { Dedicated, type DedicatedOptions, dedicatedOf } from './dedicated.js';
import { Leased, Watched, type WatchResult } from './leased.js';
import { type DuplicateOptions, LifeMethods } from './life-methods.js';
import { Pipeline } from './pipeline.js';
import { type Items, type ScanItemsOptions, type ScanKeysOptions, scanHash, scanKeys, scanSet, scanSortedSet } from './scan-iterators.js';

import { commandOf } from './words.js';

/**
 * Client, or a view of one: the typed commands, views, batches, transactions, scans, subscriptions and leases, and the life of the client.
 * Views share everything with the client they were made from; they only treat calls differently.
 */
export class Redis<in out Text extends AnyText = string, in out Integer extends AnyInteger = number> extends LifeMethods {
  declare readonly [MODE]: Direct<Text, Integer>;
  readonly #client: Client;
  readonly #view: View;
  readonly #callView: View;

  /** Use `createClient`. */
  constructor(client: Client, view: View) {
    super(client, view);
    this.#client = client;
    this.#view = view;
    this.#callView = view.withObjects();
  }

  protected run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Promise<T> {
    return this.#client.run(spec, args, decode ?? null, this.#view) as Promise<T>; // the decoder's type, or the raw reply's by the server's documentation
  }

  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  /**
   * Sends any command, also one this library does not know, whose keys it then learns from the server (once a name). RESP3 maps arrive as
   * objects. Rejects with `CommandRefusedError` where the command would change the state of a shared connection.
   * @example await redis.call('JSON.GET', 'doc:1', '$.name');
   */
  call(...words: readonly [command: string, ...args: Arg[]]): Promise<Raw> {
    try {
      const { spec, args } = commandOf(words, 'call');
      return this.#client.run(spec, args, null, this.#callView) as Promise<Raw>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * A view whose calls are treated differently: deadline, signal, reads, retries, types of replies.
   * @example await redis.with({ timeoutMs: 20, reads: 'primary' }).get('user:1');
   */
  with<const Options extends ViewOptions>(options: Options): Redis<ViewText<Options, Text>, ViewInteger<Options, Integer>> {
    const checked = resolveView(options);
    return new Redis(this.#client, this.#client.view({ ...this.#view.options, ...checked }, this.#view));
  }

  /**
   * A view whose calls belong to a business domain of the option `domains`, whatever their keys. Throws `OptionsError` for an unknown name.
   * @example await redis.domain('news').get('front');
   */
  domain(name: string): Redis<Text, Integer> {
    const domain = this.#client.domain(name);
    if (domain === undefined) throw new OptionsError('domain(name)', 'the name of a domain in options.domains', name);
    return new Redis(this.#client, this.#client.view(this.#view.options, { ...this.#view, domain }));
  }

  /**
   * A view that reads what it wrote: where its reads may go to replicas, only to those that have all its writes, else to the primary.
   * @example const ada = redis.session(); await ada.set('user:1', 'Ada'); await ada.get('user:1');
   */
  session(): Redis<Text, Integer> {
    return new Redis(this.#client, this.#client.view(this.#view.options, { ...this.#view, session: this.#client.session() }));
  }

  /**
   * A client with a life of its own on the same connections, topology and queue, with the options of this view. `close()` and `destroy()` of
   * it, and of the views made from it, end its own commands, subscriptions and connections, and touch nothing of others; the end of the
   * client it was made from ends it, too.
   * @example const worker = redis.duplicate(); const job = worker.blpop('jobs', 0); await worker.close(); // ends the BLPOP
   */
  duplicate(options: DuplicateOptions = {}): Redis<Text, Integer> {
    const life = newLife(this.#client, options.signal);
    life.name = options.clientName;
    return new Redis(this.#client, this.#client.view(this.#view.options, { ...this.#view, life }));
  }

  /**
   * A connection for the caller alone, kept until it is closed or this client ends: for what needs the state of one (SELECT, WATCH and MULTI
   * by hand, CLIENT TRACKING …). It is opened by its first command; after a loss another takes its place, which is told the state again.
   * `lease()` is for what is over soon.
   * @example await using one = redis.dedicated({ database: 3 }); await one.set('a', '1');
   */
  dedicated(options: DedicatedOptions = {}): Dedicated<Text, Integer> {
    return new Dedicated(dedicatedOf(this.#client, this.#view, options));
  }

  /**
   * A client on another group of the same sentinels, over the same connections to them, with the options of this one. `options` are what
   * its data nodes have of their own. It has a life of its own, until it is closed or this client is: make it once, not for every call.
   * Throws `OptionsError` where there are no sentinels; a name they do not know rejects its commands.
   * @example const sessions = redis.group('sessions', { password: 'of the data nodes of that group' });
   */
  group(name: string, options: GroupOptions = {}): Redis<Text, Integer> {
    const group = this.#client.group(resolveGroup(this.#client.options, name, options), this.#view.life ?? undefined);
    return new Redis(group, group.view(this.#view.options, { ...NOWHERE, domain: this.#view.domain }));
  }

  /**
   * Name of the member of a ring that has the key, by the placement: no server is asked. Throws `OptionsError` where there is no ring.
   * @example console.log(redis.memberOf('user:1'));
   */
  memberOf(key: Key): string {
    return memberOf(this.#client, this.#view, key);
  }

  /**
   * A view whose calls go to one member of a ring, whatever their keys, over the same connections. Throws `OptionsError` for a name that no
   * member has; calls to one that has left reject with `NoNodeError`.
   * @example console.log(await redis.member('server2').info('memory'));
   */
  member(name: string): Redis<Text, Integer> {
    const member = placeOfMember(this.#client, name);
    return new Redis(this.#client, this.#client.view(this.#view.options, { ...this.#view, member }));
  }

  /**
   * Gives a ring other members, from the next command on; those that stay keep their connections. No key is moved: see docs/topologies.md.
   * @example redis.setMembers({ a: '10.0.0.1:6379', b: '10.0.0.2:6379', d: '10.0.0.4:6379' });
   */
  setMembers(members: readonly RingMemberOptions[] | Readonly<Record<string, RingMemberOptions>>): void {
    setMembers(this.#client, members);
  }

  /**
   * Collects commands and sends them together; they may belong to any slots.
   * @example const [value, sum] = await redis.pipeline().get('a').incr('b').exec();
   */
  pipeline(): Pipeline<[], Text, Integer> {
    return new Pipeline((steps) => runPipeline(this.#client, steps, this.#view));
  }

  /**
   * Collects commands and has one server run them as a transaction (MULTI … EXEC). In a cluster their keys must share one slot.
   * @see https://redis.io/docs/latest/develop/using-commands/transactions/
   * @example const [, balance] = await redis.multi().set('a', '1').incr('a').exec();
   */
  multi(): Pipeline<[], Text, Integer> {
    return new Pipeline((steps) => runTransaction(this.#client, steps, this.#view));
  }

  /**
   * Optimistic locking: calls `attempt` with a connection that watches the keys, and executes the transaction it returns if nobody has
   * changed one of them meanwhile; else begins again, `retries` times (default 10), and gives `null` when others were always faster. What
   * is returned and is no transaction is given as it is. In a cluster the keys must share one slot.
   * @see https://redis.io/docs/latest/develop/using-commands/transactions/#optimistic-locking-using-check-and-set
   * @example const replies = await redis.watch('a', async (tx) => { const a = await tx.get('a'); return tx.multi().set('a', Number(a) * 2); });
   */
  watch<Returned>(
    keys: OneOrMore<Key>,
    attempt: (tx: Watched<Text, Integer>) => Promise<Returned> | Returned,
    options: WatchOptions = {},
  ): Promise<WatchResult<Returned> | null> {
    const attemptOnce = async (watching: Watching): Promise<unknown> => {
      const tx = new Watched<Text, Integer>(watching);
      return Watched.finish(tx, await attempt(tx));
    };
    return watch(this.#client, this.#view, isList(keys) ? keys : [keys], attemptOnce, options) as Promise<WatchResult<Returned> | null>; // by `finish`
  }

  /**
   * Runs a command for each item of an iterable, sync or async, and gives the replies in the order of the items. At most `window` commands
   * (default 1,000) wait for their replies or their caller at a time, so that memory stays bounded however many items there are. The first
   * error ends it; with `{ errors: 'inline' }` errors stand in their places.
   * @example for await (const reply of redis.stream(lines, (r, line) => r.rpush('lines', line))) count++;
   */
  stream<Item, Reply>(
    source: Source<Item>,
    issue: RunCommand<this, Item, Reply>,
    options: StreamOptions & { errors: 'inline' },
  ): Items<Reply | Error>;
  stream<Item, Reply>(source: Source<Item>, issue: RunCommand<this, Item, Reply>, options?: StreamOptions): Items<Reply>;
  stream<Item, Reply>(source: Source<Item>, issue: RunCommand<this, Item, Reply>, options: StreamOptions = {}): Items<Reply | Error> {
    return stream(source, (item) => issue(this, item), this.#client, options);
  }

  /**
   * All keys, of all shards. Every key that is there from beginning to end is given, also when a node fails or slots move meanwhile; one
   * that comes or goes meanwhile may be. See `ScanKeysOptions` for `dedupe` and its limit.
   * @see https://redis.io/docs/latest/commands/scan/
   * @example for await (const key of redis.scanKeys({ MATCH: 'user:*', COUNT: 1000 })) console.log(key);
   */
  scanKeys(options: ScanKeysOptions = {}): Items<Text> {
    return scanKeys(this.#client, this.#view, options);
  }

  /**
   * All fields of a hash with their values; as `scanKeys`.
   * @see https://redis.io/docs/latest/commands/hscan/
   * @example for await (const [field, value] of redis.scanHash('user:1')) console.log(field, value);
   */
  scanHash(key: Key, options: ScanItemsOptions = {}): Items<[field: Text, value: Text]> {
    return scanHash(this.#client, this.#view, key, options);
  }

  /**
   * All members of a set; as `scanKeys`.
   * @see https://redis.io/docs/latest/commands/sscan/
   * @example for await (const member of redis.scanSet('tags')) console.log(member);
   */
  scanSet(key: Key, options: ScanItemsOptions = {}): Items<Text> {
    return scanSet(this.#client, this.#view, key, options);
  }

  /**
   * All members of a sorted set with their scores, in no order; as `scanKeys`.
   * @see https://redis.io/docs/latest/commands/zscan/
   * @example for await (const { member, score } of redis.scanSortedSet('scores')) console.log(member, score);
   */
  scanSortedSet(key: Key, options: ScanItemsOptions = {}): Items<ScoredMember<Text>> {
    return scanSortedSet(this.#client, this.#view, key, options);
  }

  /**
   * Lends one connection to `use`, alone, for what needs its state (WATCH, MULTI by hand, WAIT, SELECT …), where there are several primaries
   * to that of `key`. When `use` ends the connection goes back, or is closed if its state was touched.
   * @example await redis.lease(async (one) => { await one.call('WATCH', 'a'); … });
   */
  async lease<T>(use: (connection: Leased<Text, Integer>) => Promise<T>, options: { readonly key?: Key } = {}): Promise<T> {
    const key = options.key ?? null;
    const { lease, slot } = await this.#client.acquire(key, this.#view);
    const connection = new LeasedConnection(lease, this.#view, this.#client, leaseKeysOf(this.#client, this.#view, key, slot));
    try {
      return await use(new Leased(connection));
    } finally {
      lease.release(!connection.end());
    }
  }

  /** Counters of the whole client, by node. */
  stats(): ClientStats {
    return this.#client.stats();
  }

  /**
   * Where a command would go now, and why: domain, slot, shard, mode, and what each step of the selection left. Sends nothing; `String(…)`
   * of it has a line a step. Before the servers are known (`connect()`) it can only say so.
   * @example console.log(String(redis.domain('news').explain('GET', 'front')));
   */
  explain(...words: readonly [command: string, ...args: Arg[]]): Explanation {
    const { spec, args } = commandOf(words, 'explain');
    return this.#client.explain(spec, args, this.#view);
  }

  /** Kind of the topology in the options: known before the servers are. */
  get topologyKind(): TopologySnapshot['kind'] {
    return this.#client.options.topology.kind;
  }

  /** The option `keyPrefix`; null: there is none. */
  get keyPrefix(): string | null {
    return this.#client.options.keyPrefix;
  }

  /** The servers as last seen; null before the first answer. */
  get topology(): TopologySnapshot | null {
    return this.#client.snapshot;
  }
}

checkCalls(Redis, REDIS_FORMS satisfies FormsOf<Redis, LifeMethods>);

/** Callback of `stream`: issues the command for one item. */
export type RunCommand<Redis, Item, Reply> = (redis: Redis, item: Item) => Promise<Reply>;

type AnyText = string | Buffer;
type AnyInteger = number | bigint | string;

/** The text type after `with(options)`. */
export type ViewText<Options, Text> = Options extends { readonly buffers: true }
  ? Buffer
  : Options extends { readonly buffers: false }
    ? string
    : Text;
/** The integer type after `with(options)`. */
export type ViewInteger<Options, Integer> = Options extends { readonly integers: 'bigint' }
  ? bigint
  : Options extends { readonly integers: 'string' }
    ? string
    : Options extends { readonly integers: 'number' }
      ? number
      : Integer;
