import { Caller } from './caller.js';
import { markOf } from './calls.js';
import { keyOf, textOf } from './strings.js';
import { sleep, type Workload, type WorkloadContext } from './workload.js';

async function readAndWrite(context: WorkloadContext, kind: string): Promise<void> {
  const me = new Caller(context);
  while (await me.next()) {
    const key = keyOf(context, kind, 8);
    if (me.random.chance(0.5)) await me.call(['GET', key], (redis) => redis.get(key));
    else {
      await me.call(
        (id) => ['SET', key, textOf(id)],
        (redis, id) => redis.set(key, textOf(id)),
      );
    }
  }
}

/** So many replies tell how long a node takes, and no read is hedged before. */
const RUSH = 80;

/** Some reads ask for what the key is not: of two nodes that are asked each refuses. */
async function readNear(context: WorkloadContext): Promise<void> {
  const me = new Caller(context);
  if (context.program === 0) {
    await Promise.all(Array.from({ length: RUSH }, () => me.call(['GET', 'near'], (redis) => redis.get('near'))));
    me.count = 0;
  }
  while (await me.next()) {
    const what = me.random.weighted({ get: 5, mistake: 2, set: 1 });
    const key = keyOf(context, what === 'get' ? 'register' : 'typed', 8);
    if (what === 'get') await me.call(['GET', key], (redis) => redis.get(key));
    else if (what === 'mistake') await me.call(['LLEN', key], (redis) => redis.llen(key));
    else {
      await me.call(
        (id) => ['SET', key, textOf(id)],
        (redis, id) => redis.set(key, textOf(id)),
      );
    }
  }
}

async function pushAfter(me: Caller, key: string, afterMs: number): Promise<void> {
  await sleep(me.context, afterMs);
  if (me.context.client.isEnded) return;
  await me.call(
    (id) => ['RPUSH', key, `e${markOf(id)}`],
    (redis, id) => redis.rpush(key, `e${markOf(id)}`),
  );
}

const hasReplicas: Workload['weight'] = ({ deployment }) => (deployment.replicas > 0 ? 2 : 0);

/** Programs whose calls have limits: of time, of staleness, of what they may touch. */
export const limitWorkloads: readonly Workload[] = [
  { name: 'short deadlines', weight: () => 2, view: { timeoutMs: 20 }, run: (context) => readAndWrite(context, 'register') },
  { name: 'idempotent', weight: () => 2, view: { isIdempotent: true }, run: (context) => readAndWrite(context, 'idempotent') },
  {
    name: 'replicated',
    weight: hasReplicas,
    view: { waitReplicas: { count: 1, timeoutMs: 100 } },
    run: (context) => readAndWrite(context, 'replicated'),
  },
  {
    name: 'fresh enough',
    weight: hasReplicas,
    view: { reads: 'replicaPreferred', maxLagMs: 300 },
    run: (context) => readAndWrite(context, 'lag'),
  },
  { name: 'near', weight: hasReplicas, view: { reads: 'nearest', isHedged: true }, run: readNear },
  {
    name: 'sessions',
    weight: hasReplicas,
    view: { reads: 'replicaPreferred', hasSession: true },
    async run(context) {
      const me = new Caller(context);
      const key = `session:${context.client.plan.name}:${context.program}`;
      while (await me.next()) {
        // Some reads come long after the write, when another node may be the primary.
        if (me.count === 0 || me.random.chance(0.4)) {
          await me.call(
            (id) => ['SET', key, textOf(id)],
            (redis, id) => redis.set(key, textOf(id)),
          );
        }
        await me.call(['GET', key], (redis) => redis.get(key));
      }
    },
  },
  {
    name: 'aborts',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      const { world } = context;
      while (await me.next()) {
        const aborting = new AbortController();
        const redis = me.redis.with({ signal: aborting.signal });
        const what = me.random.weighted({ get: 2, set: 3, blpop: 2, already: 1 });
        const afterMs = me.random.skewed(0.5, 200);
        if (what === 'already') aborting.abort();
        const key = keyOf(context, what === 'blpop' ? 'aborted queue' : 'aborted', 4);
        const all = what === 'blpop' ? ['BLPOP', key, '1'] : what === 'get' ? ['GET', key] : null;
        const traits = { blocks: what === 'blpop' };
        const answer = me.call(
          (id) => all ?? ['SET', key, textOf(id)],
          (_plain, id): Promise<unknown> =>
            what === 'blpop' ? redis.blpop(key, 1) : what === 'get' ? redis.get(key) : redis.set(key, textOf(id)),
          { traits, blocksMs: what === 'blpop' ? 1_000 : 0 },
        );
        const record = context.calls.all.at(-1);
        // An element comes at the moment of the abort: it is given to the caller, or stays.
        if (what === 'blpop') context.background(() => pushAfter(me, key, afterMs + me.random.skewed(0.1, 3) - 1));
        const timer = world.client.timers.setTimeout(() => {
          if (record !== undefined) record.abortedAt = world.timeline.now;
          aborting.abort(new Error('changed my mind'));
        }, afterMs);
        await answer;
        world.client.timers.clearTimeout(timer);
      }
    },
  },
  {
    name: 'mistakes',
    weight: () => 1,
    most: 2,
    async run(context) {
      const me = new Caller(context);
      const isCluster = ['cluster', 'ring'].includes(context.world.deployment.kind);
      const hasDomains = context.client.plan.options.domains !== undefined;
      while (await me.next()) {
        const what = me.random.weighted({ lease: 2, argument: 2, cross: isCluster ? 2 : 0, guard: hasDomains ? 2 : 0, type: 2 });
        const traits = { domain: what === 'guard' ? 'guarded' : me.traits.domain };
        if (what === 'lease') await me.call(['WATCH', 'register:0'], (redis) => redis.call('WATCH', 'register:0'));
        else if (what === 'argument') await me.call(['GET'], (redis) => redis.get(undefined as never), { keys: [] });
        else if (what === 'cross')
          await me.call(['EXEC'], (redis) => redis.multi().get('register:0').get('register:1').get('register:2').exec(), { keys: [] });
        else if (what === 'type') {
          await me.call(
            (id) => ['LPUSH', 'register:0', `e${markOf(id)}`],
            (redis, id) => redis.lpush('register:0', `e${markOf(id)}`),
          );
        } else {
          await me.call(
            (id) => ['SET', 'register:1', textOf(id)],
            (redis, id) => redis.domain('guarded').set('register:1', textOf(id)),
            { traits },
          );
        }
      }
    },
  },
  {
    name: 'life of a client',
    weight: () => 1,
    most: 1,
    async run(context) {
      const me = new Caller(context);
      const hasCredentials = context.client.plan.functions.includes('credentials');
      while (await me.next()) {
        const what = me.random.weighted({ connect: 2, login: hasCredentials ? 3 : 0, look: 2, ping: 2, size: 1 });
        const nowhere = { keys: [] };
        if (what === 'connect') await me.call(['CONNECT'], (redis) => redis.connect(), nowhere);
        else if (what === 'login') await me.call(['REAUTHENTICATE'], (redis) => redis.reauthenticate(), { ...nowhere, timeoutMs: 0 });
        else if (what === 'ping') await me.call(['PING'], (redis) => redis.ping(), nowhere);
        else if (what === 'size') await me.call(['DBSIZE'], (redis) => redis.dbsize(), nowhere);
        else {
          await me.call(
            ['LOOK'],
            async (redis) => {
              redis.stats();
              return String(redis.explain('GET', 'register:0')).length;
            },
            nowhere,
          );
        }
      }
    },
  },
];
