import type { ConformanceScript } from './script.js';

/** Transactions, scripts, blocking, messages, and connections. */
export const sessionScripts: readonly ConformanceScript[] = [
  {
    name: 'unknown and wrong commands',
    text: `
      NONSENSE; nonsense a b; NONSENSE "a b" c; GET; GET a b; CLIENT; CLIENT NONSENSE; client nonsense a; CONFIG NONSENSE; CLIENT ID a
      client list id; PING a b; PING; PING hello; ECHO a; ECHO; TIME a; type: TIME; DEBUG; DBSIZE a; OBJECT NONSENSE a; SCRIPT NONSENSE
      COMMAND NONSENSE`,
  },
  {
    name: 'transactions',
    text: `
      MULTI; SET k v; GET k; EXEC; EXEC; DISCARD; MULTI; MULTI; WATCH k; SET k w; EXEC; GET k; MULTI; SET k x; DISCARD; GET k; MULTI
      NONSENSE; EXEC; EXEC; MULTI; GET; SET k y; EXEC; GET k; MULTI; INCR k; LPUSH k a; GET k; EXEC; MULTI; EXEC; MULTI; BLPOP none 0
      BLMOVE none b LEFT LEFT 0; XREAD BLOCK 0 STREAMS none $; EXEC; MULTI; PING; CLIENT GETNAME; DISCARD; WATCH; MULTI; WATCH; EXEC
      MULTI; HGETALL none; SMEMBERS none; EXEC; MULTI; UNWATCH; EXEC; MULTI; SELECT 1; SET in1 v; SELECT 0; EXEC; EXISTS in1`,
  },
  {
    name: 'watched keys',
    text: `
      WATCH k; b: SET k v; MULTI; GET k; EXEC; MULTI; GET k; EXEC; WATCH k; b: GET k; MULTI; EXEC; WATCH k; UNWATCH; b: SET k w; MULTI
      EXEC; WATCH k; SET k own; MULTI; EXEC; WATCH k; b: DEL k; MULTI; EXEC; WATCH k; b: DEL k; MULTI; EXEC; SET k v; WATCH k
      b: FLUSHALL; MULTI; EXEC; WATCH k; b: FLUSHALL; MULTI; EXEC; SET k v; WATCH k; b: SELECT 1; b: SET k w; MULTI; EXEC; b: SELECT 0
      SET k v PX 250; WATCH k; wait 300; MULTI; EXEC; SET k v; WATCH k; b: EXPIRE k 100; MULTI; EXEC; WATCH k; b: SET k v NX; MULTI; EXEC
      WATCH k none; b: RENAME k none; MULTI; EXEC; RPUSH l a; WATCH l; b: LPOP l; MULTI; EXEC; WATCH k; MULTI; b: SET k v; DISCARD
      MULTI; EXEC; HSET h f v; WATCH h; b: HDEL h none; MULTI; EXEC`,
  },
  {
    name: 'scripts',
    text: `
      EVAL "-- append\\nreturn redis.call('APPEND', KEYS[1], ARGV[1])" 1 k ab
      EVAL "-- append\\nreturn redis.call('APPEND', KEYS[1], ARGV[1])" 1 k cd; EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 1 k
      EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 1 none
      EVAL "-- swap\\nlocal before = redis.call('GET', KEYS[1])\\nredis.call('SET', KEYS[1], ARGV[1])\\nreturn before" 1 k new
      EVAL_RO "-- read\\nreturn redis.call('GET', KEYS[1])" 1 k
      EVAL_RO "-- append\\nreturn redis.call('APPEND', KEYS[1], ARGV[1])" 1 k x; EVALSHA 0000000000000000000000000000000000000000 0
      EVALSHA 7c63a131f4157f65ae371b1b006ae3bacff039de 1 k; SCRIPT LOAD "-- read\\nreturn redis.call('GET', KEYS[1])"
      SCRIPT EXISTS 0000000000000000000000000000000000000000; EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" abc
      EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 2 k; EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" -1
      EVAL "-- read\\nreturn redis.call('GET', KEYS[1])"; LPUSH l a
      EVAL "-- append\\nreturn redis.call('APPEND', KEYS[1], ARGV[1])" 1 l x; EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 1 l
      SCRIPT FLUSH; SCRIPT FLUSH BAD; MULTI; EVAL "-- append\\nreturn redis.call('APPEND', KEYS[1], ARGV[1])" 1 k z
      EVALSHA 0000000000000000000000000000000000000000 0; EXEC; GET k`,
  },
  {
    name: 'blocked clients',
    text: `
      b? BLPOP l 0; LPUSH l a; b!; LLEN l; b? BLPOP l m 0; RPUSH m x y; b!; LRANGE m 0 -1; b? BRPOP l 0; c? BRPOP l 0; RPUSH l 1 2 3; b!
      c!; DEL l m; b? BLMOVE l t LEFT RIGHT 0; LPUSH l a; b!; LRANGE t 0 -1; b? BLMPOP 0 2 l m LEFT COUNT 2; RPUSH m 1 2 3; b!
      b? BZPOPMIN z 0; ZADD z 1 a 2 b; b!; b? XREAD BLOCK 0 STREAMS x $; XADD x 1-1 f v; b!; b? BLPOP q 0; SET q v; DEL q; RPUSH q a; b!
      b? BLPOP l 0; MULTI; RPUSH l a; LPOP l; RPUSH l b; EXEC; b!; DEL t; b? BLMOVE l t LEFT LEFT 0; c? BLPOP t 0; RPUSH l chain; b!; c!
      EXISTS t l; b? BLPOP l 0; CLIENT UNBLOCK {b}; b!; b? BLPOP l 0; CLIENT UNBLOCK {b} ERROR; b!; CLIENT UNBLOCK {b}
      CLIENT UNBLOCK 999999; CLIENT UNBLOCK abc; CLIENT UNBLOCK {b} BAD; b? BLMOVE l t LEFT LEFT 0; CLIENT UNBLOCK {b} TIMEOUT; b!
      b? XREAD BLOCK 0 STREAMS x $; CLIENT UNBLOCK {b}; b!; b? BLPOP l 0; CLIENT KILL ID {b}; b!; RPUSH l a; LRANGE l 0 -1; c? BLPOP s 0
      SADD s a; DEL s; RENAME l s; c!; d: WAIT 1 20; WAIT 0 0; WAIT abc 0; WAIT 1 -1; WAIT 1 abc`,
  },
  {
    name: 'blocked, and more is sent',
    text: `
      b? BLPOP l 0; b- PING; b- GET k; SET k v; RPUSH l a; b!; b!; b!`,
  },
  {
    name: 'messages',
    text: `
      b: SUBSCRIBE ch; PUBLISH ch hello; b!; PUBLISH other x; b: SUBSCRIBE ch two; b!; b: PSUBSCRIBE c*; PUBLISH ch both; b!; b!
      sorted: PUBSUB CHANNELS; PUBSUB CHANNELS t*; PUBSUB NUMSUB ch none; PUBSUB NUMPAT; b: UNSUBSCRIBE ch; b: UNSUBSCRIBE none
      b: PUNSUBSCRIBE; b: UNSUBSCRIBE; b: UNSUBSCRIBE; b: PUNSUBSCRIBE; b: SSUBSCRIBE sh; SPUBLISH sh m; b!; SPUBLISH none m
      PUBSUB SHARDCHANNELS; PUBSUB SHARDNUMSUB sh; b: SUNSUBSCRIBE sh; b: SUNSUBSCRIBE; PUBLISH; SUBSCRIBE; PUBSUB NUMSUB; MULTI
      PUBLISH ch a; SPUBLISH sh b; EXEC`,
  },
  {
    name: 'subscribed in RESP2',
    protocol: 2,
    text: `
      SUBSCRIBE ch; GET k; PING; PING hello; CLIENT ID; MULTI; SUBSCRIBE two; UNSUBSCRIBE ch; GET k; UNSUBSCRIBE two; PING; GET k`,
  },
  {
    name: 'subscribed in RESP3',
    protocol: 3,
    text: `
      SUBSCRIBE ch; GET k; PING; PING hello; MULTI; SET k v; EXEC; b: PUBLISH ch m; a!; UNSUBSCRIBE ch`,
  },
  {
    name: 'events of keys',
    text: `
      CONFIG SET notify-keyspace-events KEA; CONFIG GET notify-keyspace-events; b: PSUBSCRIBE __key*__:*; SET k v; b!; b!; EXPIRE k 100
      b!; b!; DEL k; b!; b!; LPUSH l a; b!; b!; LPOP l; b!; b!; b!; b!; SET p v PX 20; b!; b!; b!; b!; wait 30; GET p; b!; b!
      HSET h f v; b!; b!; INCR n; b!; b!; RENAME n m; b!; b!; b!; b!; CONFIG SET notify-keyspace-events ""
      CONFIG GET notify-keyspace-events; CONFIG SET notify-keyspace-events !; CONFIG SET notify-keyspace-events Kx$
      CONFIG GET notify-keyspace-events; CONFIG GET nonsense; CONFIG SET nonsense 1; CONFIG SET a`,
  },
  {
    name: 'connections',
    text: `
      type: CLIENT ID; CLIENT GETNAME; CLIENT SETNAME me; CLIENT GETNAME; CLIENT SETNAME "a b"; CLIENT NO-EVICT on; CLIENT NO-EVICT bad
      CLIENT NO-EVICT off; fields: CLIENT INFO; fields: CLIENT LIST ID {a}; CLIENT LIST ID 99999; CLIENT LIST ID abc; CLIENT LIST BAD
      CLIENT LIST TYPE bad; CLIENT LIST TYPE master; b: PING; CLIENT KILL ID {b}; b!; CLIENT KILL ID 99999; CLIENT KILL ID abc
      CLIENT KILL 1.2.3.4:5; CLIENT KILL BAD x; CLIENT KILL TYPE pubsub; c: SUBSCRIBE x; CLIENT KILL TYPE pubsub; c!
      CLIENT TRACKINGINFO; CLIENT GETREDIR; CLIENT REPLY BAD; READONLY; READWRITE; type: ROLE; AUTH x; AUTH default x; AUTH nobody x
      AUTH a b c; ACL WHOAMI; d: QUIT; d!`,
  },
  {
    name: 'replies that are not wanted',
    text: `
      b- CLIENT REPLY OFF; b- SET k v; b: CLIENT REPLY ON; b- CLIENT REPLY SKIP; b- SET k w; b: GET k`,
  },
  {
    name: 'HELLO and RESET',
    text: `
      HELLO 4; HELLO abc; HELLO 2 BAD; HELLO 2 SETNAME "a b"; HELLO 2 AUTH default; HELLO 2 AUTH nobody x; type: HELLO 3 SETNAME me
      CLIENT GETNAME; type: HELLO 2; type: HELLO; MULTI; RESET; EXEC; CLIENT GETNAME; SELECT 3; RESET`,
  },
  {
    name: 'a password',
    text: `
      CONFIG SET requirepass secret; PING; b: PING; b: GET k; b: NONSENSE; b: GET; b: HELLO 3; b: AUTH wrong; b: AUTH default wrong
      b: AUTH secret; b: GET k; b: RESET; b: GET k; b: HELLO 2 AUTH default wrong; b: AUTH default secret; b: PING
      CONFIG SET requirepass ""; c: PING`,
  },
  {
    name: 'rights',
    text: `
      ACL SETUSER some on >pass ~a* +@all -get -client|list; b: AUTH some wrong; b: AUTH some pass; b: ACL WHOAMI; b: SET a v
      b: SET b v; b: GET a; b: MGET a b; b: MGET a ab; b: CLIENT LIST; b: MULTI; b: GET a; b: EXEC; b: PING; b: NONSENSE; b: GET
      b: type: HELLO 2 AUTH default x; ACL DELUSER some`,
  },
  {
    name: 'pauses',
    text: `
      CLIENT PAUSE abc; CLIENT PAUSE -1; CLIENT PAUSE 100 BAD; e: MULTI; e: SET k w; CLIENT PAUSE 60000 WRITE; GET k; b? SET k v; GET k
      c? PUBLISH ch m; d? INCR n; e? EXEC; CLIENT UNPAUSE; b!; c!; d!; e!; GET k; CLIENT PAUSE 30 WRITE; b: SET k late; CLIENT UNPAUSE
      CLIENT PAUSE 60000 WRITE; b? EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 1 k
      EVAL_RO "-- read\\nreturn redis.call('GET', KEYS[1])" 1 k; CLIENT UNPAUSE; b!`,
  },
  {
    name: 'facts of commands',
    text: `
      facts: COMMAND INFO get; facts: COMMAND INFO blmpop; COMMAND INFO nonsense; facts: COMMAND INFO get nonsense mset
      facts: COMMAND INFO mget; facts: COMMAND INFO xread; COMMAND GETKEYS GET k; COMMAND GETKEYS MSET a 1 b 2
      COMMAND GETKEYS EVAL x 2 a b c; COMMAND GETKEYS PING; COMMAND GETKEYS NONSENSE; COMMAND GETKEYS GET
      COMMAND GETKEYS XREAD COUNT 1 STREAMS a b 0 0; COMMAND GETKEYS BLMPOP 0 2 a b LEFT; COMMAND GETKEYS SORT k
      COMMAND GETKEYS ZADD z 1 a; facts: COMMAND INFO client`,
  },
];
