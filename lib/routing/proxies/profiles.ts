import type { ProxyName } from '../../options/endpoints.js';

/**
 * Error that a proxy makes itself, when it cannot pass a command on or has no answer to it. `repeat`: whether the command is sent again;
 * `reads` stands for those that may run twice. Only the profile of a proxy makes them count: a script may answer with any text.
 */
export interface ProxyError {
  readonly text: RegExp;
  readonly executed: 'no' | 'unknown';
  readonly repeat: 'always' | 'reads' | 'never';
}

/** Which commands a proxy takes, or which it does not, and its own errors. */
export interface ProxyProfile {
  /** What it does at a command that it does not take, for messages. */
  readonly does: string;
  /** Commands that it takes with any arguments; null: all that are not in `refuses`. */
  readonly takes: readonly string[] | null;
  /** Commands that it takes with so many arguments and no others. */
  readonly takesWith: Readonly<Record<number, readonly string[]>>;
  /** Commands and categories that it does not take. */
  readonly refuses: readonly string[];
  /** Commands that it takes only with a key. */
  readonly withKey: readonly string[];
  readonly errors: readonly ProxyError[];
}

const words = (...lines: readonly string[]): readonly string[] => lines.join(' ').split(' ');

/** https://github.com/twitter/twemproxy/blob/v0.5.0/src/proto/nc_redis.c ; the test sends them to a nutcracker. */
const twemproxy: ProxyProfile = {
  does: 'closes the connection at it',
  takes: words(
    'BITCOUNT BITFIELD BITPOS COPY DEL EVAL EVALSHA EXISTS GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUSBYMEMBER GEOSEARCH',
    'GEOSEARCHSTORE GETEX HDEL HMGET HMSET HRANDFIELD HSCAN HSET LOLWUT LPOP LPOS LPUSH LPUSHX MGET MSET PFADD PFCOUNT PFMERGE RESTORE RPOP',
    'RPUSH RPUSHX SADD SDIFF SDIFFSTORE SET SINTER SINTERSTORE SMISMEMBER SORT SPOP SRANDMEMBER SREM SSCAN SUNION SUNIONSTORE TOUCH UNLINK',
    'ZADD ZDIFF ZDIFFSTORE ZINTER ZINTERSTORE ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANGESTORE ZREM',
    'ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZSCAN ZUNION ZUNIONSTORE',
  ),
  takesWith: {
    0: ['PING'],
    1: words('DECR DUMP GET GETDEL HGETALL HKEYS HLEN HVALS INCR LLEN PERSIST PTTL SCARD SMEMBERS STRLEN TTL TYPE ZCARD'),
    2: words(
      'APPEND DECRBY EXPIRE EXPIREAT GETBIT GETSET HEXISTS HGET HSTRLEN INCRBY INCRBYFLOAT LINDEX PEXPIRE PEXPIREAT RPOPLPUSH SETNX',
      'SISMEMBER ZRANK ZREVRANK ZSCORE',
    ),
    3: words(
      'GETRANGE HINCRBY HINCRBYFLOAT HSETNX LRANGE LREM LSET LTRIM PSETEX SETBIT SETEX SETRANGE SMOVE ZCOUNT ZINCRBY ZLEXCOUNT',
      'ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE',
    ),
    4: ['LINSERT', 'LMOVE'],
  },
  refuses: [],
  withKey: ['EVAL', 'EVALSHA'],
  errors: [
    // The texts of errno: of connecting, and of a connection that was in use. `unknown` is what it says of a server that closed one, and
    // `Invalid argument` of one that said OOM, LOADING or BUSY, which it cannot read: then all fails that it had sent there. The test asks one.
    // https://github.com/twitter/twemproxy/blob/v0.5.0/src/nc_message.c (`msg_get_error`)
    { text: /^ERR (?:Connection refused|No such file or directory)$/, executed: 'no', repeat: 'always' },
    {
      text: /^ERR (?:unknown|Invalid argument|Connection timed out|Connection reset by peer|Broken pipe|No route to host|Network is unreachable)$/,
      executed: 'unknown',
      repeat: 'reads',
    },
  ],
};

/**
 * https://github.com/CodisLabs/codis/blob/release3.2/pkg/proxy/mapper.go . What it does not know it passes on, also what blocks the
 * connection that all share.
 */
const codis: ProxyProfile = {
  does: 'refuses it, or would pass it on to a connection that others use',
  takes: null,
  takesWith: {},
  refuses: words(
    'BGREWRITEAOF BGSAVE BITOP CLIENT CONFIG DBSIZE DEBUG FLUSHALL FLUSHDB FUNCTION KEYS LASTSAVE LATENCY MIGRATE MONITOR MOVE MSETNX OBJECT',
    'RANDOMKEY RENAME RENAMENX REPLICAOF RESTORE ROLE SAVE SCAN SCRIPT SHUTDOWN SLOWLOG SYNC TIME WAIT WAITAOF INFO COMMAND',
    '@blocking @pubsub @transaction',
  ),
  withKey: [],
  errors: [
    { text: /^ERR .*slot is not ready\b/, executed: 'no', repeat: 'always' },
    { text: /^ERR handle response, backend conn\b/, executed: 'unknown', repeat: 'reads' },
  ],
};

