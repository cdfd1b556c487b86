/**
 * The commands that have a method, by where their keys are: `first last step`, positions counted from 1 behind the name, a last one that is
 * not positive from the end; `-` where there are none, `?` where `command-keys.ts` looks at the arguments. As `keyPrefix` of ioredis has it,
 * which is what the keys of a program's data are called.
 */
export const NAMES_BY_KEYS: Readonly<Record<string, string>> = {
  '-': `acl asking auth backup bgrewriteaof bgsave client cluster command config dbsize debug discard echo exec failover flushall
    flushdb function hello himport hotkeys info keys lastsave latency lolwut memory module multi object pfselftest ping psubscribe
    psync publish pubsub punsubscribe quit randomkey readonly readwrite replconf replicaof reset role save scan script select sentinel
    shutdown slaveof slowlog subscribe swapdb sync time trimslots unsubscribe unwatch wait waitaof xgroup xinfo`,
  '1 1 1': `append arcount ardel ardelrange arget argetrange argrep arinfo arinsert arlastitems arlen armget armset arnext arop arring
    arscan arseek arset bitcount bitfield bitfield_ro bitpos decr decrby delex digest dump expire expireat expiretime geoadd geodist
    geohash geopos georadius_ro georadiusbymember_ro geosearch get getbit getdel getex getrange getset hdel hexists hexpire
    hexpireat hexpiretime hget hgetall hgetdel hgetex hincrby hincrbyfloat hkeys hlen hmget hmset hpersist hpexpire hpexpireat
    hpexpiretime hpttl hrandfield hscan hset hsetex hsetnx hstrlen httl hvals incr incrby incrbyfloat increx lindex linsert llen
    lpop lpos lpush lpushx lrange lrem lset ltrim move persist pexpire pexpireat pexpiretime pfadd psetex pttl restore
    restore-asking rpop rpush rpushx sadd scard set setbit setex setnx setrange sismember smembers smismember spop spublish
    srandmember srem sscan strlen substr ttl type vadd vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrange vrem
    vsetattr vsim xack xackdel xadd xautoclaim xcfgset xclaim xdel xdelex xidmprecord xlen xnack xpending xrange xrevrange xsetid
    xtrim zadd zcard zcount zincrby zlexcount zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrank zrem
    zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore`,
  '1 2 1': 'blmove blmovem brpoplpush copy geosearchstore lcs lmove lmovem rename renamenx rpoplpush smove zrangestore',
  '1 -2 1': 'blpop brpop bzpopmax bzpopmin',
  '1 -1 1':
    'del exists mget pfcount pfmerge sdiff sdiffstore sinter sinterstore ssubscribe sunion sunionstore sunsubscribe touch unlink watch',
  '1 -1 2': 'mset msetnx',
  '2 -1 1': 'bitop',
  '2 2 1': 'pfdebug',
  '?': `blmpop bzmpop eval eval_ro evalsha evalsha_ro fcall fcall_ro georadius georadiusbymember lmpop migrate msetex sdiffcard sintercard
    sort sort_ro sunioncard xread xreadgroup zdiff zdiffstore zinter zintercard zinterstore zmpop zunion zunionstore`,
};

/** Subcommands that have one key behind them. */
export const SUBCOMMANDS_WITH_KEY: Readonly<Record<string, string>> = {
  himport: 'set',
  memory: 'usage',
  object: 'encoding freq idletime refcount',
  xgroup: 'create createconsumer delconsumer destroy setid',
  xinfo: 'consumers groups stream',
};

/** Names of all commands that have a method, in lower case. */
export const COMMAND_NAMES: readonly string[] = Object.values(NAMES_BY_KEYS)
  .flatMap((names) => names.split(/\s+/))
  .sort();
