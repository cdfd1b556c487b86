// Combinations of options that a server refuses, by method: each pair of what its COMMAND DOCS call one of several, and what only its page says.
import type { Leased } from '../../lib/api/leased.js';
import type { Redis } from '../../lib/api/redis.js';

declare const redis: Redis;
declare const leased: Leased;
declare const bytes: Uint8Array;
declare const one: { member: string; score: number };
declare const palermo: { longitude: number; latitude: number; member: string };
declare const circle: { radius: number; unit: 'KM' };
declare const area: { FROMMEMBER: string; BYRADIUS: { radius: number; unit: 'KM' } };

// @ts-expect-error CANCEL + SCHEDULE
redis.bgsave({ CANCEL: true, SCHEDULE: true });
// @ts-expect-error ALL + WRITE
redis.clientPause(100, { ALL: true, WRITE: true });
// @ts-expect-error ERROR + TIMEOUT
redis.clientUnblock('7', { ERROR: true, TIMEOUT: true });
// @ts-expect-error FORCE + TAKEOVER
redis.clusterFailover({ FORCE: true, TAKEOVER: true });
// @ts-expect-error ASYNC + SYNC
redis.clusterFlushslot(5, { ASYNC: true, SYNC: true });
// @ts-expect-error HARD + SOFT
redis.clusterReset({ HARD: true, SOFT: true });
// @ts-expect-error IMPORTING + MIGRATING
redis.clusterSetslot(5, { IMPORTING: 'id', MIGRATING: 'id' });
// @ts-expect-error IMPORTING + NODE
redis.clusterSetslot(5, { IMPORTING: 'id', NODE: 'id' });
// @ts-expect-error IMPORTING + STABLE
redis.clusterSetslot(5, { IMPORTING: 'id', STABLE: true });
// @ts-expect-error MIGRATING + NODE
redis.clusterSetslot(5, { MIGRATING: 'id', NODE: 'id' });
// @ts-expect-error MIGRATING + STABLE
redis.clusterSetslot(5, { MIGRATING: 'id', STABLE: true });
// @ts-expect-error NODE + STABLE
redis.clusterSetslot(5, { NODE: 'id', STABLE: true });
// @ts-expect-error ASC + DESC
redis.clusterSlotStats({ ORDERBY: 'KEY-COUNT', ASC: true, DESC: true });
// @ts-expect-error SLOTSRANGE + ORDERBY
redis.clusterSlotStats({ SLOTSRANGE: { start: 0, end: 5 }, ORDERBY: 'KEY-COUNT' });
// @ts-expect-error NX + XX
redis.expire('k', 60, { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.expire('k', 60, { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.expire('k', 60, { LT: true, NX: true });
// @ts-expect-error GT + LT
redis.expire('k', 60, { GT: true, LT: true });
// @ts-expect-error NX + XX
redis.expireat('k', 60, { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.expireat('k', 60, { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.expireat('k', 60, { LT: true, NX: true });
// @ts-expect-error GT + LT
redis.expireat('k', 60, { GT: true, LT: true });
// @ts-expect-error ABORT + TO
redis.failover({ ABORT: true, TO: { host: 'h', port: 1 } });
// @ts-expect-error FORCE to nobody
redis.failover({ FORCE: true });
// @ts-expect-error ASYNC + SYNC
redis.flushall({ ASYNC: true, SYNC: true });
// @ts-expect-error ASYNC + SYNC
redis.flushdb({ ASYNC: true, SYNC: true });
// @ts-expect-error ASYNC + SYNC
redis.functionFlush({ ASYNC: true, SYNC: true });
// @ts-expect-error APPEND + FLUSH
redis.functionRestore(bytes, { APPEND: true, FLUSH: true });
// @ts-expect-error FLUSH + REPLACE
redis.functionRestore(bytes, { FLUSH: true, REPLACE: true });
// @ts-expect-error APPEND + REPLACE
redis.functionRestore(bytes, { APPEND: true, REPLACE: true });
// @ts-expect-error NX + XX
redis.geoadd('k', palermo, { NX: true, XX: true });
// @ts-expect-error ASC + DESC
redis.georadius('k', 1, 2, 3, 'KM', { ASC: true, DESC: true });
// @ts-expect-error STORE + STOREDIST
redis.georadius('k', 1, 2, 3, 'KM', { STORE: 'd', STOREDIST: 'd' });
// @ts-expect-error STORE + WITHDIST
redis.georadius('k', 1, 2, 3, 'KM', { STORE: 'd', WITHDIST: true });
// @ts-expect-error ASC + DESC
redis.georadius_ro('k', 1, 2, 3, 'KM', { ASC: true, DESC: true });
// @ts-expect-error STORE
redis.georadius_ro('k', 1, 2, 3, 'KM', { STORE: 'd' });
// @ts-expect-error ASC + DESC
redis.georadiusbymember('k', 'a', 3, 'KM', { ASC: true, DESC: true });
// @ts-expect-error STORE + STOREDIST
redis.georadiusbymember('k', 'a', 3, 'KM', { STORE: 'd', STOREDIST: 'd' });
// @ts-expect-error ASC + DESC
redis.georadiusbymember_ro('k', 'a', 3, 'KM', { ASC: true, DESC: true });
// @ts-expect-error ASC + DESC
redis.geosearch('k', { ...area, ASC: true, DESC: true });
// @ts-expect-error FROMMEMBER + FROMLONLAT
redis.geosearch('k', { FROMMEMBER: 'a', FROMLONLAT: palermo, BYRADIUS: circle });
// @ts-expect-error BYRADIUS + BYBOX
redis.geosearch('k', { FROMMEMBER: 'a', BYRADIUS: circle, BYBOX: { width: 2, height: 1, unit: 'M' } });
// @ts-expect-error BYRADIUS + BYPOLYGON
redis.geosearch('k', { FROMMEMBER: 'a', BYRADIUS: circle, BYPOLYGON: [palermo] });
// @ts-expect-error ANY without COUNT
redis.geosearch('k', { ...area, ANY: true });
// @ts-expect-error nowhere
redis.geosearch('k', { BYRADIUS: circle });
// @ts-expect-error ASC + DESC
redis.geosearchstore('d', 's', { ...area, ASC: true, DESC: true });
// @ts-expect-error FROMMEMBER + FROMLONLAT
redis.geosearchstore('d', 's', { FROMMEMBER: 'a', FROMLONLAT: palermo, BYRADIUS: circle });
// @ts-expect-error BYRADIUS + BYBOX
redis.geosearchstore('d', 's', { FROMMEMBER: 'a', BYRADIUS: circle, BYBOX: { width: 2, height: 1, unit: 'M' } });
// @ts-expect-error WITHDIST
redis.geosearchstore('d', 's', { ...area, WITHDIST: true });
// @ts-expect-error EX + PX
redis.getex('k', { EX: 1, PX: 1 });
// @ts-expect-error EX + EXAT
redis.getex('k', { EX: 1, EXAT: 1 });
// @ts-expect-error EX + PXAT
redis.getex('k', { EX: 1, PXAT: 1 });
// @ts-expect-error EX + PERSIST
redis.getex('k', { EX: 1, PERSIST: true });
// @ts-expect-error EXAT + PX
redis.getex('k', { EXAT: 1, PX: 1 });
// @ts-expect-error PX + PXAT
redis.getex('k', { PX: 1, PXAT: 1 });
// @ts-expect-error PERSIST + PX
redis.getex('k', { PERSIST: true, PX: 1 });
// @ts-expect-error EXAT + PXAT
redis.getex('k', { EXAT: 1, PXAT: 1 });
// @ts-expect-error EXAT + PERSIST
redis.getex('k', { EXAT: 1, PERSIST: true });
// @ts-expect-error PERSIST + PXAT
redis.getex('k', { PERSIST: true, PXAT: 1 });
// @ts-expect-error NX + XX
redis.hexpire('k', 60, 'f', { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.hexpire('k', 60, 'f', { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.hexpire('k', 60, 'f', { LT: true, NX: true });
// @ts-expect-error GT + XX
redis.hexpire('k', 60, 'f', { GT: true, XX: true });
// @ts-expect-error LT + XX
redis.hexpire('k', 60, 'f', { LT: true, XX: true });
// @ts-expect-error GT + LT
redis.hexpire('k', 60, 'f', { GT: true, LT: true });
// @ts-expect-error NX + XX
redis.hexpireat('k', 60, 'f', { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.hexpireat('k', 1900000000, 'f', { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.hexpireat('k', 60, 'f', { LT: true, NX: true });
// @ts-expect-error GT + XX
redis.hexpireat('k', 1900000000, 'f', { GT: true, XX: true });
// @ts-expect-error LT + XX
redis.hexpireat('k', 60, 'f', { LT: true, XX: true });
// @ts-expect-error GT + LT
redis.hexpireat('k', 1900000000, 'f', { GT: true, LT: true });
// @ts-expect-error EX + PX
redis.hgetex('k', 'f', { EX: 60, PX: 60 });
// @ts-expect-error EX + EXAT
redis.hgetex('k', 'f', { EX: 60, EXAT: 60 });
// @ts-expect-error EX + PXAT
redis.hgetex('k', 'f', { EX: 60, PXAT: 60 });
// @ts-expect-error EX + PERSIST
redis.hgetex('k', 'f', { EX: 60, PERSIST: true });
// @ts-expect-error EXAT + PX
redis.hgetex('k', 'f', { EXAT: 60, PX: 60 });
// @ts-expect-error PX + PXAT
redis.hgetex('k', 'f', { PX: 60, PXAT: 60 });
// @ts-expect-error PERSIST + PX
redis.hgetex('k', 'f', { PERSIST: true, PX: 60 });
// @ts-expect-error EXAT + PXAT
redis.hgetex('k', 'f', { EXAT: 60, PXAT: 60 });
// @ts-expect-error EXAT + PERSIST
redis.hgetex('k', 'f', { EXAT: 60, PERSIST: true });
// @ts-expect-error PERSIST + PXAT
redis.hgetex('k', 'f', { PERSIST: true, PXAT: 60 });
// @ts-expect-error NX + XX
redis.hpexpire('k', 60, 'f', { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.hpexpire('k', 60, 'f', { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.hpexpire('k', 60, 'f', { LT: true, NX: true });
// @ts-expect-error GT + XX
redis.hpexpire('k', 60, 'f', { GT: true, XX: true });
// @ts-expect-error LT + XX
redis.hpexpire('k', 60, 'f', { LT: true, XX: true });
// @ts-expect-error GT + LT
redis.hpexpire('k', 60, 'f', { GT: true, LT: true });
// @ts-expect-error NX + XX
redis.hpexpireat('k', 60, 'f', { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.hpexpireat('k', 60, 'f', { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.hpexpireat('k', 60, 'f', { LT: true, NX: true });
// @ts-expect-error GT + XX
redis.hpexpireat('k', 60, 'f', { GT: true, XX: true });
// @ts-expect-error LT + XX
redis.hpexpireat('k', 60, 'f', { LT: true, XX: true });
// @ts-expect-error GT + LT
redis.hpexpireat('k', 60, 'f', { GT: true, LT: true });
// @ts-expect-error WITHVALUES without a count
redis.hrandfield('k', undefined, { WITHVALUES: true });
// @ts-expect-error FNX + FXX
redis.hsetex('k', { f: 'v' }, { FNX: true, FXX: true });
// @ts-expect-error EX + PX
redis.hsetex('k', { f: 'v' }, { EX: 60, PX: 60 });
// @ts-expect-error EX + EXAT
redis.hsetex('k', { f: 'v' }, { EX: 60, EXAT: 60 });
// @ts-expect-error EX + PXAT
redis.hsetex('k', { f: 'v' }, { EX: 60, PXAT: 60 });
// @ts-expect-error EX + KEEPTTL
redis.hsetex('k', { f: 'v' }, { EX: 60, KEEPTTL: true });
// @ts-expect-error EXAT + PX
redis.hsetex('k', { f: 'v' }, { EXAT: 60, PX: 60 });
// @ts-expect-error PX + PXAT
redis.hsetex('k', { f: 'v' }, { PX: 60, PXAT: 60 });
// @ts-expect-error KEEPTTL + PX
redis.hsetex('k', new Map([['f', 'v']]), { KEEPTTL: true, PX: 60 });
// @ts-expect-error EXAT + PXAT
redis.hsetex('k', { f: 'v' }, { EXAT: 60, PXAT: 60 });
// @ts-expect-error EXAT + KEEPTTL
redis.hsetex('k', { f: 'v' }, { EXAT: 60, KEEPTTL: true });
// @ts-expect-error KEEPTTL + PXAT
redis.hsetex('k', new Map([['f', 'v']]), { KEEPTTL: true, PXAT: 60 });
// @ts-expect-error NX + XX
redis.hsetex('k', { f: 'v' }, { NX: true, XX: true });
// @ts-expect-error AUTH + AUTH2
redis.migrate('host', 7000, 'a', 0, 500, { AUTH: 'pw', AUTH2: { username: 'me', password: 'pw' } });
// @ts-expect-error NX + XX
redis.msetex({ a: 1 }, { NX: true, XX: true });
// @ts-expect-error EX + PX
redis.msetex({ a: 1 }, { EX: 9, PX: 9 });
// @ts-expect-error EX + EXAT
redis.msetex({ a: 1 }, { EX: 9, EXAT: 9 });
// @ts-expect-error EX + PXAT
redis.msetex({ a: 1 }, { EX: 9, PXAT: 9 });
// @ts-expect-error EX + KEEPTTL
redis.msetex({ a: 1 }, { EX: 9, KEEPTTL: true });
// @ts-expect-error EXAT + PX
redis.msetex({ a: 1 }, { EXAT: 9, PX: 9 });
// @ts-expect-error PX + PXAT
redis.msetex({ a: 1 }, { PX: 9, PXAT: 9 });
// @ts-expect-error KEEPTTL + PX
redis.msetex({ a: 1 }, { KEEPTTL: true, PX: 9 });
// @ts-expect-error EXAT + PXAT
redis.msetex({ a: 1 }, { EXAT: 9, PXAT: 9 });
// @ts-expect-error EXAT + KEEPTTL
redis.msetex({ a: 1 }, { EXAT: 9, KEEPTTL: true });
// @ts-expect-error KEEPTTL + PXAT
redis.msetex({ a: 1 }, { KEEPTTL: true, PXAT: 9 });
// @ts-expect-error NX + XX
redis.pexpire('k', 60, { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.pexpire('k', 60, { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.pexpire('k', 60, { LT: true, NX: true });
// @ts-expect-error GT + LT
redis.pexpire('k', 60, { GT: true, LT: true });
// @ts-expect-error NX + XX
redis.pexpireat('k', 60, { NX: true, XX: true });
// @ts-expect-error GT + NX
redis.pexpireat('k', 60, { GT: true, NX: true });
// @ts-expect-error LT + NX
redis.pexpireat('k', 60, { LT: true, NX: true });
// @ts-expect-error GT + LT
redis.pexpireat('k', 60, { GT: true, LT: true });
// @ts-expect-error IDLETIME + FREQ
redis.restore('k', 0, bytes, { IDLETIME: 1, FREQ: 1 });
// @ts-expect-error ASYNC + SYNC
redis.scriptFlush({ ASYNC: true, SYNC: true });
// @ts-expect-error NX + XX
redis.set('k', 'v', { NX: true, XX: true });
// @ts-expect-error EX + PX
redis.set('k', 'v', { EX: 1, PX: 1500 });
// @ts-expect-error EX + EXAT
redis.set('k', 'v', { EX: 1, EXAT: 5 });
// @ts-expect-error EX + PXAT
redis.set('k', 'v', { EX: 1, PXAT: 5 });
// @ts-expect-error EX + KEEPTTL
redis.set('k', 'v', { EX: 1, KEEPTTL: true });
// @ts-expect-error EXAT + PX
redis.set('k', 'v', { EXAT: 5, PX: 1500 });
// @ts-expect-error PX + PXAT
redis.set('k', 'v', { PX: 1500, PXAT: 5 });
// @ts-expect-error KEEPTTL + PX
redis.set('k', 'v', { KEEPTTL: true, PX: 1500 });
// @ts-expect-error EXAT + PXAT
redis.set('k', 'v', { EXAT: 5, PXAT: 5 });
// @ts-expect-error EXAT + KEEPTTL
redis.set('k', 'v', { EXAT: 5, KEEPTTL: true });
// @ts-expect-error KEEPTTL + PXAT
redis.set('k', 'v', { KEEPTTL: true, PXAT: 5 });
// @ts-expect-error IFEQ + NX
redis.set('k', 'v', { IFEQ: 'old', NX: true });
// @ts-expect-error IFEQ + XX
redis.set('k', 'v', { IFEQ: 'old', XX: true });
// @ts-expect-error NOSAVE + SAVE
redis.shutdown({ NOSAVE: true, SAVE: true });
// @ts-expect-error ABORT + NOSAVE
redis.shutdown({ ABORT: true, NOSAVE: true });
// @ts-expect-error ASC + DESC
redis.sort('k', { ASC: true, DESC: true });
// @ts-expect-error ASC + DESC
redis.sort_ro('k', { ASC: true, DESC: true });
// @ts-expect-error STORE
redis.sort_ro('k', { STORE: 'd' });
// @ts-expect-error MAXLEN + MINID
redis.xadd('k', '*', { f: 'v' }, { MAXLEN: 100, MINID: '5-0' });
// @ts-expect-error MAXLEN + MINID
redis.xadd('k', '*', { f: 'v' }, { MAXLEN: 5, MINID: '1-1' });
// @ts-expect-error LIMIT of an exact trim
redis.xadd('k', '*', { f: 'v' }, { MAXLEN: { '=': 5, LIMIT: 5 } });
// @ts-expect-error COUNT without FULL
redis.xinfoStream('k', { COUNT: 1 });
// @ts-expect-error MAXLEN + MINID
redis.xtrim('k', { MAXLEN: 100, MINID: { '=': '5-0' } });
// @ts-expect-error LIMIT of an exact trim
redis.xtrim('k', { MAXLEN: { '=': 5, LIMIT: 5 } });
// @ts-expect-error neither
redis.xtrim('k', {});
// @ts-expect-error NX + XX
redis.zadd('k', 1, 'm', { NX: true, XX: true });
// @ts-expect-error GT + LT
redis.zadd('k', 1, 'm', { GT: true, LT: true });
// @ts-expect-error NX + GT
redis.zadd('k', { member: 'm', score: 1 }, { NX: true, GT: true });
// @ts-expect-error NX + LT
redis.zadd('k', { member: 'm', score: 1 }, { NX: true, LT: true });
// @ts-expect-error INCR of two members
redis.zadd('k', [one, one], { INCR: true });
// @ts-expect-error WITHSCORES without a count
redis.zrandmember('k', undefined, { WITHSCORES: true });
// @ts-expect-error BYSCORE + BYLEX
redis.zrange('k', '-', '+', { BYSCORE: true, BYLEX: true });
// @ts-expect-error LIMIT of ranks
redis.zrange('k', 0, -1, { LIMIT: { offset: 0, count: 1 } });
// @ts-expect-error WITHSCORES + BYLEX
redis.zrange('k', '-', '+', { BYLEX: true, WITHSCORES: true });
// @ts-expect-error BYLEX + BYSCORE
redis.zrangestore('d', 's', '[b', '[a', { BYLEX: true, BYSCORE: true });
// @ts-expect-error WITHSCORES
redis.zrangestore('d', 's', 0, -1, { WITHSCORES: true });
// @ts-expect-error WITHSCORES
redis.zunionstore('d', ['a', 'b'], { WITHSCORES: true });
// @ts-expect-error PREFIX without BCAST
leased.clientTracking('ON', { PREFIX: 'a:' });
