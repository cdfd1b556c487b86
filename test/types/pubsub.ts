import type { ChannelMessage, Gap, KeyspaceEvent, PatternMessage, Redis, Subscription } from '../../lib/index.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const bytes: Redis<Buffer, bigint>;

reply(redis.subscribe('a', (message, channel) => [message.length, channel.length])).is<Subscription>();
reply(
  redis.subscribe(['a', Buffer.from('b')], async (message) => message.toUpperCase(), { onGap: ({ reason, dropped }) => [reason, dropped] }),
).is<Subscription>();
reply(redis.psubscribe('a*', (message, channel, pattern) => `${pattern}${channel}${message}`)).is<Subscription>();
reply(bytes.ssubscribe('a', (message) => message.readUInt8(0))).is<Subscription>();

reply(redis.messages('a').next()).is<IteratorResult<ChannelMessage, undefined>>();
reply(redis.messages('a', { gaps: true }).next()).is<IteratorResult<ChannelMessage | Gap, undefined>>();
reply(redis.with({ buffers: true }).smessages(['a']).next()).is<IteratorResult<ChannelMessage<Buffer>, undefined>>();
reply(bytes.pmessages('a*').next()).is<IteratorResult<PatternMessage<Buffer>, undefined>>();
reply(redis.messages('a').ready()).is<void>();

async function loops(): Promise<unknown> {
  for await (const { channel, message } of redis.messages('a')) return `${channel}${message}`;
  for await (const item of redis.pmessages('a', { gaps: true })) return item.type === 'gap' ? item.sinceMs : item.pattern;
  await using sub = await redis.subscribe('a', () => {});
  return sub.live;
}
void loops;

reply(redis.keyspaceEvents({ keys: 'a*', events: 'set' }, ({ key, event, node }) => `${key}${event}${node}`)).is<Subscription>();
reply(redis.keyspaceEvents({ events: ['expired'] }).next()).is<IteratorResult<KeyspaceEvent, undefined>>();
reply(bytes.keyspaceEvents({}, { gaps: true }).next()).is<IteratorResult<KeyspaceEvent<Buffer> | Gap, undefined>>();

// @ts-expect-error a listener gets text
redis.subscribe('a', (message: Buffer) => message);
// @ts-expect-error there is no such policy
redis.messages('a', { overflow: 'drop' });
// @ts-expect-error a function has no buffer
redis.subscribe('a', () => {}, { maxBuffered: 1 });
// @ts-expect-error a channel is no number
redis.subscribe(1, () => {});
