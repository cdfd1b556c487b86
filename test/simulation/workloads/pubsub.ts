import type {
  ChannelMessage,
  Gap,
  KeyspaceEvent,
  Messages,
  MessagesOptions,
  PatternMessage,
  Redis,
  Subscription,
} from '../../../lib/index.js';
import type { Plan } from '../planning/plan.js';
import type { DeploymentPlan } from '../topologies/deployment.js';
import { Caller, plain } from './caller.js';
import { HEARS_AGAIN, markOf, type SubscriberRecord } from './calls.js';
import { sleep, type Workload, type WorkloadContext } from './workload.js';

const CHANNELS = 3;
/** A slow consumer: how many messages wait for it, and how long it takes for each, in ms. */
const SLOW = { count: 3, ms: 100 };

/** In a cluster they are another thing than channels, elsewhere the same in other words. */
function shardChannelWeight({ deployment }: Pick<Plan, 'deployment'>): number {
  if (!hasShardChannels(deployment)) return 0;
  return deployment.kind === 'cluster' ? 10 : 1;
}

/** Sharded channels came with Redis 7.0: https://redis.io/docs/latest/commands/ssubscribe/ */
function hasShardChannels({ product, version }: DeploymentPlan): boolean {
  return product === 'valkey' || !version.startsWith('6.');
}

type Item = ChannelMessage | PatternMessage | KeyspaceEvent | Gap;

/** Enters what a subscriber is given. */
export function enter({ world, client }: WorkloadContext, record: SubscriberRecord, item: Item): void {
  const at = world.timeline.now;
  if (item.type === 'gap') record.deliveries.push({ type: 'gap', at, gap: item });
  else if (item.type === 'event')
    record.deliveries.push({ type: 'event', at, key: String(plain(item.key)), event: String(plain(item.event)), node: item.node });
  else {
    const pattern = 'pattern' in item ? String(plain(item.pattern)) : null;
    record.deliveries.push({
      type: 'message',
      at,
      channel: String(plain(item.channel)),
      message: String(plain(item.message)),
      pattern,
    });
  }
  world.trace.add(client.plan.name, `delivered ${item.type} to #${record.id}`, () => JSON.stringify(item));
}

type Kind = SubscriberRecord['kind'];

function byFunction(redis: Redis, kind: Kind, names: readonly string[], given: (item: Item) => void): Promise<Subscription> {
  const onGap = given;
  const onMessage = (message: string, channel: string): void => given({ type: 'message', channel, message });
  if (kind === 'channel') return redis.subscribe(names, onMessage, { onGap });
  if (kind === 'shard') return redis.ssubscribe(names, onMessage, { onGap });
  if (kind === 'keyspace') return redis.keyspaceEvents({ keys: names, events: 'set', configure: true }, given, { onGap });
  return redis.psubscribe(names, (message, channel, pattern) => given({ type: 'message', channel, message, pattern }), { onGap });
}

type Buffering = Pick<MessagesOptions, 'maxBuffered' | 'overflow'>;

function byIterator(redis: Redis, kind: Kind, names: readonly string[], buffering: Buffering): Messages<Item> {
  const options = { ...buffering, gaps: true } as const;
  if (kind === 'channel') return redis.messages(names, options);
  if (kind === 'shard') return redis.smessages(names, options);
  if (kind === 'keyspace') return redis.keyspaceEvents({ keys: names, events: 'set', configure: true }, options);
  return redis.pmessages(names, options);
}

function namesOf({ random }: Caller, kind: Kind): string[] {
  if (kind === 'pattern') return random.pick([['news:*'], ['news:[01]']]);
  if (kind === 'keyspace') return ['register:*'];
  const prefix = kind === 'shard' ? 'shard' : 'news';
  return random.shuffled(Array.from({ length: CHANNELS }, (_, at) => `${prefix}:${at}`)).slice(0, random.integer(1, CHANNELS));
}

const METHODS: Readonly<Record<Kind, string>> = {
  channel: 'SUBSCRIBE',
  pattern: 'PSUBSCRIBE',
  shard: 'SSUBSCRIBE',
  keyspace: 'KEYSPACEEVENTS',
};

function say(me: Caller, channel: string): Promise<unknown> {
  const method = channel.startsWith('shard') ? 'SPUBLISH' : 'PUBLISH';
  return me.call(
    (id) => [method, channel, `m${markOf(id)}`],
    (redis, id) => (method === 'SPUBLISH' ? redis.spublish(channel, `m${markOf(id)}`) : redis.publish(channel, `m${markOf(id)}`)),
    { keys: [] },
  );
}

async function publish(context: WorkloadContext, prefix: 'news' | 'shard'): Promise<void> {
  const me = new Caller(context);
  while (await me.next()) await say(me, `${prefix}:${me.random.integer(0, CHANNELS - 1)}`);
}

/** How long a subscription may take to hear again when all is well: its silence has to be noticed first, by PING. In ms. */
const HEARS_AGAIN_MS = 15_000;
const SAYS_EVERY_MS = 100;

