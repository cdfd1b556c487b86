import type { Redis } from '../../../lib/index.js';
import { type Answer, Caller } from './caller.js';
import { amountOf, type CallError, type CallRecord, type CallTraits, failureOf } from './calls.js';
import { keyOf, textOf } from './strings.js';
import type { Workload } from './workload.js';

type Batch = ReturnType<Redis['multi']>;

/** What a batch is made of: each step is a call of its own, so that its effect has a name. */
interface Step {
  readonly record: CallRecord;
  add(batch: Batch): void;
}

function stepOf(me: Caller, whole: CallRecord, key: string): Step {
  const traits = { partOf: whole.id };
  const timeoutMs = me.timeoutMs;
  const what = me.random.weighted({ get: 3, set: 4, incrby: 2 });
  if (what === 'get') return { record: me.begin(['GET', key], { traits, timeoutMs }), add: (batch) => void batch.get(key) };
  if (what === 'set') {
    const record = me.begin((id) => ['SET', key, textOf(id)], { traits, timeoutMs });
    return { record, add: (batch) => void batch.set(key, textOf(record.id)) };
  }
  const counter = `${key}:sum`;
  const record = me.begin((id) => ['INCRBY', counter, String(amountOf(id))], { traits, timeoutMs });
  return { record, add: (batch) => void batch.incrby(counter, amountOf(record.id)) };
}

/** What became of the steps, by what became of the whole. Without replies in their places the caller knows no more than the error says. */
function settleSteps(me: Caller, steps: readonly Step[], answer: Answer<readonly unknown[] | null>): void {
  steps.forEach(({ record }, place) => {
    if (!answer.ok) me.settle(record, { ok: false, error: unknownUnlessNo(answer.error) });
    else if (answer.value === null) me.settle(record, { ok: false, error: notCommitted });
    else {
      const value = answer.value[place];
      me.settle(record, value instanceof Error ? { ok: false, error: failureOf(value) } : { ok: true, value });
    }
  });
}

/** Of several commands some may have run, whatever the error says of the one that it is about. */
export function unknownUnlessNo(error: CallError): CallError {
  return error.executed === 'no' ? error : { ...error, executed: 'unknown' };
}

/** The library says so by beginning a `watch` again, or by its `null`. */
export const notCommitted: CallError = {
  name: 'NotCommitted',
  code: null,
  message: 'somebody else was faster',
  executed: 'no',
  attempts: null,
  node: null,
  error: null,
};

/** MULTI. False: the proxy does not have it, and what followed would run at once. */
async function begins(me: Caller, one: Lent, traits: Partial<CallTraits>): Promise<boolean> {
  const answer = await me.call(['MULTI'], () => one.call('MULTI'), { traits, keys: [] });
  return answer.ok || answer.error.name !== 'CommandRefusedError';
}

/** MULTI, SET, EXEC, one after the other: what SET comes to is known when EXEC is answered. */
async function transactionByHand(me: Caller, one: Lent, key: string, traits: Partial<CallTraits>): Promise<void> {
  if (!(await begins(me, one, traits))) return;
  const record = me.begin((id) => ['SET', key, textOf(id)], { traits: { ...traits, blocks: true }, timeoutMs: 0 });
  let queued: unknown;
  try {
    queued = await one.set(key, textOf(record.id));
  } catch (error) {
    queued = error;
  }
  const answer = await me.call(['EXEC'], () => one.call('EXEC'), { traits, keys: [] });
  const replies = answer.ok && Array.isArray(answer.value) ? answer.value : null;
  if (replies !== null && queued === 'QUEUED') me.settle(record, { ok: true, value: replies[0] });
  else if (queued instanceof Error) me.settle(record, { ok: false, error: unknownUnlessNo(failureOf(queued)) });
  else me.settle(record, answer.ok ? { ok: false, error: notCommitted } : answer);
}

/** MULTI, SET, and nothing more: the lease ends inside of a transaction. */
async function walksAway(me: Caller, one: Lent, key: string, traits: Partial<CallTraits>): Promise<void> {
  if (!(await begins(me, one, traits))) return;
  const record = me.begin((id) => ['SET', key, textOf(id)], { traits: { ...traits, blocks: true }, timeoutMs: 0 });
  await one.set(key, textOf(record.id)).catch(() => undefined);
  me.settle(record, { ok: false, error: notCommitted });
}

type Lent = Parameters<Parameters<Redis['lease']>[0]>[0];

