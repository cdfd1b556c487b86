import { ExpiryCommands } from '../../../../lib/commands/keys/expiry.js';
import { describeWire } from '../recorder.js';

describeWire(ExpiryCommands, [
  [(r) => r.expire('k', 60), 'EXPIRE k 60'],
  [(r) => r.expire('k', 60, { NX: true }), 'EXPIRE k 60 NX'],
  [(r) => r.expire('k', 60, { XX: true, GT: true }), 'EXPIRE k 60 XX GT'],
  [(r) => r.pexpire('k', 60, { LT: true }), 'PEXPIRE k 60 LT'],
  [(r) => r.expireat('k', 60, { XX: true }), 'EXPIREAT k 60 XX'],
  [(r) => r.pexpireat('k', 60, { GT: true }), 'PEXPIREAT k 60 GT'],
  [(r) => r.expire('k', 60, { XX: true }), 'EXPIRE k 60 XX'],
  [(r) => r.expire('k', 60, { GT: true }), 'EXPIRE k 60 GT'],
  [(r) => r.expire('k', 60, { LT: true }), 'EXPIRE k 60 LT'],
  [(r) => r.pexpire('k', 60, { NX: true }), 'PEXPIRE k 60 NX'],
  [(r) => r.pexpire('k', 60, { XX: true }), 'PEXPIRE k 60 XX'],
  [(r) => r.pexpire('k', 60, { GT: true }), 'PEXPIRE k 60 GT'],
  [(r) => r.expireat('k', 60, { NX: true }), 'EXPIREAT k 60 NX'],
  [(r) => r.expireat('k', 60, { GT: true }), 'EXPIREAT k 60 GT'],
  [(r) => r.expireat('k', 60, { LT: true }), 'EXPIREAT k 60 LT'],
  [(r) => r.pexpireat('k', 60, { NX: true }), 'PEXPIREAT k 60 NX'],
  [(r) => r.pexpireat('k', 60, { XX: true }), 'PEXPIREAT k 60 XX'],
  [(r) => r.pexpireat('k', 60, { LT: true }), 'PEXPIREAT k 60 LT'],
  [(r) => r.persist('k'), 'PERSIST k'],
  [(r) => r.ttl('k'), 'TTL k'],
  [(r) => r.pttl('k'), 'PTTL k'],
  [(r) => r.expiretime('k'), 'EXPIRETIME k'],
  [(r) => r.pexpiretime('k'), 'PEXPIRETIME k'],
]);