/** https://github.com/joyieldInc/predixy/blob/1.0.5/src/Command.cpp and src/Response.cpp, misspelt as there. */
const predixy: ProxyProfile = {
  does: 'refuses it',
  takes: words(
    'APPEND BITCOUNT BITFIELD BITOP BITPOS BLPOP BRPOP BRPOPLPUSH DECR DECRBY DEL DISCARD DUMP ECHO EVAL EVALSHA EXEC EXISTS EXPIRE EXPIREAT',
    'GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUSBYMEMBER GET GETBIT GETRANGE GETSET HDEL HEXISTS HGET HGETALL HINCRBY HINCRBYFLOAT HKEYS',
    'HLEN HMGET HMSET HSCAN HSET HSETNX HSTRLEN HVALS INCR INCRBY INCRBYFLOAT INFO LINDEX LINSERT LLEN LPOP LPUSH LPUSHX LRANGE LREM LSET LTRIM',
    'MGET MOVE MSET MSETNX MULTI PERSIST PEXPIRE PEXPIREAT PFADD PFCOUNT PFMERGE PING PSETEX PSUBSCRIBE PTTL PUBLISH PUBSUB RANDOMKEY RENAME',
    'RENAMENX RESTORE RPOP RPOPLPUSH RPUSH RPUSHX SADD SCAN SCARD SCRIPT SDIFF SDIFFSTORE SET SETBIT SETEX SETNX SETRANGE SINTER SINTERSTORE',
    'SISMEMBER SMEMBERS SMOVE SORT SPOP SRANDMEMBER SREM SSCAN STRLEN SUBSCRIBE SUNION SUNIONSTORE TOUCH TTL TYPE UNLINK UNWATCH WATCH ZADD',
    'ZCARD ZCOUNT ZINCRBY ZINTERSTORE ZLEXCOUNT ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE',
    'ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNIONSTORE CONFIG',
  ),
  takesWith: {},
  refuses: [],
  withKey: [],
  errors: [
    { text: /^ERR no server (?:connection )?avaliable$/, executed: 'no', repeat: 'always' },
    { text: /^ERR (?:server connection close|deliver request fail)$/, executed: 'unknown', repeat: 'reads' },
  ],
};

/** https://github.com/envoyproxy/envoy/blob/main/source/extensions/filters/network/common/redis/supported_commands.h */
const envoy: ProxyProfile = {
  does: 'refuses it',
  takes: words(
    'APPEND BF.ADD BF.CARD BF.EXISTS BF.INFO BF.INSERT BF.LOADCHUNK BF.MADD BF.MEXISTS BF.RESERVE BF.SCANDUMP BITCOUNT BITFIELD BITPOS DECR',
    'DECRBY DEL DISCARD DUMP ECHO EVAL EVALSHA EVALSHA_RO EVAL_RO EXEC EXISTS EXPIRE EXPIREAT GEOADD GEODIST GEOHASH GEOPOS',
    'GEORADIUSBYMEMBER_RO GEORADIUS_RO GET GETBIT GETDEL GETRANGE GETSET HDEL HEXISTS HGET HGETALL HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET',
    'HSCAN HSET HSETNX HSTRLEN HVALS INCR INCRBY INCRBYFLOAT LINDEX LINSERT LLEN LMOVE LPOP LPUSH LPUSHX LRANGE LREM LSET LTRIM MGET MSET MULTI',
    'PERSIST PEXPIRE PEXPIREAT PFADD PFCOUNT PING PSETEX PTTL PUBLISH RESTORE RPOP RPUSH RPUSHX SADD SCARD SET SETBIT SETEX SETNX SETRANGE',
    'SISMEMBER SMEMBERS SPOP SRANDMEMBER SREM SSCAN STRLEN TIME TOUCH TTL TYPE UNLINK UNWATCH WATCH XACK XADD XAUTOCLAIM XCLAIM XDEL XLEN',
    'XPENDING XRANGE XREVRANGE XTRIM ZADD ZCARD ZCOUNT ZINCRBY ZLEXCOUNT ZPOPMAX ZPOPMIN ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREM',
    'ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE',
  ),
  takesWith: {},
  refuses: [],
  withKey: ['EVAL', 'EVALSHA', 'EVAL_RO', 'EVALSHA_RO'],
  errors: [
    { text: /^(?:ERR )?no upstream host$/, executed: 'no', repeat: 'always' },
    { text: /^(?:ERR )?upstream failure$/, executed: 'unknown', repeat: 'reads' },
    { text: /^(?:ERR )?finished with \d+ error\(s\)$/, executed: 'unknown', repeat: 'never' },
  ],
};

export const PROFILES: Readonly<Record<ProxyName, ProxyProfile>> = { twemproxy, codis, predixy, envoy };
