import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AclCommands } from '../../lib/commands/server/acl.js';
import { ClientCommands } from '../../lib/commands/server/client.js';
import type { ClientInfo } from '../../lib/commands/server/client-info.js';
import { CommandCommands } from '../../lib/commands/server/command.js';
import type { CommandDocs, CommandInfo } from '../../lib/commands/server/command-info.js';
import { ConfigCommands } from '../../lib/commands/server/config.js';
import { LatencyCommands } from '../../lib/commands/server/latency.js';
import { MemoryCommands, type MemoryStats } from '../../lib/commands/server/memory.js';
import { ModuleCommands } from '../../lib/commands/server/module.js';
import { ServerCommands } from '../../lib/commands/server/server.js';
import { type LargeCommand, type SlowCommand, SlowlogCommands } from '../../lib/commands/server/slowlog.js';
import { createClient, single } from '../../lib/index.js';
import { Server } from '../support/server.js';
import { describeLive, refusal } from './live-commands.js';

const matches = (pattern: RegExp) => (text: string) => assert.match(text, pattern);
const helps = (command: string) => (lines: string[]) => assert.match(String(lines[0]), new RegExp(`^${command}`));
const positive = (value: number) => assert.ok(value > 0, `${value}`);
const isNow = (seconds: number) => assert.ok(Math.abs(seconds - Date.now() / 1000) < 60, `${seconds}`);

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
  [ServerCommands, ConfigCommands],
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
  ],
);

