import assert from 'node:assert/strict';
import { AclCommands } from '../../lib/commands/server/acl.js';
import { ClientCommands } from '../../lib/commands/server/client.js';
import type { ClientInfo } from '../../lib/commands/server/client-info.js';
import { CommandCommands } from '../../lib/commands/server/command.js';
import type { CommandDocs, CommandInfo } from '../../lib/commands/server/command-info.js';
import { createClient, single } from '../../lib/index.js';
import { Server } from '../support/server.js';
import { describeLive, helps, matches, positive, refusal } from './live-commands.js';

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
