/**
 * Calls of every command that has keys, in words: those that begin with `@` are the keys, in the order the server lists them.
 * A subcommand's name is its first two words.
 */
export const KEY_CALLS = `
APPEND @k v
BITCOUNT @k
BITCOUNT @k 0 -1 BYTE
BITFIELD @k SET u8 0 1
BITFIELD_RO @k GET u8 0
BITOP AND @to @a @b
BITOP NOT @to @a
BITPOS @k 1
BLMOVE @from @to LEFT RIGHT 0
BLMPOP 0 2 @a @b LEFT COUNT 2
BLPOP @k 0
BLPOP @a @b @c 0
BRPOP @a @b 0
BRPOPLPUSH @from @to 0
BZMPOP 0 1 @k MIN
BZPOPMAX @a @b 0
BZPOPMIN @k 0
COPY @from @to DB 1 REPLACE
DECR @k
DECRBY @k 2
DEL @k
DEL @a @b @c
DELIFEQ @k v
DUMP @k
EVAL return 0
EVAL return 1 @k arg
EVAL return 2 @a @b
EVALSHA sha 2 @a @b arg
EVALSHA_RO sha 1 @k
EVAL_RO return 1 @k arg
EXISTS @a @b
EXPIRE @k 1 NX
EXPIREAT @k 1
EXPIRETIME @k
FCALL fn 0 arg
FCALL fn 2 @a @b arg
FCALL_RO fn 1 @k
GEOADD @k NX 1 1 m
GEODIST @k m n
GEOHASH @k m
GEOPOS @k m
GEORADIUS @k 0 0 1 m
GEORADIUS @k 0 0 1 m STORE @to
GEORADIUS @k 0 0 1 m COUNT 1 ASC storedist @to
GEORADIUSBYMEMBER @k m 1 m
GEORADIUSBYMEMBER @k m 1 m STORE @to
GEORADIUSBYMEMBER_RO @k m 1 m
GEORADIUS_RO @k 0 0 1 m
GEOSEARCH @k FROMMEMBER m BYRADIUS 1 m
GEOSEARCHSTORE @to @from FROMMEMBER m BYRADIUS 1 m
GET @k
GETBIT @k 0
GETDEL @k
GETEX @k PERSIST
GETRANGE @k 0 -1
GETSET @k v
HDEL @k f g
HEXISTS @k f
HEXPIRE @k 1 FIELDS 1 f
HEXPIREAT @k 1 FIELDS 1 f
HEXPIRETIME @k FIELDS 1 f
HGET @k f
HGETALL @k
HGETDEL @k FIELDS 1 f
HGETEX @k FIELDS 1 f
HINCRBY @k f 1
HINCRBYFLOAT @k f 1
HKEYS @k
HLEN @k
HMGET @k f g
HMSET @k f v
HPERSIST @k FIELDS 1 f
HPEXPIRE @k 1 FIELDS 1 f
HPEXPIREAT @k 1 FIELDS 1 f
HPEXPIRETIME @k FIELDS 1 f
HPTTL @k FIELDS 1 f
HRANDFIELD @k 1 WITHVALUES
HSCAN @k 0
HSET @k f v g w
HSETEX @k FIELDS 1 f v
HSETNX @k f v
HSTRLEN @k f
HTTL @k FIELDS 1 f
HVALS @k
INCR @k
INCRBY @k 2
INCRBYFLOAT @k 2
LCS @a @b LEN
LINDEX @k 0
LINSERT @k BEFORE p v
LLEN @k
LMOVE @from @to LEFT RIGHT
LMPOP 2 @a @b LEFT
LPOP @k 2
LPOS @k v RANK 1
LPUSH @k v w
LPUSHX @k v
LRANGE @k 0 -1
LREM @k 0 v
LSET @k 0 v
LTRIM @k 0 1
MEMORY USAGE @k
MEMORY USAGE @k SAMPLES 5
MGET @k
MGET @a @b @c
MIGRATE host 1 @k 0 10
MIGRATE host 1 @k 0 10 COPY REPLACE AUTH password
MIGRATE host 1 "" 0 10 KEYS @a @b
MIGRATE host 1 "" 0 10 REPLACE AUTH2 keys keys KEYS @a
MIGRATE host 1 "" 0 10 AUTH keys KEYS @a @b
MOVE @k 1
MSET @k v
MSET @a v @b w
MSETEX 2 @a v @b w EX 10
MSETNX @a v @b w
OBJECT ENCODING @k
OBJECT FREQ @k
OBJECT IDLETIME @k
OBJECT REFCOUNT @k
PERSIST @k
PEXPIRE @k 1
PEXPIREAT @k 1
PEXPIRETIME @k
PFADD @k e
PFCOUNT @a @b
PFDEBUG encoding @k
PFMERGE @to @a @b
PSETEX @k 1 v
PTTL @k
RENAME @from @to
RENAMENX @from @to
RESTORE @k 0 v REPLACE
RESTORE-ASKING @k 0 v
RPOP @k
RPOPLPUSH @from @to
RPUSH @k v
RPUSHX @k v
SADD @k m n
SCARD @k
SDIFF @a @b
SDIFFSTORE @to @a @b
SET @k v EX 10
SETBIT @k 0 1
SETEX @k 1 v
SETNX @k v
SETRANGE @k 0 v
SINTER @a @b
SINTERCARD 2 @a @b LIMIT 1
SINTERSTORE @to @a
SISMEMBER @k m
SMEMBERS @k
SMISMEMBER @k m n
SMOVE @from @to m
SORT @k
SORT @k BY w_* LIMIT 0 1 GET # GET o_* ASC ALPHA
SORT @k STORE @to
SORT @k BY store LIMIT 0 store GET store STORE @to
SORT @k STORE first store @to
SORT_RO @k BY w_* GET o_*
SPOP @k 2
SRANDMEMBER @k 2
SREM @k m
SSCAN @k 0
STRLEN @k
SUBSTR @k 0 1
SUNION @a @b
SUNIONSTORE @to @a @b
TOUCH @a @b
TTL @k
TYPE @k
UNLINK @a @b
WATCH @a @b
XACK @k g 1-1
XADD @k * f v
XAUTOCLAIM @k g c 0 0
XCLAIM @k g c 0 1-1
XDEL @k 1-1
XGROUP CREATE @k g $
XGROUP CREATECONSUMER @k g c
XGROUP DELCONSUMER @k g c
XGROUP DESTROY @k g
XGROUP SETID @k g $
XINFO CONSUMERS @k g
XINFO GROUPS @k
XINFO STREAM @k FULL
XLEN @k
XPENDING @k g
XRANGE @k - +
XREAD STREAMS @k 0
XREAD COUNT 1 BLOCK 0 streams @a @b 0 0
XREAD STREAMS @STREAMS 0
XREADGROUP GROUP g c STREAMS @k >
XREADGROUP GROUP streams c COUNT 1 NOACK STREAMS @a @b > >
XREVRANGE @k + -
XSETID @k 1-1
XTRIM @k MAXLEN 1
ZADD @k NX 1 m
ZCARD @k
ZCOUNT @k 0 1
ZDIFF 2 @a @b WITHSCORES
ZDIFFSTORE @to 2 @a @b
ZINCRBY @k 1 m
ZINTER 2 @a @b WEIGHTS 1 2
ZINTERCARD 2 @a @b LIMIT 1
ZINTERSTORE @to 2 @a @b AGGREGATE MAX
ZLEXCOUNT @k - +
ZMPOP 2 @a @b MIN COUNT 2
ZMSCORE @k m n
ZPOPMAX @k 2
ZPOPMIN @k
ZRANDMEMBER @k 1
ZRANGE @k 0 -1 WITHSCORES
ZRANGEBYLEX @k - +
ZRANGEBYSCORE @k 0 1
ZRANGESTORE @to @from 0 -1
ZRANK @k m
ZREM @k m
ZREMRANGEBYLEX @k - +
ZREMRANGEBYRANK @k 0 1
ZREMRANGEBYSCORE @k 0 1
ZREVRANGE @k 0 -1
ZREVRANGEBYLEX @k + -
ZREVRANGEBYSCORE @k 1 0
ZREVRANK @k m
ZSCAN @k 0
ZSCORE @k m
ZUNION 2 @a @b
ZUNIONSTORE @to 2 @a @b WEIGHTS 1 2
`;

/** As above, but `COMMAND GETKEYS`, which follows the key specs, lists other keys than a cluster node places the call by. The latter count. */
export const AMBIGUOUS_CALLS = `
PFMERGE @to
GEORADIUS @k 0 0 1 m STORE first STOREDIST @to
GEORADIUSBYMEMBER @k m 1 m STOREDIST first STORE @to
XREADGROUP COUNT 1 GROUP streams c STREAMS @k >
XREADGROUP BLOCK 0 GROUP g streams STREAMS @a @b > >
`;

/** Calls whose "keys" are no keys for `COMMAND GETKEYS`, but which the server places by their slot all the same. */
export const PLACED_CALLS = `
CLUSTERSCAN @0
SPUBLISH @channel message
SSUBSCRIBE @a @b
SUNSUBSCRIBE @a
`;

/** The words of each call; `""` stands for the empty word. */
export function wordsOf(calls: string): string[][] {
  const lines = calls.trim().split('\n');
  return lines.map((line) => line.split(' ').map((word) => (word === '""' ? '' : word)));
}
