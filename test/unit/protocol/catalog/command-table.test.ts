import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { COMMAND_TABLE } from '../../../../lib/protocol/catalog/command-table.js';
import { type Capture, type CapturedCommand, generate, readCaptures, TABLE_FILE } from '../../../../scripts/generate-command-table.js';

const FORM = new RegExp(
  [
    '^-?\\d+',
    '(?:-|[rwbpam]+)',
    '(?:-|\\d+,-?\\d+,\\d+|[^ ]+:[^ ]+)',
    '(?:-|all_nodes|all_shards|multi_shard|special)',
    '(?:-|one_succeeded|all_succeeded|agg_logical_and|agg_logical_or|agg_min|agg_max|agg_sum|special)',
    '(?:-|\\d+\\.\\d+\\.\\d+)',
    '(?:-|\\d+\\.\\d+\\.\\d+)$',
  ].join(' '),
);

const plain: CapturedCommand = { arity: 2, flags: ['readonly'], keys: [1, 1, 1], since: '1.0.0' };

const capture = (product: string, version: string, commands: Capture['commands']): Capture => ({ product, version, commands });

const lineOf = (table: string, name: string): string | undefined => new RegExp(`^ {2}'?${name}'?: '(.*)',$`, 'm').exec(table)?.[1];

describe('command table', () => {
  it('is what the generator makes of the captures', () => {
    assert.equal(readFileSync(TABLE_FILE, 'utf8'), generate(readCaptures()), 'run scripts/generate-command-table.ts');
  });

  it('has every command of every captured server', () => {
    const captures = readCaptures();
    assert.ok(captures.length >= 4);
    for (const { commands } of captures) {
      for (const name of Object.keys(commands)) assert.ok(name in COMMAND_TABLE, name);
    }
  });

  it('has only facts that the library can read', () => {
    for (const [name, facts] of Object.entries(COMMAND_TABLE)) {
      assert.match(name, /^[A-Z][A-Z0-9_-]*(?: [A-Z][A-Z0-9-]*)?$/);
      assert.match(facts, FORM, name);
    }
  });
});

describe('command table generator', () => {
  it('lets the newer server win, by number and not by text', () => {
    const table = generate([
      capture('redis', '10.0.0', { GET: { ...plain, arity: -3, since: '1.0.1' } }),
      capture('redis', '9.1.0', { GET: plain }),
    ]);
    assert.equal(lineOf(table, 'GET'), '-3 r 1,1,1 - - 1.0.1 -');
  });

  it('marks what only one product has', () => {
    const table = generate([capture('redis', '8.0.0', { A: plain, B: plain }), capture('valkey', '9.0.0', { B: plain, C: plain })]);
    assert.equal(lineOf(table, 'A'), '2 r 1,1,1 - - 1.0.0 -');
    assert.equal(lineOf(table, 'B'), '2 r 1,1,1 - - 1.0.0 1.0.0');
    assert.equal(lineOf(table, 'C'), '2 r 1,1,1 - - - 1.0.0');
  });

  it('takes the policies from the tips', () => {
    const tips = ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:agg_sum'];
    const table = generate([capture('redis', '8.0.0', { DBSIZE: { arity: 1, flags: ['fast', 'readonly'], tips, since: '1.0.0' } })]);
    assert.equal(lineOf(table, 'DBSIZE'), '1 r - all_shards agg_sum 1.0.0 -');
  });

  it('keeps the key specs of a command whose keys move', () => {
    const moving: CapturedCommand = {
      arity: -4,
      flags: ['movablekeys', 'write'],
      keys: [1, 1, 1],
      keySpecs: [
        { begin: { type: 'index', index: 1 }, find: { type: 'keynum', keynumidx: 0, firstkey: 1, keystep: 2 } },
        { begin: { type: 'keyword', keyword: 'STREAMS', startfrom: -4 }, find: { type: 'range', lastkey: -1, keystep: 1, limit: 2 } },
        { begin: { type: 'unknown' }, find: { type: 'unknown' } },
      ],
      since: '1.0.0',
    };
    const table = generate([capture('redis', '8.0.0', { 'X Y': moving })]);
    assert.equal(lineOf(table, 'X Y'), '-4 mw i1:n0,1,2|kSTREAMS,-4:r-1,1,2|?:? - - 1.0.0 -');
  });

  it('refuses servers that disagree on whether a command writes or where its keys are', () => {
    const others: CapturedCommand[] = [
      { ...plain, flags: ['write'] },
      { ...plain, keys: [1, 2, 1] },
    ];
    for (const other of others) {
      const captures = [capture('redis', '8.0.0', { GET: plain }), capture('valkey', '9.0.0', { GET: other })];
      assert.throws(() => generate(captures), /GET: servers disagree/);
    }
  });
});
