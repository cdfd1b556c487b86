import assert from 'node:assert/strict';
import { ArgumentError } from '../../../../lib/errors.js';
import { COMMAND_TABLE } from '../../../../lib/protocol/catalog/command-table.js';
import { CONNECTION_STATE } from '../../../../lib/protocol/catalog/connection-state.js';
import { command, findCommand, since, specOf, stateReason, unknownCommand } from '../../../../lib/protocol/catalog/specs.js';
import {
  ADMIN,
  type Arg,
  BLOCKING,
  type CommandSpec,
  KEYLESS,
  MOVABLE_KEYS,
  PUBSUB,
  READONLY,
  SCRIPT,
  SPECIAL,
  WRITE,
} from '../../../../lib/protocol/command-spec.js';

const headOf = (spec: CommandSpec): string => Buffer.from(spec.head).toString();

describe('command facts', () => {
  it('are those of the servers', () => {
    const cases: [string, Partial<CommandSpec>][] = [
      ['GET', { words: 1, arity: 2, flags: READONLY, firstKey: 0, lastKey: 0, keyStep: 1, request: 'default', state: 'none' }],
      ['SET', { arity: -3, flags: WRITE, firstKey: 0 }],
      ['MSET', { flags: WRITE, firstKey: 0, lastKey: -1, keyStep: 2, request: 'multi_shard', response: 'all_succeeded' }],
      ['MGET', { flags: READONLY, lastKey: -1, keyStep: 1, request: 'multi_shard', response: 'default' }],
      ['DEL', { request: 'multi_shard', response: 'agg_sum' }],
      ['MSETNX', { request: 'default', response: 'default' }],
      ['RENAME', { firstKey: 0, lastKey: 1, keyStep: 1 }],
      ['BITOP', { firstKey: 1, lastKey: -1 }],
      ['BLPOP', { flags: WRITE | BLOCKING, firstKey: 0, lastKey: -2 }],
      ['EVAL', { flags: MOVABLE_KEYS, firstKey: -2, keySpecs: [{ begin: { index: 2 }, find: { keynum: 0, first: 1, step: 1 } }] }],
      ['EVAL_RO', { flags: MOVABLE_KEYS | READONLY }],
      [
        'XREAD',
        {
          flags: READONLY | BLOCKING | MOVABLE_KEYS,
          firstKey: -2,
          keySpecs: [{ begin: { keyword: 'STREAMS', from: 1 }, find: { last: -1, step: 1, limit: 2 } }],
        },
      ],
      ['OBJECT ENCODING', { words: 2, arity: 3, flags: READONLY, firstKey: 0, lastKey: 0 }],
      ['XGROUP CREATE', { words: 2, flags: WRITE, firstKey: 0, lastKey: 0 }],
      ['MEMORY USAGE', { words: 2, flags: READONLY, firstKey: 0 }],
      ['PING', { arity: -1, flags: KEYLESS, firstKey: -1, keySpecs: [], request: 'all_shards', response: 'all_succeeded' }],
      ['KEYS', { flags: READONLY | KEYLESS, request: 'all_shards', response: 'default' }],
      ['DBSIZE', { flags: READONLY | KEYLESS, request: 'all_shards', response: 'agg_sum' }],
      ['FLUSHALL', { flags: WRITE | KEYLESS, request: 'all_shards', response: 'all_succeeded' }],
      ['SCAN', { flags: READONLY | KEYLESS, request: 'special', response: 'special' }],
      ['RANDOMKEY', { request: 'all_shards', response: 'special' }],
      ['INFO', { flags: KEYLESS, request: 'all_shards', response: 'special' }],
      ['CONFIG SET', { flags: ADMIN | KEYLESS, request: 'all_nodes', response: 'all_succeeded' }],
      ['CONFIG GET', { request: 'default' }],
      ['SCRIPT LOAD', { request: 'all_nodes', response: 'all_succeeded' }],
      ['SCRIPT EXISTS', { request: 'all_shards', response: 'agg_logical_and' }],
      ['FUNCTION KILL', { request: 'all_shards', response: 'one_succeeded' }],
      ['WAIT', { flags: BLOCKING | KEYLESS, request: 'all_shards', response: 'agg_min', state: 'lease' }],
      ['PUBLISH', { flags: PUBSUB | KEYLESS }],
      ['SPUBLISH', { flags: PUBSUB, firstKey: 0, lastKey: 0 }],
      ['SENTINEL GET-MASTER-ADDR-BY-NAME', { words: 2, arity: 3, flags: ADMIN | KEYLESS }],
    ];
    for (const [name, expected] of cases) {
      const spec = command(name);
      assert.equal(spec.name, name);
      for (const [field, value] of Object.entries(expected)) {
        const found = field === 'flags' ? spec.flags & ~(SPECIAL | SCRIPT) : spec[field as keyof CommandSpec];
        assert.deepEqual(found, value, `${name}: ${field}`);
      }
    }
  });

  it('never call a command both reading and writing', () => {
    for (const name of Object.keys(COMMAND_TABLE)) {
      const { flags } = command(name);
      assert.notEqual(flags & (READONLY | WRITE), READONLY | WRITE, name);
    }
  });

  it('set apart what cannot simply go to the shared connection of one node', () => {
    for (const name of ['BLPOP', 'XREAD', 'SELECT', 'WATCH', 'SYNC', 'MGET', 'KEYS', 'CONFIG SET', 'SCAN']) {
      assert.ok((command(name).flags & SPECIAL) !== 0, name);
    }
    for (const name of ['GET', 'SET', 'SORT', 'EVAL', 'PUBLISH', 'CONFIG GET', 'RENAME'])
      assert.equal(command(name).flags & SPECIAL, 0, name);
  });

  it('tell what runs scripts and functions', () => {
    const runners = Object.keys(COMMAND_TABLE).filter((name) => (command(name).flags & SCRIPT) !== 0);
    assert.deepEqual(runners, ['EVAL', 'EVALSHA', 'EVALSHA_RO', 'EVAL_RO', 'FCALL', 'FCALL_RO']);
  });

  it('have the name as bulk strings', () => {
    assert.equal(headOf(command('get')), '$3\r\nGET\r\n');
    assert.equal(headOf(command('config get')), '$6\r\nCONFIG\r\n$3\r\nGET\r\n');
    assert.equal(headOf(unknownCommand('json.größe')), '$12\r\nJSON.GRÖSSE\r\n');
    assert.equal(headOf(unknownCommand('get k')), '$5\r\nGET K\r\n');
  });

  it('are one frozen object a command', () => {
    const spec = command('hgetall');
    assert.ok(Object.isFrozen(spec));
    assert.equal(command('HGETALL'), spec);
    assert.equal(specOf(['HGetAll', 'k']).spec, spec);
    assert.equal(command('xinfo stream'), command('XINFO STREAM'));
  });

  it('are refused for a name the table does not have', () => {
    for (const name of ['', 'NO.SUCH', 'GET ', 'CONFIG  GET', 'CONFIG GOT', 'constructor', '__proto__', 'toString']) {
      assert.equal(findCommand(name), undefined, name);
      assert.throws(() => command(name), ArgumentError, name);
    }
  });

  it('tell nothing about an unknown command', () => {
    const spec = unknownCommand('json.set');
    assert.deepEqual(
      { ...spec, head: null },
      {
        name: 'JSON.SET',
        words: 1,
        head: null,
        arity: 0,
        flags: SPECIAL,
        firstKey: -1,
        lastKey: -1,
        keyStep: 0,
        keySpecs: [{ begin: 'unknown', find: 'unknown' }],
        request: 'default',
        response: 'default',
        state: 'none',
      },
    );
    assert.ok(Object.isFrozen(spec));
  });

  it('say since when each product has a command', () => {
    assert.deepEqual(since(command('GET')), { redis: '1.0.0', valkey: '1.0.0' });
    assert.deepEqual(since(command('HEXPIRE')), { redis: '7.4.0', valkey: '9.0.0' });
    assert.deepEqual(since(command('CLIENT CAPA')), { redis: null, valkey: '8.0.0' });
    assert.deepEqual(since(unknownCommand('JSON.SET')), { redis: null, valkey: null });
  });
});

