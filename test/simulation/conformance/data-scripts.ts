import type { ConformanceScript } from './script.js';

/** Commands of keys and what they hold. */
export const dataScripts: readonly ConformanceScript[] = [
  {
    name: 'strings',
    text: `
      GET k; SET k v; GET k; SET k w NX; SET new v NX; SET k w XX; SET none v XX; SET k x GET; SET k y NX GET; SET fresh z GET
      SET k v EX 0; SET k v EX -1; SET k v EX abc; SET k v EX 10 PX 10; SET k v NX XX; SET k v KEEPTTL; SET k v EX 100; TTL k
      SET k w KEEPTTL; TTL k; SET k w; TTL k; SET k v PXAT 1; GET k; SET k v BAD; SET k; SET; set lower v; SETNX k v; SETNX k w
      SETEX k 10 v; SETEX k 0 v; PSETEX k 10000 v; GETSET k w; GETSET nothing w; GETDEL k; GETDEL k; APPEND k abc; APPEND k def
      STRLEN k; STRLEN none; GETRANGE k 1 3; GETRANGE k -3 -1; GETRANGE k 5 2; SETRANGE k 2 XX; GET k; SETRANGE k -1 x; SETRANGE pad 3 x
      GET pad; INCR n; INCRBY n 10; DECR n; DECRBY n 3; GET n; INCR k; INCRBY n abc; INCRBY n 1.5; INCRBYFLOAT f 1.5; INCRBYFLOAT f 2
      INCRBYFLOAT f abc; GET f; INCRBYFLOAT k 1; MSET a 1 b 2; MGET a b none; MSET a; MSET a 1 b; MSETNX a 1 c 2; MSETNX c 1 d 2
      MGET c d; MSETNX c; GETEX a; GETEX a EX 100; TTL a; GETEX a PERSIST; TTL a; GETEX a EX; GETEX a EX 0; GETEX none EX 10
      GET "with space"; SET bin "\\u0000\\u00ff\\r\\n"; GET bin`,
  },
  {
    name: 'keys',
    text: `
      EXISTS k; SET k v; EXISTS k k none; TOUCH k none; TYPE k; TYPE none; LPUSH l a; TYPE l; HSET h f v; TYPE h; SADD s a; TYPE s
      ZADD z 1 a; TYPE z; XADD x 1-1 f v; TYPE x; DBSIZE; sorted: KEYS *; sorted: KEYS [kl]; KEYS k?; DEL k none; DEL; UNLINK l h; TTL s
      TTL none; PTTL none; EXPIRE s 100; TTL s; EXPIRE none 100; EXPIRE s abc; EXPIRE s 100 NX; EXPIRE s 50 XX; EXPIRE s 20 GT
      EXPIRE s 200 GT; EXPIRE s 300 LT; EXPIRE s 30 LT; TTL s; EXPIRE s 1 NX XX; EXPIRE s 1 GT LT; EXPIRE s 1 BAD; PERSIST s; PERSIST s
      EXPIRE s -1; EXISTS s; SET p v; PEXPIRE p 20; wait 60; GET p; EXISTS p; SET p v PX 20; wait 60; TYPE p; DBSIZE; SET p v
      EXPIREAT p 4102444800; EXPIRETIME p; PEXPIRETIME p; EXPIRETIME none; EXPIRETIME x; PEXPIREAT p 1; GET p; SET k v; RENAME k r
      GET r; RENAME none r; RENAMENX r z; RENAMENX r q; RENAMENX none q; COPY q c; COPY q c; COPY q c REPLACE; COPY none c; COPY q q
      COPY q c DB 1; COPY q c DB 99; COPY q c BAD; SELECT 1; GET c; DBSIZE; FLUSHDB; DBSIZE; SELECT 0; SELECT 16; SELECT abc; SELECT
      FLUSHALL ASYNC; RANDOMKEY; DBSIZE; FLUSHALL BAD; FLUSHDB SYNC; SET only v; RANDOMKEY`,
  },
  {
    name: 'scans',
    text: `
      SCAN 0; MSET a 1 b 2 c 3; LPUSH l x; sorted: SCAN 0 COUNT 100; SCAN 0 MATCH a COUNT 100; SCAN 0 TYPE list COUNT 100; SCAN abc
      SCAN 0 COUNT 0; SCAN 0 COUNT abc; SCAN 0 BAD 1; SCAN 0 MATCH; HSET h f v; HSCAN h 0; HSCAN none 0; HSCAN h abc; HSCAN h 0 MATCH z*
      SADD s m; SSCAN s 0; SSCAN none 0; ZADD z 1.5 m; ZSCAN z 0; ZSCAN none 0; HSCAN l 0; SSCAN l 0; ZSCAN l 0; SCAN; HSCAN h`,
  },
  {
    name: 'hashes',
    text: `
      HSET h a 1; HSET h a 2 b 3; HSET h a; HSET h; HGET h a; HGET h none; HGET none a; HMGET h a none b; HGETALL h; HGETALL none
      HLEN h; HKEYS h; HVALS h; HEXISTS h a; HEXISTS h z; HSTRLEN h a; HSETNX h a 9; HSETNX h c 9; HINCRBY h n 5; HINCRBY h n -2
      HSET h t text; HINCRBY h t 1; HINCRBY h n abc; HINCRBYFLOAT h f 1.5; HINCRBYFLOAT h t 1; HDEL h a b none; HDEL none a; HMSET m a 1
      HMSET m a; HDEL m a; EXISTS m; SET k v; HGET k a; HSET k a 1; HGETALL k; HDEL k a; HLEN k; HINCRBY k a 1; GET h; LPUSH h a; INCR h
      APPEND h a`,
  },
  {
    name: 'lists',
    text: `
      RPUSH l a b c; LPUSH l z; LRANGE l 0 -1; LRANGE l -2 -1; LRANGE l 5 9; LRANGE none 0 -1; LRANGE l a b; LLEN l; LLEN none
      LINDEX l 0; LINDEX l -1; LINDEX l 99; LINDEX l abc; LSET l 0 y; LSET l 99 y; LSET none 0 y; LINSERT l BEFORE a q
      LINSERT l AFTER none q; LINSERT none AFTER a q; LINSERT l BAD a q; LREM l 1 q; LREM l 0 none; RPUSH d a b a c a; LREM d -2 a
      LRANGE d 0 -1; LTRIM d 1 -1; LRANGE d 0 -1; LTRIM d 5 9; EXISTS d; LPUSHX none a; RPUSHX l d; LPOP l; RPOP l; LPOP none
      LPOP none 2; LPOP l 2; LPOP l 0; LPOP l -1; LPOP l abc; RPOP l 9; EXISTS l; LPOP l 1 2; RPUSH a 1 2 3; LMOVE a b LEFT RIGHT
      LMOVE a b BAD LEFT; LMOVE none b LEFT LEFT; RPOPLPUSH a b; LMOVE a a LEFT RIGHT; LRANGE b 0 -1; LMOVE a a LEFT RIGHT
      LMPOP 2 none a LEFT; LMPOP 1 b RIGHT COUNT 5; LMPOP 1 none LEFT; LMPOP 0 a LEFT; LMPOP 1 a BAD; LMPOP 1 a LEFT COUNT 0
      LMPOP abc a LEFT; SET k v; LPUSH k a; LRANGE k 0 -1; LPOP k; RPUSH src x; LMOVE src k LEFT LEFT; LLEN src; BLPOP k 1; BLPOP src 1
      BRPOP src 0.01; BLPOP src -1; BLPOP src abc; BLMOVE src b LEFT LEFT 0.01; BLMPOP 0.01 1 src LEFT; BLMPOP 1 0 src LEFT; BLPOP src
      BRPOPLPUSH src b 0.01`,
  },
  {
    name: 'sets',
    text: `
      SADD s a b c; SADD s a; SCARD s; SCARD none; SISMEMBER s a; SISMEMBER s z; SMISMEMBER s a z; sorted: SMEMBERS s; SMEMBERS none
      SREM s a z; SREM none a; SMOVE s t b; SMOVE s t none; SADD t c d; sorted: SINTER s t; sorted: SUNION s t; sorted: SDIFF t s
      SINTER s none; SADD one x; SPOP one; SPOP one; EXISTS one; SET k v; SADD k a; SMEMBERS k; SADD s; SMOVE k s a; SMOVE s k a`,
  },
  {
    name: 'sorted sets',
    text: `
      ZADD z 1 a 2 b; ZADD z 1 a; ZADD z CH 3 a; ZADD z NX 9 a; ZADD z XX 9 new; ZADD z GT 1 a; ZADD z LT CH 1 a; ZADD z INCR 2 a
      ZADD z NX INCR 2 a; ZADD z NX XX 1 a; ZADD z GT LT 1 a; ZADD z abc a; ZADD z 1; ZADD z 1 a 2; ZADD z INCR 1 a 2 b; ZSCORE z a
      ZSCORE z none; ZSCORE none a; ZMSCORE z a none; ZADD z 1.5 f inf big -inf small; ZRANGE z 0 -1; ZRANGE z 0 -1 WITHSCORES
      ZRANGE z 0 1 REV; ZRANGE none 0 -1; ZRANGE z a b; ZRANGE z 0 -1 BAD; ZCARD z; ZRANK z a; ZRANK z none; ZINCRBY z 1.5 a
      ZINCRBY z abc a; ZREM z small none; ZPOPMIN z; ZPOPMAX z; ZPOPMIN z 2; ZPOPMIN none; ZPOPMIN none 2; ZPOPMIN z -1
      ZADD w 1 a 2 b 3 c; ZMPOP 1 w MIN; ZMPOP 1 none MIN; ZMPOP 1 w BAD; BZPOPMIN w 1; BZPOPMAX w 1; BZPOPMIN w 0.01
      BZMPOP 0.01 1 w MIN; SET k v; ZADD k 1 a; ZSCORE k a`,
  },
  {
    name: 'streams',
    text: `
      XADD x 1-1 f v; XADD x 1-1 f v; XADD x 1-0 f v; XADD x 0-0 f v; XADD x 2-* f v g w; XADD x 2-* f v; XADD x abc f v; XADD x * f
      XADD none NOMKSTREAM * f v; type: XADD x * f v; XLEN x; XLEN none; XDEL x 2-0; XDEL x 2-0; XRANGE x - 2; XRANGE x 1-1 1-1
      XRANGE x - + COUNT 1; XRANGE none - +; XRANGE x abc +; XRANGE x - + BAD 1; XREAD COUNT 1 STREAMS x none 0 0; XREAD STREAMS x $
      XREAD STREAMS x; XREAD STREAMS x y 0; XREAD BLOCK 10 STREAMS x $; XREAD BLOCK abc STREAMS x $; XREAD BLOCK -1 STREAMS x $
      XREAD BAD STREAMS x 0; XADD m MAXLEN 1 1-1 f a; XADD m MAXLEN = 1 2-1 f b; XRANGE m - +; SET k v; XADD k * f v; XREAD STREAMS k 0
      XLEN k`,
  },
];
