import { ServerCommands } from '../../../../lib/commands/server/server.js';
import { describeReplies, describeWire } from '../recorder.js';

const buffer = (text: string) => Buffer.from(text);

describeWire(ServerCommands, [
  [(r) => r.ping(), 'PING'],
  [(r) => r.ping('hello'), 'PING hello'],
  [(r) => r.echo(1), 'ECHO 1'],
  [(r) => r.info(), 'INFO'],
  [(r) => r.info('memory'), 'INFO memory'],
  [(r) => r.info(['memory', 'my-module']), 'INFO memory my-module'],
  [(r) => r.dbsize(), 'DBSIZE'],
  [(r) => r.flushall(), 'FLUSHALL'],
  [(r) => r.flushall({ ASYNC: true }), 'FLUSHALL ASYNC'],
  [(r) => r.flushall({ SYNC: true }), 'FLUSHALL SYNC'],
  [(r) => r.flushdb({ ASYNC: true }), 'FLUSHDB ASYNC'],
  [(r) => r.flushdb({ SYNC: true }), 'FLUSHDB SYNC'],
  [(r) => r.swapdb(0, 1), 'SWAPDB 0 1'],
  [(r) => r.time(), 'TIME'],
  [(r) => r.role(), 'ROLE'],
  [(r) => r.lastsave(), 'LASTSAVE'],
  [(r) => r.save(), 'SAVE'],
  [(r) => r.bgsave(), 'BGSAVE'],
  [(r) => r.bgsave({ SCHEDULE: true }), 'BGSAVE SCHEDULE'],
  [(r) => r.bgsave({ CANCEL: true }), 'BGSAVE CANCEL'],
  [(r) => r.bgrewriteaof(), 'BGREWRITEAOF'],
  [(r) => r.lolwut(), 'LOLWUT'],
  [(r) => r.lolwut({ VERSION: 5, ARGS: [40, 5] }), 'LOLWUT VERSION 5 40 5'],
  [(r) => r.shutdown(), 'SHUTDOWN'],
  [(r) => r.shutdown({ FAILOVER: true, SAFE: true, FORCE: true, NOW: true, NOSAVE: true }), 'SHUTDOWN NOSAVE NOW FORCE SAFE FAILOVER'],
  [(r) => r.shutdown({ SAVE: true }), 'SHUTDOWN SAVE'],
  [(r) => r.shutdown({ ABORT: true }), 'SHUTDOWN ABORT'],
  [(r) => r.failover(), 'FAILOVER'],
  [(r) => r.failover({ TIMEOUT: 500, FORCE: true, TO: { host: 'h', port: 1 } }), 'FAILOVER TO h 1 FORCE TIMEOUT 500'],
  [(r) => r.failover({ ABORT: true }), 'FAILOVER ABORT'],
  [(r) => r.replicaof({ host: 'h', port: 1 }), 'REPLICAOF h 1'],
  [(r) => r.replicaof('NO ONE'), 'REPLICAOF NO ONE'],
  [(r) => r.slaveof('NO ONE'), 'SLAVEOF NO ONE'],
  [(r) => r.debug('SLEEP', [0]), 'DEBUG SLEEP 0'],
  [(r) => r.debug('JMAP'), 'DEBUG JMAP'],
]);

describeReplies(ServerCommands, [
  [(r) => r.time(), ['1700000000', '12'], { seconds: 1700000000, microseconds: 12 }],
  [(r) => r.time(), [buffer('1700000000'), buffer('12')], { seconds: 1700000000, microseconds: 12 }],
  [(r) => r.role(), ['master', 100, []], { role: 'master', offset: 100, replicas: [] }],
  [
    (r) => r.role(),
    [buffer('master'), 100n, [[buffer('10.0.0.1'), buffer('6380'), buffer('99')]]],
    { role: 'master', offset: 100n, replicas: [{ host: '10.0.0.1', port: 6380, offset: 99 }] },
  ],
  [(r) => r.role(), ['slave', 'h', 6379, 'connected', 5], { role: 'slave', host: 'h', port: 6379, state: 'connected', offset: 5 }],
  [(r) => r.role(), ['slave', 'h', '6379', 'sync', '5'], { role: 'slave', host: 'h', port: 6379, state: 'sync', offset: '5' }],
  [(r) => r.role(), ['sentinel', ['a', 'b']], { role: 'sentinel', masters: ['a', 'b'] }],
]);
