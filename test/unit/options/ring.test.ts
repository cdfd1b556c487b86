import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ArgumentError, OptionsError } from '../../../lib/errors.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import { ring } from '../../../lib/options/ring.js';
import { cluster, type RingTopology, replication, seedsOf, sentinel, single, type TopologyOptions } from '../../../lib/options/topology.js';

type Arguments = Parameters<typeof ring>;

const h = (host: string, port = 6379) => ({ host, port });
const at = (host: string, port = 6379) => ({ kind: 'single', address: h(host, port) }) as const;
const defaults = { onDown: 'wait', eject: { after: 3, most: 0.5, flush: false, evenModula: false }, sameMember: false } as const;

function made(...given: Arguments): RingTopology & TopologyOptions {
  const topology = ring(...given);
  assert.ok(topology.kind === 'ring');
  return topology;
}

/** Placements, and what they are with their defaults. */
const PLACEMENTS: readonly (readonly [given: Arguments[1], expected: RingTopology['placement']])[] = [
  [undefined, { as: 'go-redis' }],
  [{}, { as: 'go-redis' }],
  [{ as: 'go-redis' }, { as: 'go-redis' }],
  [{ as: 'twemproxy' }, { as: 'twemproxy', hash: 'fnv1a_64', distribution: 'ketama' }],
  [
    { as: 'twemproxy', hash: 'md5', distribution: 'modula', hashTag: '$$' },
    { as: 'twemproxy', hash: 'md5', distribution: 'modula', hashTag: '$$' },
  ],
  [{ as: 'jedis' }, { as: 'jedis', hash: 'murmur', version: 3 }],
  [
    { as: 'jedis', hash: 'md5', tag: '{}', version: 2 },
    { as: 'jedis', hash: 'md5', tag: '{}', version: 2 },
  ],
  [
    { as: 'jedis', tag: /<(.)>/gu },
    { as: 'jedis', hash: 'murmur', tag: /<(.)>/u, version: 3 },
  ],
  [
    { as: 'redis-rb', version: 5 },
    { as: 'redis-rb', version: 5 },
  ],
  [
    { as: 'redis-rb', version: 4, tag: /(a)/ },
    { as: 'redis-rb', version: 4, tag: /(a)/ },
  ],
  [
    { as: 'predixy', hash: 'crc16' },
    { as: 'predixy', hash: 'crc16' },
  ],
  [
    { as: 'predixy', hash: 'atol', hashTag: '[]' },
    { as: 'predixy', hash: 'atol', hashTag: '[]' },
  ],
];

/** Members of a list without names, and what they are called. */
const NAMES: readonly (readonly [
  placement: Arguments[1],
  member: string | TopologyOptions | { host: string; port?: number },
  name: string,
])[] = [
  [{ as: 'twemproxy' }, 'Cache1.Example:7000', 'Cache1.Example:7000'],
  [{ as: 'twemproxy' }, 'h', 'h:6379'],
  [{ as: 'twemproxy' }, 'H:11211', 'H'],
  [{ as: 'twemproxy' }, { host: 'H', port: 11_211 }, 'H'],
  [{ as: 'twemproxy' }, { host: 'H' }, 'H:6379'],
  [{ as: 'twemproxy' }, '[::1]:7', '::1:7'],
  [{ as: 'twemproxy' }, '/run/r.sock', '/run/r.sock:'],
  [{ as: 'twemproxy' }, 'redis://u:p@Host:7/3', 'Host:7'],
  [{ as: 'twemproxy' }, single('h:7'), 'h:7'],
  [{ as: 'twemproxy' }, sentinel(['s'], 'shard1'), 'shard1'],
  [{}, 'H:11211', 'H:11211'],
  [{}, '[::1]', '[::1]:6379'],
  [{}, '/run/r.sock', '/run/r.sock'],
  [{}, 'redis://Host', 'Host:6379'],
  [{}, 'redis://[FD00::1]:7', '[FD00::1]:7'],
  [{ as: 'predixy', hash: 'crc16' }, sentinel(['s'], 'shard1'), 'shard1'],
  [{ as: 'jedis' }, 'h:7', 'SHARD-0'],
  [{ as: 'jedis' }, replication(['a', 'b']), 'SHARD-0'],
  [{ as: 'redis-rb', version: 4 }, 'h:7', 'redis://h:7/0'],
  [{ as: 'redis-rb', version: 4 }, 'rediss://u:p@H:7/2', 'redis://H:7/2'],
  [{ as: 'redis-rb', version: 4 }, '/run/r.sock', 'redis:///run/r.sock/0'],
  [{ as: 'redis-rb', version: 4 }, '[::1]:7', 'redis://::1:7/0'],
  [{ as: 'redis-rb', version: 5 }, 'H:7', 'redis://H:7'],
  [{ as: 'redis-rb', version: 5 }, 'rediss://u:p@H:7/2', 'rediss://H:7/2'],
  [{ as: 'redis-rb', version: 5 }, '[::1]:7', 'redis://[::1]:7'],
  [{ as: 'redis-rb', version: 5 }, '/run/r.sock', 'unix:///run/r.sock'],
  [{ as: 'redis-rb', version: 5 }, 'unix:///run/r.sock?database=3', 'unix:///run/r.sock?db=3'],
];

