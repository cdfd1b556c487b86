import type { Redis } from '../../../lib/index.js';
import { outcomeOf } from './batches.js';
import type { Caller, How } from './caller.js';
import type { CallRecord, SubscriberRecord } from './calls.js';
import { drawEnd, hasNames, nameFor, useDedicated } from './dedicated.js';
import { endLife, type LifeEnd, ownCaller, ownTraits } from './own-life.js';
import { enter } from './pubsub.js';
import { keyOf, textOf } from './strings.js';
import { sleep, type Workload } from './workload.js';

/** Something that is done on a duplicate, of which it is the part. */
type Use = (me: Caller, redis: Redis, whole: CallRecord, name: string | null) => Promise<unknown>;

const partOf = (whole: CallRecord): Required<Pick<How, 'traits'>> => ({ traits: { ...ownTraits, partOf: whole.id } });

const USES: Readonly<Record<'get' | 'set' | 'pop' | 'lease' | 'dedicated' | 'subscribe', Use>> = {
  get(me, redis, whole) {
    const key = keyOf(me.context, 'register');
    return me.call(['GET', key], () => redis.with({ reads: 'primary' }).get(key), partOf(whole));
  },
  set(me, redis, whole) {
    const key = keyOf(me.context, 'register');
    return me.call(
      (id) => ['SET', key, textOf(id)],
      (_redis, id) => redis.set(key, textOf(id)),
      partOf(whole),
    );
  },
  pop(me, redis, whole) {
    const key = keyOf(me.context, '{queue}', 2);
    const seconds = me.random.pick([0.2, 1, 0]);
    const { traits } = partOf(whole);
    const limits = seconds === 0 ? { timeoutMs: 0 } : { blocksMs: seconds * 1_000 };
    return me.call(['BLPOP', key, String(seconds)], () => redis.blpop(key, seconds), { traits: { ...traits, blocks: true }, ...limits });
  },
  lease(me, redis, whole) {
    const key = keyOf(me.context, '{leased}', 4);
    const lease = me.begin(['LEASE', key], { timeoutMs: 0, traits: { partOf: whole.id } });
    const { traits } = partOf(lease);
    const lent = redis.lease(
      async (one) => {
        await me.call(['GET', key], () => one.get(key), { traits });
        await me.call(
          (id) => ['SET', key, textOf(id)],
          (_redis, id) => one.set(key, textOf(id)),
          { traits },
        );
      },
      { key },
    );
    return outcomeOf(me, lease, lent);
  },
  dedicated: (me, redis, whole, name) => useDedicated(me, redis, { partOf: whole.id, name }),
  async subscribe(me, redis, whole) {
    const { context } = me;
    const { calls, client, world } = context;
    const names = [`news:${me.random.integer(0, 2)}`];
    const record = {
      id: 0,
      client: client.plan.name,
      kind: 'channel',
      names,
      confirmedAt: null,
      endedAt: null,
      deliveries: [],
    } as SubscriberRecord;
    calls.subscribers.push(record);
    const listen = async (): Promise<null> => {
      await redis.subscribe(names, (message, channel) => enter(context, record, { type: 'message', channel, message }), {
        onGap: (gap) => enter(context, record, gap),
      });
      return null;
    };
    const named = (id: number): string[] => {
      (record as { id: number }).id = id;
      return ['SUBSCRIBE', ...names];
    };
    const answer = await me.call(named, listen, { ...partOf(whole), keys: [] });
    if (answer.ok) record.confirmedAt = world.timeline.now;
  },
};

/** What a duplicate is begun for: some of all at once. */
async function useDuplicate(me: Caller, from: Redis, isFirst = true): Promise<void> {
  const { context } = me;
  const { calls, world } = context;
  const whole = me.begin(['DUPLICATE'], { keys: [], timeoutMs: 0, traits: ownTraits });
  const how: LifeEnd = me.random.chance(0.2) ? 'abort' : drawEnd(me.random);
  const aborting = new AbortController();
  const redis = from.duplicate(how === 'abort' ? { signal: aborting.signal } : {});
  let name = hasNames(context) ? (context.client.plan.options.clientName ?? null) : null;
  if (hasNames(context) && me.random.chance(0.3)) {
    const next = nameFor(context, `named ${me.random.integer(1, 3)}`.replace(' ', '-'));
    const answer = await me.call(['SETNAME', next], () => redis.setName(next), { ...partOf(whole), keys: [] });
    name = answer.ok ? next : null;
  }
  const uses = Array.from({ length: me.random.integer(1, 6) }, () => USES[me.random.weighted(SHARES)](me, redis, whole, name));
  // A duplicate of a duplicate is one more of the same client.
  if (isFirst && me.random.chance(0.2)) uses.push(useDuplicate(me, redis, false));
  await sleep(context, me.random.skewed(0.1, 500));
  // Of another life nothing ends: this one is begun before, and answered after.
  const beside = me.call(['GET', 'register:0'], (redis) => redis.with({ reads: 'primary' }).get('register:0'), { traits: ownTraits });
  for (const record of calls.subscribers) {
    if (calls.all.some(({ id, traits }) => id === record.id && traits.partOf === whole.id)) record.endedAt ??= world.timeline.now;
  }
  const ends = { close: () => redis.close(), destroy: () => redis.destroy(), abort: () => aborting.abort(new Error('over')) };
  const ended = endLife(me, whole, how, ends[how]);
  await me.call(['GET', 'register:1'], () => redis.get('register:1'), partOf(whole));
  await Promise.all([beside, ended, ...uses]);
}

const SHARES = { get: 4, set: 4, pop: 3, lease: 1, dedicated: 2, subscribe: 1 } as const;

/** Programs that make clients of their own on the connections of another one, and end them in the middle. */
export const duplicateWorkloads: readonly Workload[] = [
  {
    name: 'duplicates',
    weight: () => 3,
    most: 3,
    async run(context) {
      const me = ownCaller(context);
      while (await me.next()) await useDuplicate(me, me.redis);
    },
  },
];
