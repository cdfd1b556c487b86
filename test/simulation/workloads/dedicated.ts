import type { Redis } from '../../../lib/index.js';
import type { Random } from '../time/random.js';
import { notCommitted, outcomeOf, unknownUnlessNo } from './batches.js';
import type { Answer, Caller } from './caller.js';
import { amountOf, type CallRecord, type CallTraits, failureOf, markOf } from './calls.js';
import { endLife, type LifeEnd, ownCaller, ownTraits } from './own-life.js';
import { textOf } from './strings.js';
import { sleep, type Workload, type WorkloadContext } from './workload.js';

type Dedicated = ReturnType<Redis['dedicated']>;

/** What the key of a connection holds: what is done on it follows from that. */
const KINDS = { register: 4, sum: 2, counter: 4, queue: 2 } as const;
type Kind = keyof typeof KINDS;

/** A name that a program gives, and CLIENT GETNAME has to tell. Where there are several clients the name says whose a connection is. */
export function nameFor({ client }: WorkloadContext, name: string): string {
  return client.plan.options.clientName ?? name;
}

/** A proxy may lead to another server each time, and is told no names. */
export function hasNames({ world }: WorkloadContext): boolean {
  return world.deployment.kind !== 'endpoints';
}

function keyFor({ client, program, random }: WorkloadContext, kind: Kind): string {
  if (kind === 'register') return `dedicated:${client.plan.name}:${program}`;
  return `dedicated ${kind}:${random.integer(0, 1)}`;
}

/** A connection that a program has for itself, in the database that it has selected there. */
class OwnConnection {
  #database: number | null = null;

  constructor(
    private readonly me: Caller,
    private readonly one: Dedicated,
    private readonly whole: CallRecord,
    private readonly facts: { readonly kind: Kind; readonly key: string; readonly name: string | null; readonly hasDatabases: boolean },
    database: number | null,
  ) {
    this.#database = database;
  }

  /** False: nobody knows in which state the connection is, or how often something ran. */
  async step(): Promise<boolean> {
    const { me, one, facts } = this;
    const others = { connect: 1, name: facts.name === null ? 0 : 1, wait: 1, select: facts.hasDatabases && facts.kind !== 'queue' ? 2 : 0 };
    const what = me.random.weighted({ use: 12, ...others });
    const traits = this.#traits;
    if (what === 'use') await this.#use();
    else if (what === 'connect') await me.call(['CONNECT'], () => one.connect(), { traits, keys: [] });
    else if (what === 'name') await me.call(['NAME', facts.name ?? ''], () => one.clientGetname(), { traits, keys: [] });
    else if (what === 'wait') {
      await me.call(['WAIT', '1', '20'], () => one.wait(1, 20), { traits: { ...traits, blocks: true }, keys: [], blocksMs: 20 });
    } else return this.#select();
    return true;
  }

