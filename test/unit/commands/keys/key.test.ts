import assert from 'node:assert/strict';
import { Commands } from '../../../../lib/commands/index.js';
import { KeyCommands } from '../../../../lib/commands/keys/key.js';
import type { Direct, MODE } from '../../../../lib/commands/mode.js';
import { newCall } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { type Arg, type CommandSpec, DECODE_BIGINT, DECODE_BUFFERS } from '../../../../lib/protocol/command-spec.js';
import { describeReplies, describeWire } from '../recorder.js';

const bytes = Buffer.from([0, 0xff]);

describeWire(KeyCommands, [
  [(r) => r.del('a'), 'DEL a'],
  [(r) => r.del(['a', 2, Buffer.from('c')]), 'DEL a 2 c'],
  [(r) => r.unlink(['a', 'b']), 'UNLINK a b'],
  [(r) => r.exists('a'), 'EXISTS a'],
  [(r) => r.exists(['a', 'a']), 'EXISTS a a'],
  [(r) => r.touch(['a', 'b']), 'TOUCH a b'],
  [(r) => r.type('a'), 'TYPE a'],
  [(r) => r.rename('a', 'b'), 'RENAME a b'],
  [(r) => r.renamenx('a', 'b'), 'RENAMENX a b'],
  [(r) => r.copy('a', 'b'), 'COPY a b'],
  [(r) => r.copy('a', 'b', { REPLACE: true, DB: 0 }), 'COPY a b DB 0 REPLACE'],
  [(r) => r.move('a', 1), 'MOVE a 1'],
  [(r) => r.randomkey(), 'RANDOMKEY'],
  [(r) => r.keys('user:*'), 'KEYS user:*'],
  [(r) => r.scan(0), 'SCAN 0'],
  [(r) => r.scan('17', { TYPE: 'hash', COUNT: 10, MATCH: 'a*' }), 'SCAN 17 MATCH a* COUNT 10 TYPE hash'],
  [(r) => r.dump('a'), 'DUMP a'],
  [(r) => r.restore('a', 0, bytes), ['RESTORE', 'a', 0, bytes]],
  [
    (r) => r.restore('a', 5, bytes, { REPLACE: true, ABSTTL: true, IDLETIME: 7 }),
    ['RESTORE', 'a', 5, bytes, 'REPLACE', 'ABSTTL', 'IDLETIME', 7],
  ],
  [(r) => r.restore('a', 5, bytes, { FREQ: 0 }), ['RESTORE', 'a', 5, bytes, 'FREQ', 0]],
  [(r) => r.restoreAsking('a', 0, bytes, { REPLACE: true }), ['RESTORE-ASKING', 'a', 0, bytes, 'REPLACE']],
  [(r) => r.restoreAsking('a', 5, bytes, { ABSTTL: true, IDLETIME: 7 }), ['RESTORE-ASKING', 'a', 5, bytes, 'ABSTTL', 'IDLETIME', 7]],
  [(r) => r.restoreAsking('a', 5, bytes, { FREQ: 0 }), ['RESTORE-ASKING', 'a', 5, bytes, 'FREQ', 0]],
  [(r) => r.migrate('host', 7000, 'a', 0, 500), 'MIGRATE host 7000 a 0 500'],
  [
    (r) => r.migrate('host', 7000, ['a', 'b'], 0, 500, { AUTH: 'pw', REPLACE: true, COPY: true }),
    ['MIGRATE', 'host', 7000, '', 0, 500, 'COPY', 'REPLACE', 'AUTH', 'pw', 'KEYS', 'a', 'b'],
  ],
  [(r) => r.migrate('h', 1, 'a', 0, 5, { AUTH2: { username: 'me', password: 'pw' } }), 'MIGRATE h 1 a 0 5 AUTH2 me pw'],
  [(r) => r.objectEncoding('a'), 'OBJECT ENCODING a'],
  [(r) => r.objectFreq('a'), 'OBJECT FREQ a'],
  [(r) => r.objectIdletime('a'), 'OBJECT IDLETIME a'],
  [(r) => r.objectRefcount('a'), 'OBJECT REFCOUNT a'],
  [(r) => r.objectHelp(), 'OBJECT HELP'],
]);

describeReplies(KeyCommands, [
  [(r) => r.scan(0), ['0', []], { cursor: '0', keys: [] }],
  [(r) => r.scan(0), [Buffer.from('17'), [bytes]], { cursor: '17', keys: [bytes] }],
  [(r) => r.scan(0), ['18446744073709551615', ['a', 'b']], { cursor: '18446744073709551615', keys: ['a', 'b'] }],
]);

describe('DUMP', () => {
  it('asks for bytes in every mode, because what it gives is no text', () => {
    const owner = { idempotent: false, usage: { commands: 0, bytes: 0 }, failed: () => undefined };
    const modeOf = (name: string, mode: number) => newCall(command(name), ['a'], null, mode, owner, 0).mode;
    assert.equal(modeOf('DUMP', 0), DECODE_BUFFERS);
    assert.equal(modeOf('FUNCTION DUMP', DECODE_BIGINT), DECODE_BUFFERS | DECODE_BIGINT);
    assert.equal(modeOf('GET', 0), 0);
  });
});

describe('a list of keys', () => {
  it('may be changed by the caller once the command was issued', () => {
    const keys = ['a', 'b'];
    let sent: readonly unknown[] = [];
    class Sender extends Commands {
      declare readonly [MODE]: Direct;
      protected override run<T>(_: CommandSpec, args: readonly Arg[]): Promise<T> {
        sent = args;
        return Promise.reject(new Error('not sent'));
      }

      protected override refuse(error: unknown): never {
        throw error;
      }
    }
    new Sender().del(keys).catch(() => undefined);
    keys.pop();
    assert.deepEqual(sent, ['a', 'b']);
  });
});
