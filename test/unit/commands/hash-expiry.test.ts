import { HashExpiryCommands } from '../../../lib/commands/hash-expiry.js';
import { describeReplies, describeWire } from './recorder.js';

describeWire(HashExpiryCommands, [
  [(redis) => redis.hexpire('k', 60, 'f'), 'HEXPIRE k 60 FIELDS 1 f'],
  [(redis) => redis.hexpire('k', 60, ['f', 'g'], { NX: true }), 'HEXPIRE k 60 NX FIELDS 2 f g'],
  [(redis) => redis.hexpire('k', 60, 'f', { XX: true }), 'HEXPIRE k 60 XX FIELDS 1 f'],
  [(redis) => redis.hexpire('k', 60, 'f', { GT: true }), 'HEXPIRE k 60 GT FIELDS 1 f'],
  [(redis) => redis.hexpire('k', 60, 'f', { LT: true }), 'HEXPIRE k 60 LT FIELDS 1 f'],
  [(redis) => redis.hexpireat('k', 1900000000, 'f', { GT: true }), 'HEXPIREAT k 1900000000 GT FIELDS 1 f'],
  [(redis) => redis.hexpiretime('k', ['f', 'g']), 'HEXPIRETIME k FIELDS 2 f g'],
  [(redis) => redis.hgetex('k', 'f'), 'HGETEX k FIELDS 1 f'],
  [(redis) => redis.hgetex('k', ['f', 'g'], { EX: 60 }), 'HGETEX k EX 60 FIELDS 2 f g'],
  [(redis) => redis.hgetex('k', 'f', { PX: 60 }), 'HGETEX k PX 60 FIELDS 1 f'],
  [(redis) => redis.hgetex('k', 'f', { EXAT: 60 }), 'HGETEX k EXAT 60 FIELDS 1 f'],
  [(redis) => redis.hgetex('k', 'f', { PXAT: 60 }), 'HGETEX k PXAT 60 FIELDS 1 f'],
  [(redis) => redis.hgetex('k', 'f', { PERSIST: true }), 'HGETEX k PERSIST FIELDS 1 f'],
  [(redis) => redis.hpersist('k', 'f'), 'HPERSIST k FIELDS 1 f'],
  [(redis) => redis.hpexpire('k', 60, 'f', { LT: true }), 'HPEXPIRE k 60 LT FIELDS 1 f'],
  [(redis) => redis.hpexpireat('k', 1900000000000, 'f'), 'HPEXPIREAT k 1900000000000 FIELDS 1 f'],
  [(redis) => redis.hpexpiretime('k', 'f'), 'HPEXPIRETIME k FIELDS 1 f'],
  [(redis) => redis.hpttl('k', ['f', 'g']), 'HPTTL k FIELDS 2 f g'],
  [(redis) => redis.hsetex('k', { f: 'v', g: 1 }), 'HSETEX k FIELDS 2 f v g 1'],
  [(redis) => redis.hsetex('k', { f: 'v' }, { FNX: true, EX: 60 }), 'HSETEX k FNX EX 60 FIELDS 1 f v'],
  [(redis) => redis.hsetex('k', { f: 'v' }, { FXX: true, PX: 60 }), 'HSETEX k FXX PX 60 FIELDS 1 f v'],
  [(redis) => redis.hsetex('k', { f: 'v' }, { NX: true, EXAT: 60 }), 'HSETEX k NX EXAT 60 FIELDS 1 f v'],
  [(redis) => redis.hsetex('k', { f: 'v' }, { XX: true, FNX: true, PXAT: 60 }), 'HSETEX k XX FNX PXAT 60 FIELDS 1 f v'],
  [(redis) => redis.hsetex('k', new Map([['f', 'v']]), { KEEPTTL: true }), 'HSETEX k KEEPTTL FIELDS 1 f v'],
  [(redis) => redis.httl('k', 'f'), 'HTTL k FIELDS 1 f'],
]);

describeReplies(HashExpiryCommands, [
  [(redis) => redis.hexpire('k', 60, ['f', 'g']), [1, -2], [1, -2]],
  [(redis) => redis.hgetex('k', ['f', 'g']), ['v', null], ['v', null]],
]);
