import assert from 'node:assert/strict';
import Redis, { type RedisOptions } from '../../../lib/entries/ioredis/index.js';
import { sharedTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

const NAMES = ['wait', 'connecting', 'connect', 'ready', 'close', 'reconnecting', 'end', 'error', 'select'];
/** Nobody listens there. */
const NOWHERE: RedisOptions = { port: 1, host: '127.0.0.1' };

/** What a program writes down: events as they come, and its own notes. */
type Log = string[];

/** A program, and what it writes down with real ioredis 6.0.0. */
interface Row {
  readonly options?: RedisOptions;
  readonly run: (redis: Redis, log: Log) => Promise<unknown>;
  readonly log: readonly string[];
}

const textOf = (error: Error): string => `${error.name}: ${error.message}`;
const noted = (promise: Promise<unknown>, log: Log): Promise<number> =>
  promise.then(
    (value) => log.push(String(value)),
    (error) => log.push(textOf(error)),
  );
const CLOSED = 'Error: Connection is closed.';
const REFUSED = 'error connect ECONNREFUSED 127.0.0.1:1';
const READY = ['connecting', 'connect', 'ready'];
const ended = (redis: Redis): Promise<unknown> => until(() => redis.status === 'end').then(() => new Promise(setImmediate));

const rows: Readonly<Record<string, Row>> = {
  'connecting at once, quit': {
    run: async (redis, log) => {
      await noted(redis.ping(), log);
      await noted(redis.quit(), log);
      log.push(redis.status);
      await ended(redis);
      await noted(redis.get('a'), log);
    },
    log: [...READY, 'PONG', 'OK', 'ready', 'close', 'end', CLOSED],
  },
  'connecting later, twice': {
    options: { lazyConnect: true },
    run: async (redis, log) => {
      await new Promise(setImmediate);
      log.push(redis.status);
      await noted(redis.connect(), log);
      await noted(redis.connect(), log);
      redis.disconnect();
      log.push(redis.status);
      await ended(redis);
    },
    log: ['wait', 'wait', ...READY, 'undefined', 'Error: Redis is already connecting/connected', 'ready', 'close', 'end'],
  },
  'disconnect before anything': {
    options: { lazyConnect: true },
    run: async (redis, log) => {
      redis.disconnect();
      log.push(redis.status);
      await new Promise(setImmediate);
    },
    log: ['end', 'wait', 'close', 'end'],
  },
  'nobody there, no retries': {
    options: { ...NOWHERE, retryStrategy: () => null },
    run: async (redis, log) => {
      await noted(redis.get('a'), log);
      log.push(redis.status);
    },
    log: ['connecting', REFUSED, 'close', 'end', CLOSED, 'end'],
  },
  'nobody there, connect()': {
    options: { ...NOWHERE, lazyConnect: true, retryStrategy: () => undefined },
    run: (redis, log) => noted(redis.connect(), log),
    log: ['wait', 'connecting', REFUSED, 'close', 'end', CLOSED],
  },
  'nobody there, two retries': {
    options: { ...NOWHERE, retryStrategy: (times) => (times < 3 ? 10 : null) },
    run: (redis, log) => noted(redis.get('a'), log),
    log: [
      ...['connecting', REFUSED, 'close', 'reconnecting 10'],
      ...['connecting', REFUSED, 'close', 'reconnecting 10'],
      ...['connecting', REFUSED, 'close', 'end', CLOSED],
    ],
  },
  'as many retries as a command may have': {
    options: { ...NOWHERE, maxRetriesPerRequest: 1, retryStrategy: () => 10 },
    run: async (redis, log) => {
      await noted(redis.get('a'), log);
      redis.removeAllListeners();
      redis.on('error', () => {});
    },
    log: [
      ...['connecting', REFUSED, 'close', 'reconnecting 10', 'connecting', REFUSED, 'close', 'reconnecting 10'],
      'MaxRetriesPerRequestError: Reached the max retries per request limit (which is 1). Refer to "maxRetriesPerRequest" option for details.',
    ],
  },
  'a connection that is killed': {
    options: { retryStrategy: () => 10 },
    run: async (redis, log) => {
      const other = new Redis({ port: Number(redis.options.port) });
      await other.client('KILL', 'ID', await redis.client('ID'));
      await until(() => log.at(-1) === 'ready' && log.length > 3);
      await noted(redis.ping(), log);
      redis.disconnect();
      other.disconnect();
      await ended(redis);
    },
    log: [...READY, 'close', 'reconnecting 10', ...READY, 'PONG', 'close', 'end'],
  },
  'disconnect while a command blocks': {
    run: async (redis, log) => {
      await redis.ping();
      const blocked = noted(redis.blpop('nothing', 0), log);
      redis.disconnect();
      log.push(redis.status);
      await blocked;
    },
    log: [...READY, 'ready', 'close', 'end', CLOSED],
  },
  'disconnect to connect again': {
    options: { retryStrategy: () => 10 },
    run: async (redis, log) => {
      await redis.ping();
      redis.disconnect(true);
      await until(() => log.length === 8);
      await noted(redis.ping(), log);
      redis.disconnect();
      await ended(redis);
    },
    log: [...READY, 'close', 'reconnecting 10', ...READY, 'PONG', 'close', 'end'],
  },
  'connect() after the end': {
    run: async (redis, log) => {
      await redis.ping();
      redis.disconnect();
      await ended(redis);
      await redis.connect();
      await noted(redis.ping(), log);
      await redis.quit();
      await ended(redis);
    },
    log: [...READY, 'close', 'end', ...READY, 'PONG', 'close', 'end'],
  },
  'no queue before it is ready': {
    options: { enableOfflineQueue: false },
    run: async (redis, log) => {
      await noted(redis.get('a'), log);
      await until(() => redis.status === 'ready');
      await noted(redis.ping(), log);
      redis.disconnect();
      await ended(redis);
    },
    log: ["Error: Stream isn't writeable and enableOfflineQueue options is false", ...READY, 'PONG', 'close', 'end'],
  },
  'quit twice': {
    run: async (redis, log) => {
      await redis.ping();
      await noted(redis.quit(), log);
      await ended(redis);
      await noted(redis.quit(), log);
    },
    log: [...READY, 'OK', 'close', 'end', CLOSED],
  },
  'a password that is not needed': {
    options: { password: 'unneeded' },
    run: async (redis, log) => {
      await noted(redis.get('a'), log);
      redis.disconnect();
      await ended(redis);
    },
    log: [...READY, 'null', 'close', 'end'],
  },
};

describe('the statuses of Redis, as ioredis has them', () => {
  before(async () => (await sharedTopology('single')).flush());
  for (const [title, { options, run, log: expected }] of Object.entries(rows)) {
    it(title, async () => {
      const { nodes } = await sharedTopology('single');
      const redis = new Redis({ port: nodes[0]?.port, host: '127.0.0.1', ...options } as RedisOptions);
      const log: Log = [];
      for (const name of NAMES) redis.on(name, (arg?: unknown) => log.push(arg === undefined ? name : `${name} ${textOrNumber(arg)}`));
      try {
        await run(redis, log);
        assert.deepEqual(log, expected);
      } finally {
        redis.disconnect();
      }
    });
  }

  it('says a wrong password in the words of the server', async () => {
    const { nodes } = await sharedTopology('single');
    const redis = new Redis({ port: nodes[0]?.port ?? 0, username: 'nobody', password: 'wrong', retryStrategy: () => null });
    const errors: Error[] = [];
    redis.on('error', (error: Error) => errors.push(error));
    await assert.rejects(redis.get('a'), { name: 'ReplyError', message: /^WRONGPASS/ });
    assert.match(errors[0]?.message ?? '', /^WRONGPASS/);
    await ended(redis);
  });

  it('prints an error that nobody hears, and goes on', async () => {
    const printed: unknown[] = [];
    const { error } = console;
    console.error = (...args: unknown[]) => printed.push(args.join(' '));
    try {
      const redis = new Redis({ ...NOWHERE, retryStrategy: () => null });
      await ended(redis);
    } finally {
      console.error = error;
    }
    assert.match(String(printed[0]), /^\[ioredis\] Unhandled error event: Error: connect ECONNREFUSED 127\.0\.0\.1:1/);
  });
});

function textOrNumber(arg: unknown): string {
  return arg instanceof Error ? arg.message : String(arg);
}
