import assert from 'node:assert/strict';
import { createClient, type Redis, single } from '../../../lib/index.js';
import { isMiss, missCommands, provesAbsence } from '../../../lib/protocol/catalog/misses.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../lib/protocol/command-spec.js';
import { describeOn } from '../../support/other-servers.js';
import { Server } from '../../support/server.js';

/** What makes a key of each kind, with everything that the commands below look for; then what makes one without. */
const kinds: Readonly<Record<string, readonly (readonly [string, ...Arg[]])[]>> = {
  string: [['SET', 'string', 'abc', 'EX', 1000]],
  hash: [['HSET', 'hash', 'a', '1']],
  list: [['RPUSH', 'list', 'a']],
  set: [['SADD', 'set', 'a']],
  zset: [['ZADD', 'zset', 1, 'a']],
  geo: [['GEOADD', 'geo', 13, 38, 'a']],
  stream: [['XADD', 'stream', '*', 'a', '1']],
  hyperloglog: [['PFADD', 'hyperloglog', 'a']],
};

/** Makes them the least that there can be of each. */
const least: readonly (readonly [string, ...Arg[]])[] = [
  ['SET', 'string', ''],
  ['XTRIM', 'stream', 'MAXLEN', 0],
];

/** Of which kind the key is, and what follows it, such that a key that is there shows content. */
const calls: Readonly<Record<string, readonly [kind: string, ...args: Arg[]]>> = {
  GET: ['string'],
  DUMP: ['string'],
  HGETALL: ['hash'],
  HKEYS: ['hash'],
  HVALS: ['hash'],
  SMEMBERS: ['set'],
  'OBJECT ENCODING': ['string'],
  'OBJECT FREQ': ['string'],
  'OBJECT IDLETIME': ['string'],
  'OBJECT REFCOUNT': ['string'],
  'MEMORY USAGE': ['string'],
  GETRANGE: ['string', 0, -1],
  SUBSTR: ['string', 0, -1],
  HGET: ['hash', 'a'],
  HRANDFIELD: ['hash'],
  LINDEX: ['list', 0],
  LPOS: ['list', 'a'],
  LRANGE: ['list', 0, -1],
  SRANDMEMBER: ['set'],
  XRANGE: ['stream', '-', '+'],
  XREVRANGE: ['stream', '+', '-'],
  GEODIST: ['geo', 'a', 'a'],
  GEOSEARCH: ['geo', 'FROMLONLAT', 13, 38, 'BYRADIUS', 10, 'km'],
  GEORADIUS_RO: ['geo', 13, 38, 10, 'km'],
  GEORADIUSBYMEMBER_RO: ['geo', 'a', 10, 'km'],
  ZRANDMEMBER: ['zset'],
  ZRANGE: ['zset', 0, -1],
  ZRANGEBYLEX: ['zset', '-', '+'],
  ZRANGEBYSCORE: ['zset', '-inf', '+inf'],
  ZRANK: ['zset', 'a'],
  ZREVRANGE: ['zset', 0, -1],
  ZREVRANGEBYLEX: ['zset', '+', '-'],
  ZREVRANGEBYSCORE: ['zset', '+inf', '-inf'],
  ZREVRANK: ['zset', 'a'],
  ZSCORE: ['zset', 'a'],
  EXISTS: ['string'],
  TOUCH: ['string'],
  HLEN: ['hash'],
  LLEN: ['list'],
  SCARD: ['set'],
  ZCARD: ['zset'],
  STRLEN: ['string'],
  BITCOUNT: ['string'],
  GETBIT: ['string', 1],
  HEXISTS: ['hash', 'a'],
  HSTRLEN: ['hash', 'a'],
  PFCOUNT: ['hyperloglog'],
  SISMEMBER: ['set', 'a'],
  XLEN: ['stream'],
  ZCOUNT: ['zset', '-inf', '+inf'],
  ZLEXCOUNT: ['zset', '-', '+'],
  TTL: ['string'],
  PTTL: ['string'],
  EXPIRETIME: ['string'],
  PEXPIRETIME: ['string'],
  TYPE: ['string'],
  HMGET: ['hash', 'a', 'b'],
  ZMSCORE: ['zset', 'a', 'b'],
  GEOPOS: ['geo', 'a', 'b'],
  GEOHASH: ['geo', 'a', 'b'],
  SMISMEMBER: ['set', 'a', 'b'],
  HTTL: ['hash', 'FIELDS', 1, 'a'],
  HPTTL: ['hash', 'FIELDS', 1, 'a'],
  HEXPIRETIME: ['hash', 'FIELDS', 1, 'a'],
  HPEXPIRETIME: ['hash', 'FIELDS', 1, 'a'],
};
/** Replies that are no miss although nothing in particular was asked for; a policy or release decides whether they are answered at all. */
const UNANSWERED = /^ERR (unknown command|An LFU maxmemory policy is not selected)/;

function compares(program?: string): void {
  let server: Server;
  before(async () => {
    server = await Server.start(program === undefined ? {} : { program });
  });
  after(() => server.stop());

  for (const protocol of [2, 3] as const) {
    it(`each command shows an absent key, and a key that is there, over RESP${protocol}`, async () => {
      await using redis = createClient({ topology: single(server.address), protocol });
      for (const makes of Object.values(kinds)) for (const words of makes) await redis.call(...words);
      const views = [redis, redis.with({ buffers: true }), redis.with({ integers: 'bigint' }), redis.with({ integers: 'string' })];
      for (const name of missCommands) {
        const [kind, ...args] = calls[name] ?? assert.fail(`no call of ${name}`);
        for (const view of views as unknown as Redis[]) {
          const ask = (key: string): Promise<boolean | string> => missOf(view, name, [key, ...args]);
          const [absent, there] = [await ask('absent'), await ask(kind)];
          assert.equal(absent, typeof absent === 'string' ? absent : true, `${name} of an absent key`);
          assert.equal(there, typeof there === 'string' ? there : false, `${name} of a key that is there`);
        }
      }
    });
  }

  it('no key that is there is answered by what is said to prove its absence', async () => {
    await using redis = createClient({ topology: single(server.address) });
    for (const words of least) await redis.call(...words);
    for (const name of missCommands.filter((one) => provesAbsence(command(one)))) {
      const [kind, ...args] = calls[name] ?? assert.fail(`no call of ${name}`);
      const there = await missOf(redis, name, [kind, ...args]);
      assert.equal(there, typeof there === 'string' ? there : false, name);
    }
  });
}

/** Whether the reply is a miss; a text: the server does not answer. */
async function missOf(redis: Redis, name: string, args: readonly Arg[]): Promise<boolean | string> {
  const words: readonly [string, ...Arg[]] = [name.split(' ')[0] ?? '', ...name.split(' ').slice(1), ...args];
  try {
    return isMiss(command(name), await redis.call(...words));
  } catch (error) {
    if (error instanceof Error && UNANSWERED.test(error.message)) return error.message;
    throw error;
  }
}

describe('replies that show a miss', () => compares());
describeOn('redis-8.6', 'replies that show a miss', compares);
describeOn('valkey-9', 'replies that show a miss', compares);
