import type { Redis } from '../../../lib/entries/ioredis/index.js';
import { hex } from './ioredis-row.js';

/** What is done with an object of ioredis, and what comes of it: recorded as `CallRow`. `other` is an object of its own. */
export type BatchRow = readonly [title: string, run: (redis: Redis, other: Redis) => Promise<unknown>, expected: unknown];

const NOT_INTEGER = { error: 'ERR value is not an integer or out of range' };
export const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const WRONG_NUMBER = "ERR wrong number of arguments for 'set' command";
const ABORTED = 'EXECABORT Transaction discarded because of previous errors.';

export const messageOf = (error: unknown): unknown => (error instanceof Error ? error.message : error);
/** Calls that a callback had, and what the promise gave. */
const recorder = (): { calls: unknown[]; note: (name: string) => (...given: unknown[]) => void } => {
  const calls: unknown[] = [];
  return { calls, note: (name) => (error, value) => calls.push([name, messageOf(error), value]) };
};

export const PIPELINES: readonly BatchRow[] = [
  ['replies and errors in their places', (r) => r.pipeline().get('a').incr('a').get('n').exec(), [[null, 'x'], [NOT_INTEGER], [null, '5']]],
  [
    'shapes of replies',
    (r) => r.pipeline().hgetall('h').getBuffer('a').exec(),
    [
      [null, { f: '1', g: '2' }],
      [null, hex('78')],
    ],
  ],
  [
    'bytes of a status',
    (r) => r.pipeline().setBuffer('k', 'v').get('k').exec(),
    [
      [null, hex('4f4b')],
      [null, 'v'],
    ],
  ],
  ['nothing', (r) => r.pipeline().exec(), []],
  [
    'lists',
    (r) =>
      r
        .pipeline([
          ['set', 'k', 'v'],
          ['get', 'k'],
        ])
        .exec(),
    [
      [null, 'OK'],
      [null, 'v'],
    ],
  ],
  [
    'call and callBuffer',
    (r) => r.pipeline().call('get', 'a').callBuffer('get', 'a').exec(),
    [
      [null, 'x'],
      [null, hex('78')],
    ],
  ],
  ['call of HGETALL in capitals', (r) => r.pipeline().call('HGETALL', 'h').exec(), [[null, ['f', '1', 'g', '2']]]],
  [
    'length before and after',
    async (r) => {
      const pipeline = r.pipeline().set('k', 1).get('k');
      const before = pipeline.length;
      await pipeline.exec();
      return [before, pipeline.length];
    },
    [2, 2],
  ],
  [
    'callbacks of commands and of exec',
    async (r) => {
      const { calls, note } = recorder();
      const pipeline = r.pipeline().get('a', note('get')).lpush('a', 1, note('lpush'));
      const results = await pipeline.exec((error, value) => calls.push(['exec', error, value?.length]));
      return [calls, results?.length];
    },
    [
      [
        ['get', null, 'x'],
        ['lpush', WRONG_TYPE, undefined],
        ['exec', null, 2],
      ],
      2,
    ],
  ],
  [
    'a transaction among the commands',
    async (r) => {
      const chain = r.pipeline().get('a').multi().set('k', 1).incr('a') as unknown as {
        exec(): { get(key: string): { exec(): Promise<unknown> } };
      };
      return chain.exec().get('k').exec();
    },
    [
      [null, 'x'],
      [null, 'OK'],
      [null, 'QUEUED'],
      [null, 'QUEUED'],
      [null, ['OK', NOT_INTEGER]],
      [null, '1'],
    ],
  ],
  [
    'a transaction that is aborted',
    async (r) => {
      const chain = r.pipeline().multi().call('set', 'a').get('a') as unknown as { exec(): { exec(): Promise<unknown> } };
      return chain.exec().exec();
    },
    [[null, 'OK'], [{ error: WRONG_NUMBER }], [null, 'QUEUED'], [{ error: ABORTED }]],
  ],
  [
    'integers beyond 2^53, rounded',
    async (r) => {
      await r.set('n', '9007199254740993');
      return r.pipeline().incr('n').exec();
    },
    [[null, 9007199254740994]],
  ],
  [
    'errors that nobody handles, for nobody',
    async (r) => {
      await r.pipeline().lpush('a', 1).exec();
      return r.get('a');
    },
    'x',
  ],
];