const EJECT = { onDown: 'eject' } as const;

const BAD: readonly (readonly [path: string, given: readonly unknown[], message: RegExp])[] = [
  ['ring(members)', [], /expected a list of members, or an object of members by name, got undefined/],
  ['ring(members)', [[]], /at least one member, got an empty list/],
  ['ring(members)', [{}], /at least one member, got an empty object/],
  ['ring(members)', [new Map([['a', 'h']])], /a list of members, or an object/],
  ['ring(members)', ['h:1'], /a list of members/],
  ['ring(members)[1]', [['h:1', 'h:0']], /expected a URL, host:port .* got "h:0"/],
  ['ring(members)[1]', [['h:1', undefined]], /got undefined/],
  ['ring(members)[1]', [Object.assign(['h:1', 'h:2', 'h:3'], { 1: undefined })], /got undefined/],
  ['ring(members)[1]', [['h:1', 'h:1']], /expected a name that no other member has, got "h:1", as ring\(members\)\[0\]$/],
  [
    'ring(members)[1]',
    [
      [
        { at: 'h:1', name: 'x' },
        { at: 'h:2', name: 'x' },
      ],
    ],
    /got "x", as ring\(members\)\[0\]$/,
  ],
  [
    'ring(members)[0]',
    [['10.0.0.1:6379:1']],
    /expected \{ at: 'host:port', weight, name \} where a server has them, got "10\.0\.0\.1:\*{3}"/,
  ],
  ['ring(members)[0]', [['h:6379:2 server2']], /expected \{ at: 'host:port', weight, name \}/],
  ['ring(members)[0]', [['redis+cluster://a,b']], /one node's URL/],
  ['ring(members)[0]', [[cluster('h')]], /expected an address, single\(…\), replication\(…\) or sentinel\(…\), got "cluster"/],
  ['ring(members).a', [{ a: ring(['h']) }], /got "ring"/],
  ['ring(members).a.at', [{ a: { at: { kind: 'endpoints' } } }], /got "endpoints"/],
  ['ring(members).a', [{ a: { kind: 'singel' } }], /expected an address, single/],
  ['ring(members).a.seeds[0]', [{ a: { kind: 'replication', seeds: ['h:0'] } }], /host:port/],
  [
    'ring(members)[0]',
    [[replication(['a', 'b'])]],
    /expected \{ at, name \}: this placement hashes names, and a replication topology has none/,
  ],
  ['ring(members)[0]', [[sentinel(['s'], 'g')], { as: 'redis-rb', version: 5 }], /expected \{ at, name \}/],
  [
    'ring(members)',
    [
      { 2: 'h:2', 1: 'h:1' },
      { as: 'predixy', hash: 'crc16' },
    ],
    /expected a list: .* names that are numbers lose theirs/,
  ],
  ['ring(members)[""]', [{ '': 'h:2' }], /expected a name, got an empty one/],
  ['ring(members)[0].nmae', [[{ at: 'h', nmae: 'x' }]], /did you mean name\?/],
  ['ring(members)[0].address', [[{ address: 'h' }]], /did you mean at\?/],
  ['ring(members)[0].name', [[{ at: 'h', name: '' }]], /expected a non-empty string/],
  ['ring(members).a.name', [{ a: { at: 'h', name: 'b' } }], /expected the name by which the member is listed, "a", or none/],
  ['ring(members)[0].at', [[{ name: 'x' }]], /got undefined/],
  ['ring(members)[0].topology', [[{ name: 'x', at: 'h', topology: at('h') }]], /either at or topology/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: 0 }], { as: 'twemproxy' }], /an integer from 1 to 2147483647, got 0/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: 1.5 }], { as: 'twemproxy' }], /got 1\.5/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: '2' }], { as: 'twemproxy' }], /got "2"/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: 1_001 }], { as: 'jedis' }], /an integer from 1 to 1000, got 1001/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: 2 }]], /expected none, got 2: the placement of go-redis knows no weights/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: 2 }], { as: 'predixy', hash: 'atol' }], /the placement of predixy knows no weights/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: 2 }], { as: 'redis-rb', version: 4 }], /the placement of redis-rb knows no weights/],
  ['ring(members)[0].weight', [[{ at: 'h', weight: 2 }], { place: () => 0 }], /the placement of a function knows no weights/],
  ['ring(members)[0].name', [[{ at: 'h', name: 'SHARD-0' }], { as: 'jedis' }], /shards without a name are called so/],
  ['ring(members)[1]', [['redis://u:p@a', 'redis://u:q@b']], /expected the same scheme, user, password and database/],
  ['ring(members)[1]', [['redis://a', 'rediss://b']], /the same scheme/],
  ['ring(members).b', [{ a: 'redis://a/1', b: replication('redis://b/2') }], /database as in the URLs before it/],
  ['ring(placement)', [['h'], 'twemproxy'], /expected a placement such as \{ as: 'twemproxy' \}, got text/],
  ['ring(placement)', [['h'], () => 0], /a placement such as/],
  ['ring(placement)', [['h'], null], /a placement such as .* got null/],
  ['ring(placement).as', [['h'], { as: 'twemproxi' }], /expected one of go-redis, twemproxy, .* got "twemproxi"; did you mean twemproxy\?/],
  ['ring(placement).as', [['h'], { as: 'nutcracker' }], /did you mean twemproxy\?/],
  ['ring(placement).as', [['h'], { as: 1 }], /expected one of go-redis, .* got 1/],
  ['ring(placement).place', [['h'], { as: 'jedis', place: () => 0 }], /expected either as or place/],
  ['ring(placement).place', [['h'], { place: 1 }], /a function, got 1/],
  ['ring(placement).hashTag', [['h'], { hashTag: '{}' }], /unknown option; known are as/],
  ['ring(placement).hash_tag', [['h'], { as: 'twemproxy', hash_tag: '{}' }], /did you mean hashTag\?/],
  ['ring(placement).hashTag', [['h'], { as: 'twemproxy', hashTag: '{' }], /two ASCII characters, such as \{\}, got "\{"/],
  ['ring(placement).hashTag', [['h'], { as: 'predixy', hash: 'atol', hashTag: '«»' }], /two ASCII characters/],
  ['ring(placement).hashTag', [['h'], { as: 'twemproxy', hashTag: null }], /got null/],
  ['ring(placement).hash', [['h'], { as: 'twemproxy', hash: 'fnv1a64' }], /expected one of fnv1a_64, .* did you mean fnv1a_64\?/],
  ['ring(placement).hash', [['h'], { as: 'twemproxy', hash: 5 }], /expected one of fnv1a_64, .* got 5/],
  ['ring(placement).hash', [['h'], { as: 'predixy' }], /expected one of crc16, atol, got undefined/],
  ['ring(placement).hash', [['h'], { as: 'jedis', hash: 'murmur3' }], /did you mean murmur\?/],
  [
    'ring(placement).distribution',
    [['h'], { as: 'twemproxy', distribution: 'random' }],
    /ketama or modula \(by random, reads would not find/,
  ],
  ['ring(placement).distribution', [['h'], { as: 'twemproxy', distribution: 'modulo' }], /did you mean modula\?/],
  ['ring(placement).version', [['h'], { as: 'redis-rb' }], /expected 4 or 5, .* got undefined/],
  ['ring(placement).version', [['h'], { as: 'redis-rb', version: 3 }], /expected one of 4, 5, got 3/],
  ['ring(placement).tag', [['h'], { as: 'jedis', tag: '<>' }], /expected '\{\}' or a RegExp with a group/],
  ['ring(placement).tag', [['h'], { as: 'jedis', tag: /x/ }], /a RegExp with a group, .* got "\/x\/"/],
  ['ring(placement).tag', [['h'], { as: 'redis-rb', version: 5, tag: '{}' }], /a RegExp with a group/],
  ['ring(placement).onDown', [['h'], { onDown: 'fail' }], /expected one of wait, eject/],
  ['ring(placement).onDown', [['h'], { ...EJECT, as: 'twemproxy', distribution: 'modula' }], /evenModula: true \} allows it/],
  ['ring(placement).onDown', [['h'], { ...EJECT, as: 'predixy', hash: 'crc16' }], /by modula nearly all keys/],
  ['ring(placement).eject', [['h'], { eject: { after: 2 } }], /is for onDown: 'eject'/],
  ['ring(placement).eject.most', [['h'], { ...EJECT, eject: { most: 0 } }], /a number above 0 and at most 1, got 0/],
  ['ring(placement).eject.after', [['h'], { ...EJECT, eject: { after: 0 } }], /an integer from 1 to 1000, got 0/],
  ['ring(placement).eject.flsh', [['h'], { ...EJECT, eject: { flsh: true } }], /did you mean flush\?/],
  ['ring(placement).sameMember', [['h'], { sameMember: 1 }], /true or false, got 1/],
];