describe('a command in words', () => {
  const cases: [Arg[], string, Arg[]][] = [
    [['get', 'k'], 'GET', ['k']],
    [['GET'], 'GET', []],
    [['Config', 'gEt', 'maxmemory'], 'CONFIG GET', ['maxmemory']],
    [['config get', 'maxmemory'], 'CONFIG GET', ['maxmemory']],
    [[Buffer.from('client'), Buffer.from('id')], 'CLIENT ID', []],
    [['config'], 'CONFIG', []],
    [['command'], 'COMMAND', []],
    [['command', 'docs', 'get'], 'COMMAND DOCS', ['get']],
    [['set', 'get', 'id'], 'SET', ['get', 'id']],
    [['xinfo', 'stream', 'k', 'FULL'], 'XINFO STREAM', ['k', 'FULL']],
    [['cluster', 'news', 1], 'CLUSTER NEWS', [1]],
    [['json.set', 'k', '$', '1'], 'JSON.SET', ['k', '$', '1']],
    [['get k', 'v'], 'GET K', ['v']],
    [[7, 'k'], '7', ['k']],
  ];
  for (const [words, name, args] of cases) {
    it(`is split: ${words.join(' ')}`, () => {
      const found = specOf(words);
      assert.equal(found.spec.name, name);
      assert.deepEqual(found.args, args);
    });
  }

  it('keeps the word count of what is sent, known or not', () => {
    assert.equal(headOf(specOf(['cluster', 'news']).spec), '$7\r\nCLUSTER\r\n$4\r\nNEWS\r\n');
    assert.equal(specOf(['cluster', 'news']).spec.words, 2);
    assert.equal(headOf(specOf(['cluster', 'a b']).spec), '$7\r\nCLUSTER\r\n$3\r\nA B\r\n');
    assert.equal(specOf(['get k']).spec.words, 1);
  });

  it('needs a name', () => {
    assert.throws(() => specOf([]), ArgumentError);
    assert.throws(() => specOf(['']), ArgumentError);
  });
});