/** Programs that send several commands as one. */
export const batchWorkloads: readonly Workload[] = [
  {
    name: 'transactions',
    weight: () => 3,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const tag = `{tx${me.random.integer(0, 3)}}`;
        const whole = me.begin(['EXEC'], { keys: [] });
        const keys = Array.from({ length: me.random.integer(1, 5) }, () => `${tag}:${me.random.integer(0, 2)}`);
        const steps = keys.map((key) => stepOf(me, whole, key));
        const batch = me.redis.multi();
        for (const step of steps) step.add(batch);
        const answer = await outcomeOf(me, whole, batch.exec({ errors: 'inline' }));
        settleSteps(me, steps, answer);
      }
    },
  },
  {
    name: 'pipelines',
    weight: () => 3,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const whole = me.begin(['PIPELINE'], { keys: [] });
        const steps = Array.from({ length: me.random.integer(1, 12) }, () => stepOf(me, whole, keyOf(context, 'piped')));
        const batch = me.redis.pipeline();
        for (const step of steps) step.add(batch);
        const sent: Promise<readonly unknown[]> = me.random.chance(0.7) ? batch.exec({ errors: 'inline' }) : batch.exec();
        const answer = await outcomeOf(me, whole, sent);
        settleSteps(me, steps, answer);
      }
    },
  },
  {
    name: 'watchers',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = `{watched}:${me.random.integer(0, 1)}`;
        let steps: Step[] = [];
        const whole = me.begin(['WATCHED', key], { timeoutMs: 0 });
        const traits = { partOf: whole.id };
        const changed = me.redis.watch(key, async (tx) => {
          settleSteps(me, steps, { ok: true, value: null });
          steps = [];
          const read = me.begin(['GET', key], { traits });
          try {
            const value = await tx.get(key);
            me.settle(read, { ok: true, value });
          } catch (error) {
            me.settle(read, { ok: false, error: failureOf(error) });
            throw error;
          }
          // What becomes of it is known when the next attempt begins, or the whole ends.
          const record = me.begin((id) => ['SET', key, textOf(id)], { traits, timeoutMs: 0 });
          steps = [{ record, add: () => undefined }];
          return tx.multi().set(key, textOf(record.id));
        });
        const answer = await outcomeOf(me, whole, changed as Promise<readonly unknown[] | null>);
        settleSteps(me, steps, answer);
      }
    },
  },
  {
    name: 'leases',
    weight: () => 2,
    most: 3,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = `{leased}:${me.random.integer(0, 3)}`;
        const whole = me.begin(['LEASE', key], { timeoutMs: 0 });
        const traits = { partOf: whole.id };
        const isByHand = me.random.chance(0.4);
        const lent = me.redis.lease(
          async (one) => {
            if (isByHand) await transactionByHand(me, one, key, traits);
            else {
              await me.call(
                (id) => ['SET', key, textOf(id)],
                (_redis, id) => one.set(key, textOf(id)),
                { traits },
              );
            }
            await me.call(['GET', key], () => one.get(key), { traits });
            const waits = { traits: { ...traits, blocks: true }, keys: [], blocksMs: 20 };
            if (me.random.chance(0.2)) await me.call(['WAIT', '1', '20'], () => one.wait(1, 20), waits);
            const last = me.random.weighted({ nothing: 8, state: 1, transaction: 1 });
            if (last === 'transaction') await walksAway(me, one, key, traits);
            else if (last === 'state') await me.call(['CLIENT', 'NO-TOUCH'], () => one.clientNoTouch('ON'), { traits, keys: [] });
          },
          { key },
        );
        await outcomeOf(me, whole, lent);
      }
    },
  },
  {
    name: 'streams of commands',
    weight: () => 2,
    most: 2,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const whole = me.begin(['STREAM'], { timeoutMs: 0, keys: [] });
        const keys = Array.from({ length: me.random.integer(5, 30) }, () => keyOf(context, 'register'));
        const options = { window: me.random.integer(1, 8), errors: 'inline' as const };
        const issue = async (redis: Redis, key: string): Promise<string> => {
          const answer = await me.call(
            (id) => ['SET', key, textOf(id)],
            (_same, id) => redis.set(key, textOf(id)),
            { traits: { partOf: whole.id } },
          );
          return answer.ok ? 'ok' : answer.error.name;
        };
        const taken = (async () => {
          const all: unknown[] = [];
          const leavesAt = me.random.chance(0.2) ? 3 : Number.POSITIVE_INFINITY;
          for await (const reply of me.redis.stream(keys, issue, options)) if (all.push(reply) >= leavesAt) break;
          return all;
        })();
        await outcomeOf(me, whole, taken);
      }
    },
  },
];

export async function outcomeOf<T>(me: Caller, record: CallRecord, promise: Promise<T>): Promise<Answer<T>> {
  try {
    const value = await promise;
    me.settle(record, { ok: true, value });
    return { ok: true, value };
  } catch (error) {
    const failure = failureOf(error);
    me.settle(record, { ok: false, error: failure });
    return { ok: false, error: failure };
  }
}