  get #traits(): Partial<CallTraits> {
    return { ...ownTraits, partOf: this.whole.id, ...(this.#database === null ? {} : { database: this.#database }) };
  }

  async #select(): Promise<boolean> {
    const { me, one } = this;
    const database = me.random.pick(DATABASES);
    const answer = await me.call(['SELECT', String(database)], () => one.select(database), { traits: this.#traits, keys: [] });
    if (answer.ok) this.#database = database;
    return answer.ok;
  }

  async #use(): Promise<void> {
    const { me, one, facts } = this;
    const { key } = facts;
    if (facts.kind === 'counter') return this.#count();
    if (facts.kind === 'queue') return this.#pop();
    const isMany = me.random.chance(0.3);
    const issued = Array.from({ length: isMany ? me.random.integer(2, 8) : 1 }, (): Promise<unknown> => {
      if (me.random.chance(0.4)) return me.call(['GET', key], () => one.get(key), { traits: this.#traits });
      if (facts.kind === 'sum') {
        return me.call(
          (id) => ['INCRBY', key, String(amountOf(id))],
          (_redis, id) => one.incrby(key, amountOf(id)),
          { traits: this.#traits },
        );
      }
      return me.call(
        (id) => ['SET', key, textOf(id)],
        (_redis, id) => one.set(key, textOf(id)),
        { traits: this.#traits },
      );
    });
    // Some are still on their way when the connection ends.
    if (isMany && me.random.chance(0.2)) me.context.background(async () => void (await Promise.all(issued)));
    else await Promise.all(issued);
  }

  /** Waits for what another connection brings, which is in the database of the client. */
  async #pop(): Promise<void> {
    const { me, one, facts } = this;
    const { key } = facts;
    const seconds = me.random.pick([0.05, 0.3, 2]);
    const traits = { ...this.#traits, blocks: true };
    const popped = me.call(['BLPOP', key, String(seconds)], () => one.blpop(key, seconds), { traits, blocksMs: seconds * 1_000 });
    if (me.random.chance(0.7)) {
      await me.call(
        (id) => ['RPUSH', key, `e${markOf(id)}`],
        (redis, id) => redis.rpush(key, `e${markOf(id)}`),
      );
    }
    if (me.random.chance(0.2)) me.context.background(async () => void (await popped));
    else await popped;
  }

  /** Counts one up without a lock: the number is `3#17` where call 17 wrote it. */
  async #count(): Promise<void> {
    const { me, one, facts } = this;
    const { key } = facts;
    const whole = me.begin(['WATCHED', key], { timeoutMs: 0, traits: this.#traits });
    const traits = { ...this.#traits, partOf: whole.id };
    const watch = await me.call(['WATCH', key], () => one.call('WATCH', key), { traits, keys: [] });
    const read = watch.ok ? await me.call(['GET', key], () => one.get(key), { traits }) : watch;
    if (!read.ok) {
      await me.call(['UNWATCH'], () => one.call('UNWATCH'), { traits, keys: [] });
      me.settle(whole, read);
      return;
    }
    const next = Number.parseInt(String(read.value ?? '0'), 10) + 1;
    await outcomeOf(me, whole, this.#commit(key, next, traits));
  }

  /** MULTI, SET, EXEC, one after the other or all at once. */
  async #commit(key: string, next: number, traits: Partial<CallTraits>): Promise<unknown> {
    const { me, one } = this;
    const isAtOnce = me.random.chance(0.5);
    const begun = me.call(['MULTI'], () => one.call('MULTI'), { traits, keys: [] });
    if (!isAtOnce) {
      const answer = await begun;
      // MULTI that was sent has no effect once its connection is lost; what follows would be no transaction where a proxy refuses it.
      if (!answer.ok && answer.error.name === 'CommandRefusedError') throw answer.error.error;
    }
    const record = me.begin((id) => ['SET', key, `${next}${markOf(id)}`], { traits: { ...traits, blocks: true }, timeoutMs: 0 });
    const queued = one.set(key, `${next}${markOf(record.id)}`).catch((error: unknown) => error);
    if (!isAtOnce) await queued;
    const answer = await me.call(['EXEC'], () => one.call('EXEC'), { traits, keys: [] });
    this.#settle(record, await queued, await begun, answer);
    if (!answer.ok) throw answer.error.error;
    return answer.value;
  }

  #settle(record: CallRecord, queued: unknown, begun: Answer<unknown>, exec: Answer<unknown>): void {
    const { me } = this;
    const replies = exec.ok && Array.isArray(exec.value) ? exec.value : null;
    if (replies !== null && queued === 'QUEUED') me.settle(record, { ok: true, value: replies[0] });
    else if (queued instanceof Error) me.settle(record, { ok: false, error: unknownUnlessNo(failureOf(queued)) });
    else me.settle(record, exec.ok ? { ok: false, error: notCommitted } : { ok: false, error: unknownUnlessNo(exec.error) });
    const isRefused = !begun.ok && begun.error.name === 'CommandRefusedError';
    if (queued === 'QUEUED' || queued instanceof Error || isRefused) return;
    const what = new Error(`#${record.id} was answered ${String(queued)}, and not QUEUED, behind MULTI`);
    me.context.background(() => Promise.reject(what));
  }
}

const DATABASES = [0, 1, 3] as const;
/** No server has it: no connection can be told its state. */
const NO_DATABASE = 99;
const REFUSED_SHARE = 0.1;

/** How a program leaves a connection. Whoever forgets it has it end with the client. */
export function drawEnd(random: Random): LifeEnd {
  return random.chance(0.6) ? 'close' : 'destroy';
}

/** A few steps on a connection of its own of this client or duplicate, and its end. */
export async function useDedicated(
  me: Caller,
  redis: Redis,
  options: { readonly partOf: number; readonly name: string | null },
): Promise<void> {
  const { context } = me;
  const { kind: servers, hasDatabases } = facts(context);
  const kind = me.random.weighted(KINDS) as Kind;
  const key = keyFor(context, kind);
  const drawn = hasDatabases && kind !== 'queue' && me.random.chance(0.4) ? me.random.pick(DATABASES) : null;
  const clientName = servers !== 'endpoints' && me.random.chance(0.4) ? nameFor(context, 'own') : undefined;
  const whole = me.begin(['DEDICATED', key], { keys: [], timeoutMs: 0, traits: { ...ownTraits, partOf: options.partOf } });
  const isRefused = drawn !== null && me.random.fork(`no database ${whole.id}`).chance(REFUSED_SHARE);
  const database = isRefused ? NO_DATABASE : drawn;
  const one = redis.dedicated({ key, ...(database === null ? {} : { database }), ...(clientName === undefined ? {} : { clientName }) });
  const name = clientName ?? options.name;
  const own = new OwnConnection(me, one, whole, { kind, key, name, hasDatabases }, database);
  for (let left = me.random.integer(3, 12); left > 0 && (await me.next()); left--) if (!(await own.step())) break;
  if (me.random.chance(0.1)) {
    me.settle(whole, { ok: true, value: null });
    return;
  }
  const how = drawEnd(me.random);
  await endLife(me, whole, how, () => (how === 'close' ? one.close() : one.destroy()));
}

function facts({ world }: WorkloadContext): { readonly kind: string; readonly hasDatabases: boolean } {
  const { kind } = world.deployment;
  return { kind, hasDatabases: kind !== 'cluster' && kind !== 'endpoints' };
}

/** Programs that have connections for themselves. */
export const dedicatedWorkloads: readonly Workload[] = [
  {
    name: 'dedicated connections',
    weight: () => 3,
    most: 3,
    async run(context) {
      const me = ownCaller(context);
      const name = hasNames(context) ? (context.client.plan.options.clientName ?? null) : null;
      while (await me.next()) {
        await useDedicated(me, me.redis, { partOf: 0, name });
        await sleep(context, me.random.skewed(0.1, 50));
      }
    },
  },
];
