import type { Execution } from '../books.js';
import { Failure } from '../servers/resp.js';
import { type CallRecord, idOf } from '../workloads/calls.js';
import type { Evidence } from './check.js';

const none: readonly never[] = [];

/** What the servers ran, by call and by key. Made once for all checks of a seed. */
export class Ledger {
  readonly calls: ReadonlyMap<number, CallRecord>;
  readonly #clients: Evidence['clients'];
  readonly #ran = new Map<number, Execution[]>();
  readonly #refused = new Map<number, Execution[]>();
  readonly #byKey = new Map<string, Execution[]>();
  /** Calls of which a proxy has said something by itself. */
  readonly #proxied = new Set<number>();
  /** The calls that a record names, of those that name any. */
  readonly #named = new Map<Execution, Ids>();
  /** By history: the lowest offset behind which somebody threw it away. */
  readonly #keptUntil = new Map<string, number>();

  constructor({ calls, books, clients }: Pick<Evidence, 'calls' | 'books' | 'clients'>) {
    this.#clients = clients;
    this.calls = new Map(calls.map((call) => [call.id, call]));
    for (const execution of books.executions) this.#add(execution);
    for (const { words } of books.proxyErrors) for (const id of idsOf(words)) this.#proxied.add(id);
    for (const { history, fromOffset } of books.discards) {
      this.#keptUntil.set(history, Math.min(fromOffset, this.#keptUntil.get(history) ?? Number.POSITIVE_INFINITY));
    }
  }

  /** What names calls, in order of time. */
  get named(): ReadonlyMap<Execution, Ids> {
    return this.#named;
  }

  /** The calls that this record names: of a transaction, those that it changed something for. */
  idsIn(execution: Execution): Ids {
    return this.#named.get(execution) ?? none;
  }

  /** Of what this call wrote. What has no id in its bytes (a read, DEL, a pop) is not found by its call. */
  ran(id: number): readonly Execution[] {
    return this.#ran.get(id) ?? none;
  }

  /** Of what this call wrote, what the servers refused, or answered by an error without a change. */
  refused(id: number): readonly Execution[] {
    return this.#refused.get(id) ?? none;
  }

  /** Whether a proxy has answered some attempt of it by an error of its own. */
  isProxied(id: number): boolean {
    return this.#proxied.has(id);
  }

  /** Where a key of a call is: its database, and its name on the servers. */
  placeOf({ client, traits }: Pick<CallRecord, 'client' | 'traits'>, key: string): string {
    return placeOf(this.databaseOf({ client, traits }), traits.keyPrefix + key);
  }

  /** Number of the database in which a call works. */
  databaseOf({ client, traits }: Pick<CallRecord, 'client' | 'traits'>): number {
    return traits.database ?? this.#clients.get(client)?.database ?? 0;
  }

  /** What ran with a key, by its place. In order of time, on all servers. */
  withKey(key: string): readonly Execution[] {
    return this.#byKey.get(key) ?? none;
  }

  /** A server threw it away, and so perhaps all did. */
  mayBeLost({ history, offset }: Pick<Execution, 'history' | 'offset'>): boolean {
    const keptUntil = this.#keptUntil.get(history);
    return keptUntil !== undefined && offset > keptUntil;
  }

  #add(execution: Execution): void {
    const { words, reply, effects } = execution;
    const [name = ''] = words;
    // An error that changed nothing is as good as a refusal.
    const isRefused = execution.isRefused || (reply instanceof Failure && effects.length === 0);
    const byId = isRefused ? this.#refused : this.#ran;
    const ids = name === 'EXEC' ? idsOf(effects.flat()) : idsOf(words);
    if (ids !== none) this.#named.set(execution, ids);
    for (const id of ids) push(byId, id, execution);
    if (isRefused) return;
    for (const key of keysOf(execution)) push(this.#byKey, placeOf(execution.db, key), execution);
  }
}

/** Ids of calls, each once. */
export type Ids = ReadonlySet<number> | readonly number[];

/** The calls that the words of a command name. */
export function idsOf(words: readonly string[]): Ids {
  let first = 0;
  let all: Set<number> | null = null;
  for (let at = 1; at < words.length; at++) {
    const id = idOf(words[at] as string); // at < length
    if (id === 0 || id === first) continue;
    if (first === 0) first = id;
    else all = (all ?? new Set([first])).add(id);
  }
  return all ?? (first === 0 ? none : [first]);
}

/** The keys of what ran: of a transaction and a script, those that it changed. */
export function keysOf({ words, rule, effects }: Pick<Execution, 'words' | 'rule' | 'effects'>): readonly string[] {
  if (words[0] === 'EXEC') return [...new Set(effects.flatMap(keysOfEffect))];
  return rule?.keys?.(words) ?? none;
}

const ALL_KEYS: ReadonlySet<string> = new Set(['DEL', 'UNLINK', 'MGET', 'EXISTS', 'TOUCH']);
const TWO_KEYS: ReadonlySet<string> = new Set(['LMOVE', 'RPOPLPUSH', 'RENAME', 'COPY', 'SMOVE']);

/** The keys of a command that replicas get. */
export function keysOfEffect(words: readonly string[]): readonly string[] {
  const [name = ''] = words;
  if (ALL_KEYS.has(name)) return words.slice(1);
  if (name === 'MSET' || name === 'MSETNX') return words.filter((_, at) => at % 2 === 1);
  return words.slice(1, TWO_KEYS.has(name) ? 3 : 2);
}

function placeOf(database: number, key: string): string {
  return database === 0 ? key : `${database}/${key}`;
}

function push<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}