describe('ring options', () => {
  it('takes members by name, in their order', () => {
    const topology = ring({ b: '10.0.0.2', a: replication(['c', 'd']), g: { at: sentinel(['s'], 'g') } });
    assert.deepEqual(topology, {
      kind: 'ring',
      members: [
        { name: 'b', weight: 1, topology: at('10.0.0.2') },
        { name: 'a', weight: 1, topology: { kind: 'replication', seeds: [h('c'), h('d')] } },
        { name: 'g', weight: 1, topology: { kind: 'sentinel', seeds: [h('s', 26_379)], name: 'g', access: {} } },
      ],
      placement: { as: 'go-redis' },
      ...defaults,
    });
    assert.deepEqual(seedsOf(topology), [h('10.0.0.2'), h('c'), h('d'), h('s', 26_379)]);
  });

  it('takes a list with names and weights where members have them', () => {
    const { members } = made(['10.0.0.1', { at: { host: 'B' }, name: 'server2', weight: 2 }], { as: 'twemproxy' });
    assert.deepEqual(members, [
      { name: '10.0.0.1:6379', weight: 1, topology: at('10.0.0.1') },
      { name: 'server2', weight: 2, topology: at('b') },
    ]);
  });

  for (const [given, expected] of PLACEMENTS) {
    it(`has the placement ${inspect(expected)} of ${inspect(given)}`, () => {
      assert.deepEqual(made(['h'], given).placement, expected);
      const data = { kind: 'ring', members: ['h'], ...(given === undefined ? {} : { placement: given }) };
      const { topology } = resolveOptions({ topology: data as unknown as TopologyOptions });
      assert.deepEqual(topology.kind === 'ring' && topology.placement, expected);
    });
  }

  it('takes a function as it is', () => {
    const place = (): number => 0;
    assert.deepEqual(made(['h'], { place, hashTag: '{}' }).placement, { place, hashTag: '{}' });
  });

  for (const [placement, member, name] of NAMES) {
    it(`calls ${inspect(member, { breakLength: Number.POSITIVE_INFINITY })} ${name}, by ${inspect(placement)}`, () => {
      assert.equal(made([member], placement).members[0]?.name, name);
    });
  }

  for (const [path, given, message] of BAD) {
    it(`refuses at ${path}: ${message.source}`, () => {
      assert.throws(
        () => ring(...(given as unknown as Arguments)),
        (error) => {
          assert.ok(error instanceof OptionsError);
          assert.equal(error.path, path);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('refuses a third argument', () => {
    assert.throws(() => (ring as (...given: unknown[]) => unknown)(['h'], {}, {}), ArgumentError);
  });

  it('may eject by modula where that is said', () => {
    const { onDown, eject } = made(['h'], { ...EJECT, as: 'predixy', hash: 'crc16', eject: { evenModula: true, most: 1 } });
    assert.deepEqual([onDown, eject], ['eject', { after: 3, most: 1, flush: false, evenModula: true }]);
  });

  it('has one login for all members, from those URLs that have one', () => {
    const topology = ring(['redis://u:hunter2@a/3', 'b', replication(['redis://u:hunter2@c/3']), 'redis://u:hunter2@d/3'].slice(0, 2));
    assert.deepEqual(topology.url, { username: 'u', password: 'hunter2', database: 3 });
    assert.doesNotMatch(inspect(topology) + JSON.stringify(topology), /hunter2/);
    const { credentials, database } = resolveOptions({
      topology: ring({ a: 'a', b: replication('redis://u:p@b/2'), c: 'redis://u:p@c/2' }),
    });
    assert.deepEqual([credentials, database], [{ username: 'u', password: 'p' }, 2]);
  });

  it('keeps what is the users own as it is, and freezes the rest', () => {
    const tls = { ca: ['x'] };
    const place = (): number => 0;
    const topology = made([sentinel(['s'], 'g', { tls })], { place });
    const [member] = topology.members;
    assert.ok(
      member?.topology.kind === 'sentinel' && member.topology.access.tls === tls && !Object.isFrozen(tls) && !Object.isFrozen(place),
    );
    assert.ok([topology, topology.members, member, topology.placement, topology.eject].every((part) => Object.isFrozen(part)));
    const tag = /(a)/g;
    made(['h'], { as: 'jedis', tag });
    assert.ok(!Object.isFrozen(tag));
  });

  it('is the same again from plain data', () => {
    const rings: readonly TopologyOptions[] = [
      ring({ b: 'B:1', a: replication(['c', 'd']), g: sentinel(['s'], 'g', { username: 'x', password: 'y' }) }),
      ring(['Host:11211', { at: 'b', weight: 3 }], { as: 'twemproxy', hashTag: '{}', sameMember: true }),
      ring(['a', { at: 'b', name: 'x' }], { as: 'jedis', tag: '{}', onDown: 'eject', eject: { after: 9 } }),
      ring(['a'], { as: 'jedis', tag: /<(.)>/i }),
      ring(['redis://u:p@a/1', 'redis://u:p@b/1'], { as: 'redis-rb', version: 5 }),
    ];
    for (const topology of rings) {
      const { url: _, ...expected } = topology;
      assert.deepEqual(resolveOptions({ topology: structuredClone(topology) }).topology, expected);
    }
    const json = JSON.parse(JSON.stringify(ring(['h', 'i'], { as: 'twemproxy' })));
    assert.deepEqual(resolveOptions({ topology: json }).topology, ring(['h', 'i'], { as: 'twemproxy' }));
  });

  it('judges plain objects by the same rules', () => {
    const cases: readonly (readonly [topology: object, message: RegExp])[] = [
      [{}, /options\.topology\.members: expected a list of members/],
      [{ members: ['h:0'] }, /options\.topology\.members\[0\]: expected/],
      [{ members: { a: 'h:0' } }, /options\.topology\.members\.a: expected/],
      [
        { members: [{ name: 'a', topology: { kind: 'cluster', seeds: ['h'] } }] },
        /options\.topology\.members\[0\]\.topology: .* got "cluster"/,
      ],
      [
        { members: [{ name: 'SHARD-1', topology: at('h') }], placement: { as: 'jedis' } },
        /options\.topology\.members\[0\]\.name: expected another/,
      ],
      [{ members: ['h'], placement: { as: 'jedi' } }, /options\.topology\.placement\.as: .* did you mean jedis\?/],
      [{ members: ['h'], placement: { onDown: 'eject' } }, /options\.topology\.placement\.onDown: unknown option/],
      [{ members: ['h'], eject: { most: 1 } }, /options\.topology\.eject: is for onDown/],
      [{ members: ['h'], seeds: ['h'] }, /options\.topology\.seeds: unknown option; known are kind, members, placement, url, onDown/],
      [{ members: ['redis://h/1'], url: { database: 2 } }, /options\.topology\.members\[0\]: expected the same/],
    ];
    for (const [topology, message] of cases) {
      assert.throws(() => resolveOptions({ topology: { kind: 'ring', ...topology } as unknown as TopologyOptions }), message);
    }
  });
});