describeLive(
  [LatencyCommands, MemoryCommands, SlowlogCommands, ModuleCommands],
  [
    [(redis) => redis.latencyReset(), (events: number) => assert.ok(events >= 0)],
    [(redis) => redis.latencyLatest(), []],
    [(redis) => redis.configSet({ 'latency-monitor-threshold': 5 }), 'OK'],
    [(redis) => redis.debug('SLEEP', [0.01]), 'OK'],
    [
      (redis) => redis.latencyLatest(),
      ([{ event, timestamp, latest, max }]: [{ event: string; timestamp: number; latest: number; max: number }]) => {
        assert.equal(event, 'command');
        isNow(timestamp);
        assert.ok(latest >= 10 && max >= latest);
      },
    ],
    [
      (redis) => redis.latencyHistory('command'),
      ([{ timestamp, latency }]: [{ timestamp: number; latency: number }]) => {
        isNow(timestamp);
        assert.ok(latency >= 10);
      },
    ],
    [(redis) => redis.latencyHistory('none'), []],
    [(redis) => redis.latencyGraph('command'), matches(/^command - high/)],
    [(redis) => redis.latencyDoctor(), matches(/command: 1 latency spikes/)],
    [(redis) => redis.latencyReset('none'), 0],
    [(redis) => redis.latencyReset(['command', 'none']), 1],
    [(redis) => redis.configSet({ 'latency-monitor-threshold': 0 }), 'OK'],
    [
      (redis) => redis.latencyHistogram(['debug', 'none']),
      ({ debug }: Record<string, { calls: number; histogram_usec: Record<string, number> }>) => {
        positive(debug?.calls ?? 0);
        assert.equal(Math.max(...Object.values(debug?.histogram_usec ?? {})), debug?.calls);
      },
    ],
    [(redis) => redis.latencyHistogram(), (all: Record<string, unknown>) => assert.ok('config|set' in all)],
    [(redis) => redis.latencyHelp(), helps('LATENCY')],

    [(redis) => redis.set('k', 'v'), 'OK'],
    [(redis) => redis.memoryUsage('k'), positive],
    [(redis) => redis.memoryUsage('k', { SAMPLES: 0 }), positive],
    [(redis) => redis.memoryUsage('none'), null],
    [
      (redis) => redis.memoryStats(),
      (stats: MemoryStats<number>) => {
        for (const [field, value] of Object.entries(stats)) if (field !== 'db.0') assert.equal(typeof value, 'number', field);
        assert.equal(stats['keys.count'], 1);
        assert.equal(typeof (stats['db.0'] as Record<string, number>)['overhead.hashtable.main'], 'number');
      },
    ],
    [(redis) => redis.memoryDoctor(), matches(/Sam/)],
    [(redis) => redis.memoryMallocStats(), positiveLength],
    [(redis) => redis.memoryPurge(), 'OK'],
    [(redis) => redis.memoryHelp(), helps('MEMORY')],

    [(redis) => redis.configSet({ 'slowlog-log-slower-than': 0 }), 'OK'],
    [(redis) => redis.slowlogReset(), 'OK'],
    [(redis) => redis.set('slow', 'v'), 'OK'],
    [
      (redis) => redis.slowlogGet(1),
      ([entry]: [SlowCommand<string, number>]) => {
        assert.deepEqual(
          entry.arguments,
          ['set', 'slow', 'v'].map((word, at) => (at === 0 ? entry.arguments[0] : word)),
        );
        assert.match(String(entry.arguments[0]), /^set$/i);
        assert.match(entry.client, /^127\.0\.0\.1:\d+$/);
        assert.equal(entry.name, '');
        assert.equal(typeof entry.id, 'number');
        assert.equal(typeof entry.microseconds, 'number');
        isNow(entry.timestamp);
      },
    ],
    [(redis) => redis.slowlogGet(), (entries: unknown[]) => positive(entries.length)],
    [(redis) => redis.slowlogLen(), positive],
    [(redis) => redis.configSet({ 'slowlog-log-slower-than': 1_000_000 }), 'OK'],
    [(redis) => redis.slowlogReset(), 'OK'],
    [(redis) => redis.slowlogGet(), []],
    [(redis) => redis.slowlogHelp(), helps('SLOWLOG')],
    [(redis) => redis.commandlogReset('LARGE-REQUEST'), 'OK'],
    [(redis) => redis.commandlogGet(5, 'SLOW'), []],
    [(redis) => redis.set('large', 'x'.repeat(1_100_000)), 'OK'],
    [
      (redis) => redis.commandlogGet(1, 'LARGE-REQUEST'),
      ([entry]: [LargeCommand<string, number>]) => {
        assert.ok(entry.bytes > 1_100_000);
        assert.equal(entry.arguments[1], 'large');
      },
    ],
    [(redis) => redis.commandlogLen('LARGE-REPLY'), 0],
    [(redis) => redis.commandlogHelp(), helps('COMMANDLOG')],

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

function positiveLength(text: string): void {
  positive(text.length);
}

const bob = {
  flags: ['on'],
  commands: '-@all +get',
  keys: '~a*',
  channels: '&c*',
  selectors: [{ commands: '-@all +set', keys: '~b*', channels: '' }],
};

const everyFilter = {
  TYPE: 'NORMAL',
  ID: [999_998, 999_999],
  USER: 'bob',
  ADDR: '127.0.0.1:1',
  LADDR: '127.0.0.1:1',
  SKIPME: 'NO',
  MAXAGE: 5,
  NAME: 'none',
  IDLE: 5,
  FLAGS: 'N',
  'LIB-NAME': 'none',
  'LIB-VER': '0',
  DB: 0,
  CAPA: 'r',
  IP: '127.0.0.1',
  'NOT-TYPE': 'PUBSUB',
  'NOT-ID': [1, 2],
  'NOT-USER': 'default',
  'NOT-ADDR': '127.0.0.1:2',
  'NOT-LADDR': '127.0.0.1:2',
  'NOT-NAME': 'other',
  'NOT-FLAGS': 'S',
  'NOT-LIB-NAME': 'other',
  'NOT-LIB-VER': '1',
  'NOT-DB': 1,
  'NOT-CAPA': 'r',
  'NOT-IP': '127.0.0.2',
} as const;

describeLive(
  [AclCommands, ClientCommands, CommandCommands],
  [
    [(redis) => redis.aclDeluser(['bob', 'none']), (count: number) => assert.ok(count <= 1)],
    [
      (redis) => redis.aclSetuser('bob', ['on', '>secret', 'resetkeys', '~a*', '&c*', '-@all', '+get', 'clearselectors', '(+set ~b*)']),
      'OK',
    ],
    [
      (redis) => redis.aclGetuser('bob'),
      ({ flags, passwords, ...rest }: typeof bob & { passwords: string[]; databases?: string }) => {
        const withoutDatabases = (rules: object) => Object.fromEntries(Object.entries(rules).filter(([name]) => name !== 'databases'));
        assert.equal(flags[0], 'on');
        assert.match(String(passwords[0]), /^[0-9a-f]{64}$/);
        assert.deepEqual({ ...withoutDatabases(rest), selectors: rest.selectors.map(withoutDatabases), flags: ['on'] }, bob);
      },
    ],
    [(redis) => redis.aclGetuser('none'), null],
    [(redis) => redis.aclUsers(), ['bob', 'default']],
    [(redis) => redis.aclList(), ([first]: string[]) => assert.match(String(first), /^user bob on /)],
    [(redis) => redis.aclWhoami(), 'default'],
    [(redis) => redis.aclCat(), (categories: string[]) => assert.ok(categories.includes('keyspace'))],
    [(redis) => redis.aclCat('hyperloglog'), (names: string[]) => assert.ok(names.includes('pfadd'))],
    [(redis) => redis.aclDryrun('bob', 'GET', ['a']), 'OK'],
    [(redis) => redis.aclDryrun('bob', 'PING'), matches(/no permissions/)],
    [(redis) => redis.aclGenpass(), matches(/^[0-9a-f]{64}$/)],
    [(redis) => redis.aclGenpass(4), (text: number | string) => assert.match(String(text), /^[0-9a-f]$/)],
    [(redis) => redis.aclLog('RESET'), 'OK'],
    [(redis) => redis.aclLog(), []],
    [(redis) => redis.aclLog(5), []],
    [(redis) => refusal(redis.aclLoad()), matches(/not configured to use an ACL file/)],
    [(redis) => refusal(redis.aclSave()), matches(/not configured to use an ACL file/)],
    [(redis) => redis.aclHelp(), helps('ACL')],

    [(redis) => redis.clientId(), positive],
    [(redis) => redis.clientInfo(), isClient],
    [(redis) => redis.clientList(), (clients: ClientInfo[]) => clients.forEach(isClient)],
    [(redis) => redis.clientList({ TYPE: 'PUBSUB' }), []],
    [(redis) => redis.clientList({ ID: [999_998, 999_999] }), []],
    [(redis) => redis.clientList(everyFilter), [], 'NOT-ID'],
    [(redis) => redis.clientGetname(), (name: string | null) => assert.ok(name === null || name === '')],
    [(redis) => redis.clientGetredir(), -1],
    [(redis) => redis.clientTrackinginfo(), { flags: ['off'], redirect: -1, prefixes: [] }],
    [(redis) => redis.clientKill({ ID: 999_999 }), 0],
    [(redis) => redis.clientKill({ TYPE: 'PUBSUB', USER: 'default', SKIPME: 'YES', LADDR: '127.0.0.1:1' }), 0],
    [(redis) => redis.clientKill({ MAXAGE: 100_000 }), 0, 'MAXAGE'],
    [(redis) => refusal(redis.clientKill('127.0.0.1:1')), 'ERR No such client'],
    [(redis) => redis.clientPause(1), 'OK'],
    [(redis) => redis.clientPause(1, { WRITE: true }), 'OK'],
    [(redis) => redis.clientUnpause(), 'OK'],
    [(redis) => redis.clientUnblock(999_999), 0],
    [(redis) => redis.clientUnblock(999_999, { ERROR: true }), 0],
    [(redis) => redis.clientHelp(), helps('CLIENT')],

    [(redis) => redis.commandCount(), (count: number) => assert.ok(count > 200)],
    [(redis) => redis.command(), (infos: CommandInfo<string, number>[]) => assert.ok(infos.some(({ name }) => name === 'get'))],
    [
      (redis) => redis.commandInfo(['object|freq', 'none', 'object']),
      ([freq, none, object]: [CommandInfo<string, number>, null, CommandInfo<string, number>]) => {
        assert.equal(none, null);
        const { tips, aclCategories, ...facts } = freq;
        assert.deepEqual(facts, {
          name: 'object|freq',
          arity: 3,
          flags: ['readonly'],
          firstKey: 2,
          lastKey: 2,
          step: 1,
          keySpecifications: [
            {
              flags: ['RO'],
              begin_search: { type: 'index', spec: { index: 2 } },
              find_keys: { type: 'range', spec: { lastkey: 0, keystep: 1, limit: 0 } },
            },
          ],
          subcommands: [],
        });
        assert.deepEqual(tips, ['nondeterministic_output']);
        assert.ok(aclCategories.includes('@keyspace'));
        assert.ok(object.subcommands.some(({ name, arity }) => name === 'object|freq' && arity === 3));
      },
    ],
    [
      (redis) => redis.commandDocs(['expire', 'object', 'none']),
      (docs: Record<string, CommandDocs<string, number>>) => {
        assert.deepEqual(Object.keys(docs).sort(), ['expire', 'object']);
        const { expire, object } = docs;
        assert.equal(expire?.since, '1.0.0');
        assert.match(String(expire?.history?.[0]?.[0]), /^7\.0\.0$/);
        const condition = expire?.arguments?.find(({ type }) => type === 'oneof');
        assert.deepEqual(condition?.flags, ['optional']);
        assert.ok(condition?.arguments?.some(({ token }) => token === 'NX'));
        assert.equal(expire?.arguments?.[0]?.key_spec_index, 0);
        assert.match(String(object?.subcommands?.['object|freq']?.summary), /\w/);
      },
    ],
    [(redis) => redis.commandList({ FILTERBY: { PATTERN: 'x*add' } }), ['xadd']],
    [(redis) => redis.commandList({ FILTERBY: { ACLCAT: 'hyperloglog' } }), (names: string[]) => assert.ok(names.includes('pfadd'))],
    [(redis) => redis.commandList({ FILTERBY: { MODULE: 'none' } }), []],
    [(redis) => redis.commandList(), (names: string[]) => assert.ok(names.includes('config|get'))],
    [(redis) => redis.commandGetkeys(['MSET', 'a', 1, 'b', 2]), ['a', 'b']],
    [(redis) => redis.commandGetkeysandflags(['SET', 'a', 1]), [{ key: 'a', flags: ['OW', 'update'] }]],
    [(redis) => redis.commandHelp(), helps('COMMAND')],
  ],
);

function isClient(client: ClientInfo): void {
  assert.match(client.addr, /^127\.0\.0\.1:\d+$/);
  for (const field of ['id', 'age', 'db', 'multi', 'tot-mem', 'redir'] as const) assert.equal(typeof client[field], 'number', field);
  assert.equal(client.user, 'default');
}

describe('ACL LOG', () => {
  it('tells what was denied, the age as a number in both protocols', async () => {
    await using server = await Server.start();
    await assert.rejects(server.ask('AUTH', 'bob', 'wrong'), /WRONGPASS/);
    for (const protocol of [2, 3] as const) {
      await using redis = createClient({ topology: single({ host: server.host, port: server.port }), protocol });
      const [entry] = await redis.aclLog(1);
      assert.ok(entry !== undefined);
      const { reason, username, count, object } = entry;
      assert.deepEqual({ reason, username, count, object }, { reason: 'auth', username: 'bob', count: 1, object: 'AUTH' });
      assert.ok(entry['age-seconds'] >= 0 && entry['age-seconds'] < 60);
      assert.equal(typeof entry['age-seconds'], 'number');
    }
  });
});
