import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigCommands } from '../../lib/commands/server/config.js';
import { ModuleCommands } from '../../lib/commands/server/module.js';
import { ServerCommands } from '../../lib/commands/server/server.js';
import { describeLive, helps, isNow, matches, refusal } from './live-commands.js';

/** Only one process of the server saves at a time. */
async function whenFree<T>(call: () => Promise<T>): Promise<T> {
  for (let left = 100; ; left--) {
    try {
      return await call();
    } catch (error) {
      if (left === 0 || !/in progress/.test(String(error))) throw error;
      await sleep(20);
    }
  }
}

describeLive(
  [ServerCommands, ConfigCommands, ModuleCommands],
  [
    [(redis) => redis.ping(), 'PONG'],
    [(redis) => redis.ping('hello'), 'hello'],
    [(redis) => redis.echo('hello'), 'hello'],
    [(redis) => redis.info(), matches(/^# Server\r\n[\s\S]*# Keyspace/)],
    [(redis) => redis.info('memory'), matches(/^# Memory\r\nused_memory:\d+/)],
    [(redis) => redis.info(['cpu', 'keyspace']), matches(/^# CPU[\s\S]*# Keyspace/)],
    [(redis) => redis.set('k', 'v'), 'OK'],
    [(redis) => redis.dbsize(), 1],
    [(redis) => redis.swapdb(0, 1), 'OK'],
    [(redis) => redis.dbsize(), 0],
    [(redis) => redis.flushdb(), 'OK'],
    [(redis) => redis.flushdb({ SYNC: true }), 'OK'],
    [(redis) => redis.flushall({ ASYNC: true }), 'OK'],
    [(redis) => redis.flushall(), 'OK'],
    [
      (redis) => redis.time(),
      ({ seconds, microseconds }: { seconds: number; microseconds: number }) => {
        isNow(seconds);
        assert.ok(microseconds >= 0 && microseconds < 1_000_000);
      },
    ],
    [(redis) => redis.role(), { role: 'master', offset: 0, replicas: [] }],
    [(redis) => whenFree(() => redis.save()), 'OK'],
    [(redis) => redis.lastsave(), isNow],
    [(redis) => whenFree(() => redis.bgsave({ SCHEDULE: true })), matches(/^Background saving (started|scheduled)$/)],
    [(redis) => redis.bgsave({ CANCEL: true }), matches(/^Background saving cancelled$|^Scheduled background saving cancelled$/), 'CANCEL'],
    [(redis) => whenFree(() => redis.bgrewriteaof()), matches(/^Background append only file rewriting (started|scheduled)$/)],
    [(redis) => redis.lolwut(), matches(/ver/)],
    [(redis) => redis.lolwut({ VERSION: 5, ARGS: [10, 2, 2] }), matches(/ver/)],
    [(redis) => refusal(redis.shutdown({ ABORT: true })), matches(/^ERR No shutdown in progress/)],
    [(redis) => refusal(redis.failover({ ABORT: true })), 'ERR No failover in progress.'],
    [
      (redis) => refusal(redis.failover({ TO: { host: '127.0.0.1', port: 1 }, FORCE: true, TIMEOUT: 10 })),
      matches(/^ERR FAILOVER requires connected replicas/),
    ],
    [(redis) => redis.replicaof('NO ONE'), 'OK'],
    [(redis) => redis.slaveof('NO ONE'), 'OK'],
    [(redis) => redis.debug('SLEEP', [0]), 'OK'],

    [(redis) => redis.configSet({ 'maxmemory-policy': 'allkeys-lru', 'latency-tracking': 'yes' }), 'OK'],
    [(redis) => redis.configGet('maxmemory-policy'), { 'maxmemory-policy': 'allkeys-lru' }],
    [(redis) => redis.configGet(['maxmemory-po*', 'latency-tracking']), { 'maxmemory-policy': 'allkeys-lru', 'latency-tracking': 'yes' }],
    [(redis) => redis.configGet('none'), {}],
    [(redis) => redis.configRewrite(), 'OK'],
    [(redis) => redis.configResetstat(), 'OK'],
    [(redis) => redis.configHelp(), helps('CONFIG')],

    [
      (redis) => redis.moduleList(),
      (modules: { name: string; ver: number; path: string; args: string[] }[]) => {
        for (const { name, ver, path, args } of modules) {
          assert.deepEqual([typeof name, typeof ver, typeof path, Array.isArray(args)], ['string', 'number', 'string', true]);
        }
      },
    ],
    [(redis) => refusal(redis.moduleLoad('/none', 'a')), matches(/^ERR /)],
    [(redis) => refusal(redis.moduleLoadex('/none', { CONFIG: { a: 1 }, ARGS: 'a' })), matches(/^ERR /)],
    [(redis) => refusal(redis.moduleUnload('none')), matches(/^ERR /)],
    [(redis) => redis.moduleHelp(), helps('MODULE')],
  ],
);
