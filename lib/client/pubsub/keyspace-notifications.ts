/** Class of notifications: keyspace (`__keyspace@0__:key` with the event) or keyevent (`__keyevent@0__:event` with the key). */
export type NotificationClass = 'K' | 'E';

/** The letters that `A` stands for: https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/ */
const ALL = 'g$lshzxetd';

/** Events by the letter that switches them on. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  g: ['del', 'rename_from', 'rename_to', 'move_from', 'move_to', 'copy_to', 'restore', 'expire', 'persist', 'sortstore'],
  $: ['set', 'setrange', 'incrby', 'incrbyfloat', 'append'],
  l: ['lpush', 'rpush', 'lpop', 'rpop', 'linsert', 'lset', 'lrem', 'ltrim'],
  h: ['hset', 'hincrby', 'hincrbyfloat', 'hdel', 'hexpire', 'hexpired', 'hpersist'],
  s: ['sadd', 'srem', 'spop', 'sinterstore', 'sunionstore', 'sdiffstore'],
  z: [
    'zadd',
    'zincr',
    'zrem',
    'zrembyscore',
    'zrembyrank',
    'zremrangebylex',
    'zpopmin',
    'zpopmax',
    'zinterstore',
    'zunionstore',
    'zdiffstore',
  ],
  t: ['xadd', 'xtrim', 'xdel', 'xsetid', 'xgroup-create', 'xgroup-destroy', 'xgroup-setid', 'xgroup-createconsumer', 'xgroup-delconsumer'],
  x: ['expired'],
  e: ['evicted'],
  m: ['keymiss'],
  n: ['new'],
};
const LETTER_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(EVENTS).flatMap(([letter, names]) => names.map((name) => [name, letter])),
);

/**
 * Letters that `notify-keyspace-events` lacks for these events (none: all there are); empty where it lacks nothing. An event that is not
 * known here, of a module or of a newer server, is let pass if anything is switched on.
 */
export function missingFlags(current: string, notificationClass: NotificationClass, events: readonly string[]): string {
  const on = new Set(current.replace('A', ALL));
  const needed = new Set(events.flatMap((event) => LETTER_OF.get(event) ?? []));
  const missing = [...needed].filter((letter) => !on.has(letter));
  const hasAny = [...on].some((letter) => letter !== 'K' && letter !== 'E');
  if (!hasAny && missing.length === 0) missing.push('A');
  return `${on.has(notificationClass) ? '' : notificationClass}${missing.join('')}`;
}

/** The part of a channel's name behind `__keyspace@0__:` or `__keyevent@0__:`. */
export function afterChannelPrefix(channel: string | Buffer): string | Buffer {
  return typeof channel === 'string' ? channel.slice(channel.indexOf(':') + 1) : channel.subarray(channel.indexOf(58) + 1);
}