/** When the servers are well a subscription hears, whatever befell it. */
async function hearsAgain(context: WorkloadContext, me: Caller, { deliveries, kind, names }: SubscriberRecord): Promise<void> {
  const { client, world } = context;
  while (!context.hasSettled() && !client.isEnded) await sleep(context, SAYS_EVERY_MS);
  const channel = kind === 'pattern' ? 'news:0' : (names[0] ?? '');
  const before = deliveries.length;
  const isHeard = (): boolean => deliveries.slice(before).some((item) => item.type === 'message' && item.channel === channel);
  const listens = async (): Promise<void> => {
    const until = world.timeline.now + HEARS_AGAIN_MS;
    while (!isHeard() && !client.isEnded) {
      if (world.timeline.now > until) throw new Error(`it hears nothing of ${channel}`);
      await say(me, channel);
      await sleep(context, SAYS_EVERY_MS);
    }
  };
  await me.call([HEARS_AGAIN, channel], listens, { keys: [], timeoutMs: 2 * HEARS_AGAIN_MS });
}

/** Makes an iterator, and changes its mind before it has asked for anything. */
async function leaveUnasked(me: Caller, kind: Kind, names: readonly string[]): Promise<void> {
  await me.call(['UNSUBSCRIBE', ...names], (redis) => byIterator(redis, kind, names, {}).return(), { keys: [] });
}

/** Subscribes, listens for a while, leaves; and again, until the seed is over. The last subscription stays until then, or until the client ends. */
async function listen(context: WorkloadContext, kinds: readonly Kind[]): Promise<void> {
  // Every other program publishes: what nobody says nobody misses.
  if (context.program % 2 === 1 && kinds[0] !== 'keyspace') return publish(context, kinds[0] === 'shard' ? 'shard' : 'news');
  const me = new Caller(context);
  const { calls, client } = context;
  while (await me.next()) {
    const kind = me.random.pick(kinds);
    const names = namesOf(me, kind);
    const record: SubscriberRecord = {
      id: 0,
      client: client.plan.name,
      kind,
      names,
      confirmedAt: null,
      endedAt: null,
      deliveries: [],
    };
    calls.subscribers.push(record);
    // What is drawn here changes nothing of the rest.
    if (me.random.fork(`${me.count}`).chance(0.05)) await leaveUnasked(me, kind, names);
    const given = (item: Item): void => enter(context, record, item);
    const isIterator = me.random.chance(0.4);
    // A slow consumer fills its buffer: what is dropped then is a gap.
    const isSlow = isIterator && me.random.chance(0.3);
    let leave: (() => Promise<unknown>) | null = null;
    const answer = await me.call(
      (id) => {
        (record as { id: number }).id = id;
        return [METHODS[kind], ...names];
      },
      async (redis) => {
        if (!isIterator) {
          const subscription = await byFunction(redis, kind, names, given);
          leave = () => subscription.unsubscribe();
          return null;
        }
        const buffering = isSlow
          ? { maxBuffered: SLOW.count, overflow: me.random.pick(['drop-oldest', 'drop-newest', 'error'] as const) }
          : {};
        const items = byIterator(redis, kind, names, buffering);
        await items.ready();
        leave = () => items.return();
        context.background(async () => {
          try {
            for (;;) {
              const { done, value } = await items.next();
              if (done === true || value === undefined) break;
              given(value);
              if (isSlow) await sleep(context, SLOW.ms);
            }
          } catch (error) {
            // An OverflowError: when the buffer was full the program cannot know, so nothing is said of what came since it began.
            record.endedAt = record.confirmedAt;
            context.world.trace.add(client.plan.name, `#${record.id} ends`, String(error));
          }
        });
        return null;
      },
      { keys: [] },
    );
    if (!answer.ok) continue;
    record.confirmedAt = context.world.timeline.now;
    // Long enough to be there when something happens.
    const stays = isSlow || me.random.chance(0.6);
    while (!context.isOver() && (stays || me.random.chance(0.9))) await sleep(context, 200);
    if (context.isOver() && !isIterator && kind !== 'keyspace') await hearsAgain(context, me, record);
    if (context.client.isEnded) return;
    // Whoever leaves before he has taken all has missed it by himself.
    if (isSlow) await sleep(context, SLOW.count * SLOW.ms);
    record.endedAt ??= context.world.timeline.now;
    const left = leave as (() => Promise<unknown>) | null;
    if (left !== null) await me.call(['UNSUBSCRIBE', ...names], left, { keys: [], timeoutMs: 0 });
  }
}

/** Programs that listen, and those that they hear. */
export const pubsubWorkloads: readonly Workload[] = [
  {
    name: 'subscribers',
    weight: () => 2,
    async run(context) {
      await listen(context, ['channel', 'pattern']);
    },
  },
  {
    name: 'sharded subscribers',
    weight: shardChannelWeight,
    async run(context) {
      await listen(context, ['shard']);
    },
  },
  {
    name: 'listeners to keys',
    weight: () => 1,
    most: 2,
    async run(context) {
      await listen(context, ['keyspace']);
    },
  },
  { name: 'publishers', weight: () => 2, run: (context) => publish(context, 'news') },
  {
    name: 'sharded publishers',
    weight: shardChannelWeight,
    run: (context) => publish(context, 'shard'),
  },
];
