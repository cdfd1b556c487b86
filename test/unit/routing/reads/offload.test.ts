import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OptionsError } from '../../../../lib/errors.js';
import type { ClientOptions } from '../../../../lib/options/client-options.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { findCommand, specOf } from '../../../../lib/protocol/catalog/specs.js';
import { OffloadTable, offloadedNames, readingForm } from '../../../../lib/routing/reads/offload.js';
import { CATEGORIES_FILE, generateCategories, readCaptures } from '../../../../scripts/generate-command-table.js';

const GOOD: readonly (readonly [given: string, names: readonly string[]])[] = [
  ['KEYS', ['KEYS']],
  ['keys', ['KEYS']],
  ['object freq', ['OBJECT FREQ']],
  ['SORT', ['SORT_RO']],
  ['SORT_RO', ['SORT_RO']],
  ['@hyperloglog', ['PFCOUNT']],
  ['@HyperLogLog', ['PFCOUNT']],
];

const BAD: readonly (readonly [given: string, message: RegExp])[] = [
  ['SET', /^x\.commands\[1\]: expected a command that only reads, got "SET"$/],
  ['GETEX', /a command that only reads/],
  ['EVAL', /a command that only reads/],
  ['PING', /a command that only reads/],
  ['NOSUCH', /^x\.commands\[1\]: expected the name of a command, or a category such as @slow, got "NOSUCH"$/],
  ['@write', /^x\.commands\[1\]: expected one of @bitmap, .*@slow, .*, got "@write"$/],
];

describe('offload', () => {
  for (const [given, names] of GOOD) it(`takes ${given}`, () => assert.deepEqual(offloadedNames([given], 'x'), names));
  for (const [given, message] of BAD) {
    it(`refuses ${given}`, () => {
      assert.throws(
        () => offloadedNames(['GET', given], 'x'),
        (error) => error instanceof OptionsError && message.test(error.message),
      );
    });
  }

  it('has only commands that read in its categories, slow ones and fast ones apart', () => {
    const [slow, fast] = [new Set(offloadedNames(['@slow'], 'x')), new Set(offloadedNames(['@fast'], 'x'))];
    for (const name of [...slow, ...fast]) assert.ok(findCommand(name) !== undefined && !(slow.has(name) && fast.has(name)), name);
    for (const name of ['KEYS', 'SMEMBERS', 'HGETALL', 'SORT_RO', 'ZRANGE', 'LRANGE']) assert.ok(slow.has(name), name);
    for (const name of ['GET', 'HGET', 'EXISTS']) assert.ok(fast.has(name), name);
  });

  it('has the categories that the captures have', () => {
    assert.equal(readFileSync(CATEGORIES_FILE, 'utf8'), generateCategories(readCaptures()), 'run scripts/generate-command-table.ts');
  });

  const nodes = [
    { match: '10.0.1.*', tags: { use: 'slow' } },
    { match: '10.0.2.*', tags: { use: 'video' } },
  ];
  const client: ClientOptions = {
    nodes,
    maxLagMs: 500,
    offload: [
      { commands: ['KEYS', 'SMEMBERS'], replicas: { tags: { use: 'slow' } }, fallback: ['anyReplica'] },
      { commands: '@slow', maxLagMs: 0 },
    ],
    domains: {
      video: { keys: 'video:*', offload: { commands: 'SMEMBERS', replicas: { tags: { use: 'video' } }, fallback: ['primary'] } },
      users: { keys: 'user:*', reads: 'replica', maxLagBytes: 7 },
    },
    reads: 'replicaPreferred',
  };
  const options = resolveOptions(client);
  const table = new OffloadTable(options);
  const [video = null, users = null] = options.domains;

  const of = (name: string, domain: typeof video, view: Parameters<OffloadTable['of']>[1] = {}): string => {
    const policy = table.of(domain, view)?.get(name);
    if (policy === undefined) return 'not';
    assert.equal(policy.reads, 'replica');
    return `${policy.replicas.map(({ tags }) => tags?.use).join() || 'any'} ${policy.fallback.join() || '-'} ${policy.maxLagMs} ${policy.maxLagBytes}`;
  };

  it('sends a command where the first entry that names it says, those of its domain before those of the client', () => {
    assert.equal(of('KEYS', null), 'slow anyReplica 500 0');
    assert.equal(of('SMEMBERS', null), 'slow anyReplica 500 0');
    assert.equal(of('SMEMBERS', video), 'video primary 500 0');
    assert.equal(of('KEYS', video), 'slow anyReplica 500 0');
    assert.equal(of('HGETALL', users), 'any - 0 7');
    assert.equal(of('GET', null), 'not');
  });

  it('keeps to what a call says of its own reads', () => {
    assert.equal(of('KEYS', null, { reads: 'primary' }), 'not');
    assert.equal(of('KEYS', null, { maxLagMs: 20 }), 'slow anyReplica 20 0');
  });

  it('gives one policy for one entry and domain, by which candidates are found again', () => {
    assert.equal(table.of(null, {})?.get('KEYS'), table.of(null, {})?.get('SMEMBERS'));
    assert.equal(table.of(null, {})?.get('KEYS'), table.of(null, {})?.get('KEYS'));
  });

  it('costs nothing where nothing is offloaded', () => {
    assert.equal(new OffloadTable(resolveOptions({ domains: { a: {} } })).of(null, {}), null);
  });

  it('throws for a mistake when it is made', () => {
    const wrong = resolveOptions({ domains: { a: { offload: [{ commands: 'GET' }, { commands: ['KEYS', 'DEL'] }] } } });
    assert.throws(
      () => new OffloadTable(wrong),
      /^OptionsError: options\.domains\.a\.offload\[1\]\.commands\[1\]: expected a command that only reads/,
    );
  });

  it('has SORT sent as SORT_RO where it stores nothing', () => {
    const form = (text: string): string => {
      const { spec, args } = specOf(text.split(' '));
      return readingForm(spec, args, table.of(null, {}) ?? assert.fail('nothing is offloaded')).name;
    };
    assert.equal(form('SORT k BY store GET store LIMIT 0 1'), 'SORT_RO');
    assert.equal(form('SORT k STORE to'), 'SORT');
    assert.equal(form('GET k'), 'GET');
  });
});