describe('connection state of commands', () => {
  it('is marked only for commands that exist, each with a reason', () => {
    for (const name of Object.keys(CONNECTION_STATE)) {
      const spec = findCommand(name);
      assert.ok(spec, name);
      assert.equal(spec.state, CONNECTION_STATE[name]?.[0], name);
      assert.notEqual(stateReason(spec), '', name);
    }
  });

  it('is none for what leaves the connection as it was', () => {
    for (const name of [
      'GET',
      'PING',
      'CLIENT ID',
      'CLIENT LIST',
      'CLIENT PAUSE',
      'CLIENT',
      'PUBLISH',
      'BLPOP',
      'EVAL',
      'SWAPDB',
      'SENTINEL MASTERS',
    ]) {
      assert.equal(command(name).state, 'none', name);
      assert.equal(stateReason(command(name)), '', name);
    }
  });

  it('says what to use instead', () => {
    assert.match(stateReason(command('SELECT')), /option `database`/);
    assert.match(stateReason(command('WATCH')), /lease\(\)/);
    assert.match(stateReason(command('QUIT')), /close\(\)/);
  });

  it('marks transactions, subscriptions, streams of replies and replication', () => {
    for (const name of ['MULTI', 'WATCH', 'SUBSCRIBE', 'SSUBSCRIBE', 'MONITOR', 'SYNC', 'PSYNC', 'CLIENT REPLY']) {
      assert.notEqual(command(name).state, 'none', name);
    }
  });

  it('refuses everywhere what would be answered by something that is no reply, or not at all', () => {
    const subscriptions = ['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE'];
    for (const name of [...subscriptions, 'MONITOR', 'CLIENT REPLY', 'QUIT', 'SYNC', 'PSYNC', 'REPLCONF']) {
      assert.equal(command(name).state, 'refused', name);
      assert.doesNotMatch(stateReason(command(name)), /lease\(\)/, name);
    }
  });
});