export const TRANSACTIONS: readonly BatchRow[] = [
  [
    'replies of EXEC, shaped',
    (r) => r.multi().get('a').incr('a').hgetall('h').getBuffer('a').exec(),
    [[null, 'x'], [NOT_INTEGER], [null, { f: '1', g: '2' }], [null, hex('78')]],
  ],
  ['nothing', (r) => r.multi().exec(), []],
  [
    'lists',
    (r) =>
      r
        .multi([
          ['set', 'k', 'v'],
          ['get', 'k'],
        ])
        .exec(),
    [
      [null, 'OK'],
      [null, 'v'],
    ],
  ],
  [
    'callbacks: QUEUED for commands',
    async (r) => {
      const { calls, note } = recorder();
      await r
        .multi()
        .get('a', note('get'))
        .exec((error, value) => calls.push(['exec', error, value]));
      return calls;
    },
    [
      ['get', null, 'QUEUED'],
      ['exec', null, [[null, 'x']]],
    ],
  ],
  [
    'an abort, with what was refused',
    (r) =>
      r
        .multi()
        .get('a')
        .call('set', 'a')
        .exec()
        .catch((error) => [error.message, error.command, error.previousErrors.map(messageOf)]),
    [ABORTED, { name: 'exec', args: [] }, [WRONG_NUMBER]],
  ],
  [
    'an abort by callback, and those of commands',
    async (r) => {
      const { calls, note } = recorder();
      await r
        .multi()
        .get('a', note('get'))
        .call('set', 'a', note('set'))
        .exec(note('exec'))
        .catch(() => {});
      return calls;
    },
    [
      ['get', null, 'QUEUED'],
      ['set', WRONG_NUMBER, undefined],
      ['exec', ABORTED, undefined],
    ],
  ],
  [
    'integers beyond 2^53, rounded',
    async (r) => {
      await r.set('n', '9007199254740993');
      return r.multi().incr('n').exec();
    },
    [[null, 9007199254740994]],
  ],
  [
    'by hand',
    async (r) => [await r.multi({ pipeline: false }), await r.set('k', '2'), await r.hgetall('h'), await r.exec()],
    [
      'OK',
      'QUEUED',
      'QUEUED',
      [
        [null, 'OK'],
        [null, ['f', '1', 'g', '2']],
      ],
    ],
  ],
  [
    'by hand, with a callback',
    async (r) => {
      await r.multi({ pipeline: false });
      r.get('a');
      return new Promise((resolve) => void r.exec((error, replies) => resolve([error, replies])));
    },
    [null, [[null, 'x']]],
  ],
  [
    'by hand, aborted',
    async (r) => {
      await r.multi({ pipeline: false });
      return [await r.call('set', 'k').catch(messageOf), await r.exec().catch(messageOf)];
    },
    [WRONG_NUMBER, ABORTED],
  ],
  [
    'by hand, discarded',
    async (r) => {
      await r.multi({ pipeline: false });
      await r.set('a', 'z');
      return [await r.discard(), await r.get('a')];
    },
    ['OK', 'x'],
  ],
  ['EXEC without MULTI', (r) => r.exec().catch(messageOf), 'ERR EXEC without MULTI'],
  ['WATCH of what nobody changed', async (r) => [await r.watch('a'), await r.multi().get('a').exec()], ['OK', [[null, 'x']]]],
  [
    'WATCH of what another changed',
    async (r, other) => {
      await r.watch('a');
      await other.set('a', 'y');
      return [await r.multi().set('a', 'z').exec(), await r.get('a')];
    },
    [null, 'y'],
  ],
  [
    'UNWATCH',
    async (r, other) => {
      await r.watch('a');
      await r.unwatch();
      await other.set('a', 'y');
      return r.multi().get('a').exec();
    },
    [[null, 'y']],
  ],
];
