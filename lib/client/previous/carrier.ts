import { ReplyError } from '../../errors.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type MigrateTarget, type MigrateVerdict, migrateArgs, verdictOfError, verdictOfReply } from '../../protocol/migrate.js';
import { performance, queueMicrotask } from '../../runtime/runtime.js';
import type { View } from '../view.js';
import type { PreviousPlace, Primary } from './places.js';
import type { TargetLogin } from './target-login.js';

/**
 * Wait of the previous server for each step of the new one, in ms: it serves nobody meanwhile. Members of a ring that give keys to each
 * other wait for each other in vain, so it begins short; twice as long after each time in vain, and a little shorter after each success.
 */
export const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 500;
const AFTER_SUCCESS = 15 / 16;
/** How long the new server may take to answer us, in ms. */
const PING_MS = 500;
/** Most keys of one MIGRATE. Together they wait for a target that hangs as long as one would. */
const MOST_KEYS = 32;
/** A target that has answered within so many ms is not asked again whether it lives. */
const HEARD_MS = 100;

/** What became of a key: `mute`: the target does not answer, so that nothing was sent. An error: nobody knows. */
export type Carried = MigrateVerdict | 'mute' | { readonly lost: unknown };

interface Job {
  readonly key: Arg;
  readonly done: (carried: Carried) => void;
}

/** Way from one server to another, with the keys that are to go it. */
interface Way {
  readonly name: string;
  readonly from: Primary;
  readonly to: Primary;
  readonly jobs: Job[];
  heardAt: number;
}

/**
 * Carrier of keys by MIGRATE, one MIGRATE at a time from one server to another, of all keys that wait for it by then. While a MIGRATE waits
 * for its target the source serves nobody, so none is sent to a target that does not answer us.
 */
export class Carrier {
  readonly #previous: PreviousPlace;
  readonly #database: number;
  readonly #login: TargetLogin;
  readonly #view: View;
  readonly #ways = new Map<string, Way>();
  /** Waits of the previous servers, by way. */
  readonly #waits = new Map<string, number>();
  /** A cluster takes keys of one slot in one command. */
  readonly #most: number;

  /** `database`: that of the keys in their new place. */
  constructor(previous: PreviousPlace, database: number, login: TargetLogin, view: View) {
    this.#previous = previous;
    this.#database = database;
    this.#login = login;
    this.#view = view;
    this.#most = previous.options.topology.kind === 'cluster' ? 1 : MOST_KEYS;
  }

  /** Never rejects. */
  carry(key: Arg, from: Primary, to: Primary): Promise<Carried> {
    return new Promise((done) => {
      const name = `${from.node.key} ${to.node.key}`;
      const known = this.#ways.get(name);
      const way = known ?? { name, from, to, jobs: [], heardAt: Number.NEGATIVE_INFINITY };
      way.jobs.push({ key, done });
      if (known !== undefined) return;
      this.#ways.set(name, way);
      // What is asked for in this turn goes together.
      queueMicrotask(() => void this.#goAlong(way).finally(() => this.#ways.delete(name)));
    });
  }

  async #goAlong(way: Way): Promise<void> {
    while (way.jobs.length > 0) {
      const answers = performance.now() - way.heardAt <= HEARD_MS || (await this.#answers(way));
      const jobs = way.jobs.splice(0, answers ? this.#most : way.jobs.length);
      if (answers) await this.#carryAll(way, jobs);
      else for (const { done } of jobs) done('mute');
    }
  }

  /** One error may be of any of the keys: then each goes by itself. */
  async #carryAll(way: Way, jobs: readonly Job[]): Promise<void> {
    const carried = await this.#migrate(way, jobs);
    if (jobs.length === 1 || 'lost' in carried || carried.error === null || carried.error.code === 'IOERR') {
      for (const { done } of jobs) done(carried);
      return;
    }
    for (const job of jobs) job.done(await this.#migrate(way, [job]));
  }

  async #migrate(way: Way, jobs: readonly Job[]): Promise<MigrateVerdict | { readonly lost: unknown }> {
    const waitMs = this.#waits.get(way.name) ?? SHORTEST_WAIT_MS;
    try {
      const target = await this.#target(way.to, waitMs);
      const keys = jobs.map(({ key }) => key);
      const args = migrateArgs(target, keys);
      const verdict = verdictOfReply((await this.#previous.migrate(args, keys[0] ?? '', this.#view)) as Raw); // no decoder
      if (verdict.kind === 'moved') {
        way.heardAt = performance.now();
        this.#waits.set(way.name, Math.max(SHORTEST_WAIT_MS, waitMs * AFTER_SUCCESS));
      }
      return verdict;
    } catch (error) {
      if (!(error instanceof ReplyError)) return { lost: error };
      const verdict = verdictOfError(error);
      if (error.code === 'IOERR') this.#waits.set(way.name, Math.min(LONGEST_WAIT_MS, waitMs * 2));
      way.heardAt = verdict.by === 'target' ? performance.now() : Number.NEGATIVE_INFINITY;
      return verdict;
    }
  }

  async #target({ address, node }: Primary, timeoutMs: number): Promise<MigrateTarget> {
    const login = await this.#login.get();
    const { host, port } = 'port' in address ? address : { host: node.key, port: 0 };
    return { host, port, database: this.#database, timeoutMs, login };
  }

  async #answers(way: Way): Promise<boolean> {
    // Busy with something, or without the right to PING: it lives.
    const answers = await way.to.node.ask(['PING'], 'primary', PING_MS).then(
      () => true,
      (error: unknown) => error instanceof ReplyError,
    );
    if (answers) way.heardAt = performance.now();
    return answers;
  }
}
