import type { Redis } from '../../../lib/entries/ioredis/index.js';
import { type BatchRow, messageOf, WRONG_TYPE } from './ioredis-batches.js';
import { hex } from './ioredis-row.js';

export const SCRIPTS: readonly BatchRow[] = [
  [
    'keys and arguments',
    async (r) => {
      const two = defined(r, { numberOfKeys: 1, lua: 'return {KEYS[1],ARGV[1]}' });
      return [await two('k', 'v'), await two('k', 'w')];
    },
    [
      ['k', 'v'],
      ['k', 'w'],
    ],
  ],
  [
    'lists as arguments',
    (r) => defined(r, { numberOfKeys: 2, lua: 'return {KEYS,ARGV}' })(['a', 'b'], ['c', 'd']),
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['the count with each call', async (r) => [await defined(r, { lua: 'return {#KEYS,#ARGV}' })(2, 'a', 'b', 'c')], [[2, 1]]],
  ['a bad count', (r) => defined(r, { lua: 'return 1' })('x', 'a').catch(messageOf), 'ERR value is not an integer or out of range'],
  [
    'too few keys',
    (r) => defined(r, { numberOfKeys: 2, lua: 'return 1' })('a').catch(messageOf),
    "ERR Number of keys can't be greater than number of args",
  ],
  ['bytes', (r) => defined(r, { numberOfKeys: 1, lua: 'return KEYS[1]' }, 'Buffer')('k'), hex('6b')],
  [
    'a callback',
    (r) =>
      new Promise(
        (resolve) => void defined(r, { numberOfKeys: 0, lua: 'return 1' })((error: unknown, value: unknown) => resolve([error, value])),
      ),
    [null, 1],
  ],
  [
    'an error',
    (r) =>
      defined(r, { numberOfKeys: 0, lua: 'return redis.error_reply("MY err")' })().catch((error: Error) => [error.name, error.message]),
    ['ReplyError', 'MY err'],
  ],
  ['a script that only reads', (r) => defined(r, { numberOfKeys: 1, lua: 'return redis.call("get",KEYS[1])', readOnly: true })('a'), 'x'],
  [
    'a name of any characters',
    async (r) => {
      r.defineCommand('add:Job-6.7.0 x', { numberOfKeys: 1, lua: 'return KEYS[1]' });
      return methodOf(r, 'add:Job-6.7.0 x')('k');
    },
    'k',
  ],
  [
    'a definition in the place of another',
    async (r) => {
      r.defineCommand('redefined', { numberOfKeys: 0, lua: 'return 1' });
      r.defineCommand('redefined', { numberOfKeys: 0, lua: 'return 2' });
      return methodOf(r, 'redefined')();
    },
    2,
  ],
  [
    'scripts that the server has forgotten',
    async (r) => {
      const run = defined(r, { numberOfKeys: 1, lua: 'return KEYS[1]..1' });
      const first = await run('k');
      await r.script('FLUSH');
      return [first, await run('k')];
    },
    ['k1', 'k1'],
  ],
  [
    'a pipeline, after they were forgotten',
    async (r) => {
      r.defineCommand('piped', { numberOfKeys: 1, lua: 'return KEYS[1]..2' });
      await r.script('FLUSH');
      const pipeline = r.pipeline();
      methodOf(pipeline, 'piped')('k');
      methodOf(pipeline, 'piped')('j');
      return pipeline.get('a').exec();
    },
    [
      [null, 'k2'],
      [null, 'j2'],
      [null, 'x'],
    ],
  ],
  [
    'a transaction, after they were forgotten',
    async (r) => {
      r.defineCommand('queued', { numberOfKeys: 1, lua: 'return KEYS[1]..3' });
      await r.script('FLUSH');
      const multi = r.multi();
      methodOf(multi, 'queued')('k');
      return multi.set('k', 1).exec();
    },
    [
      [null, 'k3'],
      [null, 'OK'],
    ],
  ],
];

type AnyMethod = (...args: unknown[]) => Promise<unknown>;

/** Method that a program has defined. */
export function methodOf(object: object, name: string): AnyMethod {
  const method: unknown = Reflect.get(object, name);
  if (typeof method !== 'function') throw new Error(`there is no ${name}()`);
  return (...args) => method.apply(object, args);
}

let names = 0;

function defined(redis: Redis, definition: { lua: string; numberOfKeys?: number; readOnly?: boolean }, variant = ''): AnyMethod {
  const name = `script${++names}`;
  redis.defineCommand(name, definition);
  return methodOf(redis, name + variant);
}

const all = async (stream: AsyncIterable<readonly unknown[]>): Promise<unknown[]> => {
  const pages: unknown[] = [];
  for await (const page of stream) pages.push(...page);
  return pages.sort();
};

export const SCANS: readonly BatchRow[] = [
  ['keys that match', (r) => all(r.scanStream({ match: '[hl]' })), ['h', 'l']],
  ['keys of a type, page by page', (r) => all(r.scanStream({ type: 'set', count: 1 })), ['s', 's1']],
  ['keys as bytes', (r) => all(r.scanBufferStream({ match: 'h' })), [hex('68')]],
  ['members of a set', (r) => all(r.sscanStream('s')), ['a', 'b']],
  ['members as bytes', (r) => all(r.sscanBufferStream('s1')), [hex('61')]],
  ['fields and values of a hash', (r) => all(r.hscanStream('h', { match: 'f*' })), ['1', 'f']],
  ['fields and values as bytes', (r) => all(r.hscanBufferStream('h', { match: 'f' })), [hex('31'), hex('66')]],
  ['members and scores', (r) => all(r.zscanStream('z')), ['1', '2.5', 'a', 'b']],
  ['members and scores as bytes', (r) => all(r.zscanBufferStream('z', { match: 'a' })), [hex('31'), hex('61')]],
  ['an error', (r) => all(r.sscanStream('a')).catch(messageOf), WRONG_TYPE],
  [
    'an end before the last page',
    async (r) => {
      await r.mset(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`many:${at}`, at])));
      const stream = r.scanStream({ count: 10 });
      let pages = 0;
      for await (const _ of stream) if (++pages === 2) stream.close();
      return pages < 10;
    },
    true,
  ],
];
