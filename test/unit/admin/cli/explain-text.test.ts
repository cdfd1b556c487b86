import assert from 'node:assert/strict';
import { explainJson, explainText } from '../../../../lib/admin/cli/explain-text.js';
import type { Explained, ExplainedCommand } from '../../../../lib/admin/explain/explain.js';

const ONE: ExplainedCommand = {
  command: 'GET',
  node: 'b:1',
  role: 'replica',
  candidates: ['b:1', 'c:1'],
  domain: 'video',
  domainReason: 'video:1 fits its keys video:*',
  slot: 7,
  shard: 0,
  owner: 'a:1',
  mode: 'replica',
  fallback: true,
  steps: [{ step: 'replica', reducer: 'mode', left: ['b:1', 'c:1'], removed: [{ node: 'a:1', why: 'replica\x1b[2J only' }] }],
  parts: [],
  notes: ['so it is'],
};
const explained = (one: ExplainedCommand, reads = true): Explained => ({
  topology: { kind: 'cluster', shards: [{ primary: null, replicas: [] }], nodes: new Map(), slots: null },
  keys: ['video:1'],
  reads,
  explained: one,
});

describe('an explanation', () => {
  it('says where, why, and what each step left', () => {
    assert.equal(
      explainText(explained(ONE)),
      [
        'cluster: 1 shard, 0 nodes',
        'GET -> b:1 (replica)',
        '  kind     it only reads',
        '  domain   video: video:1 fits its keys video:*',
        '  slot     7',
        '  shard    0, whose primary is a:1',
        '  reads    replica, by a fallback',
        '  one of   b:1 c:1',
        '  replica  mode: b:1 c:1 (not a:1: replica\\u001b[2J only)',
        '  note     so it is',
        '',
      ].join('\n'),
    );
  });

  it('of a write, and of one that nobody serves', () => {
    const write = { ...ONE, domain: null, candidates: ['a:1'], node: null, role: null, owner: null, steps: [], notes: [] };
    assert.deepEqual(explainText(explained(write, false)).split('\n').slice(1, -1), [
      'GET -> nobody',
      '  kind   it does not only read, so it goes to the primary',
      '  slot   7',
      '  shard  0, whose primary is not known',
    ]);
  });

  it('of a command for every shard', () => {
    const many = {
      ...ONE,
      command: 'PING',
      node: null,
      role: null,
      domain: null,
      slot: null,
      shard: null,
      owner: null,
      steps: [],
      notes: [],
    };
    assert.deepEqual(explainText(explained(many, false)).split('\n').slice(1, -1), ['PING -> 2 nodes', '  nodes  b:1 c:1']);
  });

  it('of a ring: the member, what is hashed of the key, and how that leads there', () => {
    const member = { name: 'alpha', hashed: 'a\nb', hash: 'crc32 0x00000001', why: 'redis-rb 5: it is the only member' };
    const text = explainText(explained({ ...ONE, domain: null, candidates: [], steps: [], notes: [], member }));
    assert.deepEqual(text.split('\n').slice(1, -1), [
      'GET -> b:1 (replica)',
      '  kind    it only reads',
      '  member  alpha, whose primary is a:1',
      '  hashed  "a\\nb"',
      '  hash    crc32 0x00000001',
      '  why     redis-rb 5: it is the only member',
      '  reads   replica, by a fallback',
    ]);
    const named = { ...ONE, member: { name: 'alpha', hashed: null, hash: null, why: 'it is asked for by its name' } };
    assert.match(explainText(explained(named)), /\n {2}member +alpha, whose primary is a:1\n {2}why +it is asked for/);
  });

  it('of parts', () => {
    const text = explainText(explained({ ...ONE, parts: [{ ...ONE, notes: [] }, ONE] }));
    assert.match(text, /^GET is split in 2\n {2}note {2}so it is\n {2}GET -> b:1 \(replica\)\n {4}kind/m);
  });

  it('is data for programs', () => {
    const json = JSON.parse(JSON.stringify(explainJson(explained(ONE)))) as Record<string, unknown>;
    assert.deepEqual(json.topology, { kind: 'cluster', shards: 1, nodes: 0 });
    assert.deepEqual([json.node, json.owner, json.slot, json.reads, json.domain, json.keys], ['b:1', 'a:1', 7, true, 'video', ['video:1']]);
  });
});
