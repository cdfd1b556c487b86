import type { ConformanceScript } from './script.js';

/**
 * Commands to the nodes of a cluster, which are run one after the other: what a script changes of it, it changes back. Slots: `bar` 5061 and
 * `hello` 866 at `pa`, `k` 7629 at `pb`, `foo` 12182 at `pc`. `AGREED` waits until all nodes have one view, of epochs too: a slot that goes back
 * before its old owner knows the epoch of the new one would be claimed by both.
 */
export const clusterScripts: readonly ConformanceScript[] = [
  {
    name: 'redirects',
    text: `
      pa: GET foo; pa: SET foo 1; pc: SET foo 1; pc: GET foo; pa: MGET foo bar; pa: MGET bar hello; pa: DEL bar; pa: SET bar 1
      pa: WAIT 1 15000; pa: MSET bar 2 foo 3; pa: EXISTS bar; pa: PING; ra: GET bar; ra: SET bar 2; ra: READONLY; ra: GET bar; ra: SET bar 2; ra: GET foo
      ra: MULTI; ra: GET bar; ra: EXEC; ra: MULTI; ra: GET bar; ra: SET bar 2; ra: EXEC; ra: READWRITE; ra: GET bar
      pa: MULTI; pa: GET foo; pa: GET bar; pa: EXEC; pa: MULTI; pa: SET bar 5; pa: SET hello 6; pa: EXEC; pa: MULTI; pa: SET bar 7
      pa: GET bar; pa: EXEC; pa: EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 1 foo
      pa: EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 2 foo bar; pa: EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 1 bar
      ra: EVAL "-- read\\nreturn redis.call('GET', KEYS[1])" 1 bar; pa: SPUBLISH foo m; pa: SPUBLISH bar m; pa: SELECT 0; pa: SELECT 1
      pa: WATCH foo; pa: WATCH bar; pa: UNWATCH; ra: WATCH bar; pa: BLPOP foo 0; ra: BLPOP bar 0; pa: ASKING; pa: GET foo; pa: SSUBSCRIBE foo
      pa: SSUBSCRIBE bar hello; ra: CLUSTER KEYSLOT foo; pa: DEL bar; pc: DEL foo; pa: COPY bar foo; pa: RENAME bar foo`,
  },
  {
    name: 'subscriptions to channels of slots',
    text: `
      pax: SSUBSCRIBE bar; pay: SSUBSCRIBE foo; rax: SSUBSCRIBE bar; pa: SPUBLISH bar m; pax!; rax!; pbx: SUBSCRIBE news; pa: PUBLISH news m
      pbx!; pax: SUNSUBSCRIBE bar; rax: SUNSUBSCRIBE; ra: PUBSUB SHARDCHANNELS; ra: SPUBLISH bar m`,
  },
  {
    name: 'slots that move key by key',
    text: `
      pa: SET bar 1; pa: SET {bar}2 2; pa: WAIT 1 15000; pb: CLUSTER SETSLOT 5061 IMPORTING {id:pa}; pa: CLUSTER SETSLOT 5061 MIGRATING {id:pb}
      pa: CLUSTER NODES; pb: CLUSTER NODES; pa: GET bar; pa: GET {bar}none; pb: GET bar; pb: ASKING; pb: GET bar; pb: GET bar
      pa: MGET bar {bar}none; pa: MGET {bar}a {bar}b; pa: MGET bar {bar}2; pb: ASKING; pb: MGET bar {bar}none; pb: ASKING; pb: SET {bar}new v
      pb: ASKING; pb: GET {bar}new; pb: SET {bar}new w; pb: ASKING; pb: MGET {bar}new {bar}new; pb: ASKING; pb: MGET {bar}new {bar}none
      pa: MULTI; pa: GET bar; pa: EXEC; pa: MULTI; pa: GET bar; pa: GET {bar}none; pa: EXEC; pb: ASKING; pb: MULTI; pb: GET {bar}new
      pb: SET {bar}new x; pb: EXEC; pa: BLPOP {bar}list 0; pa: DEL {bar}none; pa: EXISTS {bar}none bar; rb: ASKING; rb: GET bar; ra: READONLY
      ra: GET bar; ra: GET {bar}none; pc: GET bar; pa: CLUSTER COUNTKEYSINSLOT 5061; sorted: pa: CLUSTER GETKEYSINSLOT 5061 9; pb: CLUSTER COUNTKEYSINSLOT 5061
      pa: CLUSTER SETSLOT 5061 NODE {id:pb}; pa: MIGRATE {host:pb} {port:pb} bar 0 1000; pa: GET bar; pb: ASKING; pb: GET bar
      pa: MIGRATE {host:pb} {port:pb} bar 0 1000; pa: MIGRATE {host:pb} {port:pb} "" 0 1000 KEYS {bar}2; pa: MGET bar {bar}2
      pa: CLUSTER COUNTKEYSINSLOT 5061; pb: CLUSTER SETSLOT 5061 NODE {id:pb}; pa: CLUSTER SETSLOT 5061 NODE {id:pb}
      pc: CLUSTER SETSLOT 5061 NODE {id:pb}; pa: AGREED; pa: GET bar; pb: GET bar; pc: GET bar; ra: GET bar; pb: MGET bar {bar}2 {bar}new
      pb: DEL bar {bar}2 {bar}new; pa: CLUSTER SETSLOT 5061 IMPORTING {id:pb}; pa: CLUSTER SETSLOT 5061 NODE {id:pa}
      pb: CLUSTER SETSLOT 5061 NODE {id:pa}; pc: CLUSTER SETSLOT 5061 NODE {id:pa}; pa: AGREED; pb: GET bar; pa: GET bar; pa: CLUSTER NODES`,
  },
  {
    name: 'who waits, and who listens, when the slot leaves',
    text: `
      pax? BLPOP {bar}list 0; pay: SSUBSCRIBE bar; paz: SSUBSCRIBE hello; pb: CLUSTER SETSLOT 5061 IMPORTING {id:pa}
      pa: CLUSTER SETSLOT 5061 MIGRATING {id:pb}; pb: CLUSTER SETSLOT 5061 NODE {id:pb}; pa: CLUSTER SETSLOT 5061 NODE {id:pb}; pax!; pay!
      pc: CLUSTER SETSLOT 5061 NODE {id:pb}; pa: AGREED; pay: SSUBSCRIBE bar; pay: SSUBSCRIBE hello; pa: CLUSTER SETSLOT 5061 IMPORTING {id:pb}; pa: CLUSTER SETSLOT 5061 NODE {id:pa}
      pb: CLUSTER SETSLOT 5061 NODE {id:pa}; pc: CLUSTER SETSLOT 5061 NODE {id:pa}; pa: AGREED; pa: GET bar`,
  },
  {
    name: 'what is refused',
    text: `
      pa: CLUSTER; pa: CLUSTER NONSENSE; pa: CLUSTER SETSLOT 99999 NODE {id:pb}; pa: CLUSTER SETSLOT 12182 MIGRATING {id:pb}
      pa: CLUSTER SETSLOT 5061 IMPORTING {id:pb}; pa: CLUSTER SETSLOT 5061 MIGRATING abc; pa: CLUSTER SETSLOT 12182 IMPORTING abc
      pa: CLUSTER SETSLOT 5061 NODE abc; pa: CLUSTER SETSLOT 5061 MIGRATING {id:rb}; pa: CLUSTER SETSLOT 12182 IMPORTING {id:rb}
      pa: CLUSTER SETSLOT 5061 NODE {id:rb}; pa: CLUSTER SETSLOT 5061 NONSENSE; pa: CLUSTER SETSLOT 5061 NONSENSE x; pa: CLUSTER SETSLOT 5061 STABLE
      ra: CLUSTER SETSLOT 5061 STABLE; ra: CLUSTER SETSLOT 5061 NODE {id:pb}; pa: CLUSTER FAILOVER; pa: CLUSTER FAILOVER FORCE
      ra: CLUSTER FAILOVER NONSENSE; pa: CLUSTER REPLICATE abc; pa: CLUSTER REPLICATE {id:pa}; pa: CLUSTER REPLICATE {id:rb}
      pa: CLUSTER REPLICATE {id:pb}; pa: CLUSTER FORGET abc; pa: CLUSTER FORGET {id:pa}; ra: CLUSTER FORGET {id:pa}
      pa: CLUSTER COUNTKEYSINSLOT 99999; pa: CLUSTER COUNTKEYSINSLOT abc; pa: CLUSTER GETKEYSINSLOT 99999 1; pa: CLUSTER GETKEYSINSLOT 1 -1
      pa: CLUSTER REPLICAS abc; pa: CLUSTER REPLICAS {id:ra}; pa: CLUSTER ADDSLOTS 1; pa: CLUSTER ADDSLOTS 99999; pa: CLUSTER ADDSLOTSRANGE 1 2
      pa: CLUSTER SET-CONFIG-EPOCH 5; pa: REPLICAOF 127.0.0.1 1; pa: RESTORE bar 0 nonsense; pa: MIGRATE {host:pb} {port:pb} none 0 1000
      pa: DUMP none; pa: SPUBLISH a`,
  },
  {
    name: 'views',
    text: `
      pa: AGREED; pa: CLUSTER NODES; ra: CLUSTER NODES; pa: CLUSTER SLOTS; ra: CLUSTER SLOTS; pa: CLUSTER SHARDS; ra: CLUSTER SHARDS
      pa: CLUSTER INFO; pa: CLUSTER MYID; pa: CLUSTER KEYSLOT foo; pa: CLUSTER KEYSLOT {foo}bar; pa: CLUSTER KEYSLOT {}foo
      pa: INFO cluster; ra: INFO cluster; ra: CLUSTER COUNTKEYSINSLOT 5061`,
  },
  {
    name: 'a failover by command',
    // Primaries vote for a shard once in two node timeouts.
    protocol: 2,
    text: `
      pax? BLPOP {bar}list 0; pay: SSUBSCRIBE bar; paz: SSUBSCRIBE hello; rax: SSUBSCRIBE bar; pa: SET bar 1; ra: READONLY; ra: CLUSTER FAILOVER
      pax!; pay!; paz!; pa: AGREED; ra: PUBSUB SHARDNUMSUB bar; pa: PUBSUB SHARDNUMSUB bar hello; pay: SSUBSCRIBE bar; ra: SPUBLISH bar m
      pa: SET bar 2; ra: SET bar 3; ra: WAIT 1 15000; ra: GET bar; pb: GET bar
      pa: READONLY; pa: GET bar; pa: CLUSTER NODES; ra: CLUSTER NODES; rb: CLUSTER NODES; ra: CLUSTER SHARDS; pa: CLUSTER SLOTS; ra: DEL bar
      pa: CLUSTER FAILOVER TAKEOVER; pa: AGREED; ra: SET bar 2; pa: SET bar 4; pa: DEL bar; pa: CLUSTER NODES; rb: CLUSTER NODES`,
  },
];
